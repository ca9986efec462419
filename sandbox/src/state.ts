import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** What `up` writes to .sandbox/sandbox.json for any program to use. */
export type SandboxFile = {
  webhook_url: string;
  webhook_secret: string;
  prefix: string;
  aws: { endpoint_url: string; region: string; access_key_id: string; secret_access_key: string };
  github: { app_id: string; api_url: string; control_url: string };
  outputs: { tenant_table: unknown; webhook: unknown; runner_tiers: unknown; queues: unknown };
};

/** A process of ours. A pid alone may have been given to somebody else's process since. */
export type RecordedProcess = { name: string; pid: number; started: string; log: string };

/** What `down`, `status` and the tests need to know besides sandbox.json. */
export type SandboxRecord = {
  created_at: string;
  processes: RecordedProcess[];
  launcher?: { url: string; token: string };
};

export type SandboxPaths = ReturnType<typeof sandboxPaths>;

/** Where one sandbox keeps its files: SANDBOX_DIR, else .sandbox of the checkout. */
export function sandboxPaths(root: string, chosen?: string) {
  const folder = chosen ? resolve(chosen) : join(root, '.sandbox');
  return {
    root,
    folder,
    sandboxFile: join(folder, 'sandbox.json'),
    recordFile: join(folder, 'processes.json'),
    logs: join(folder, 'logs'),
    config: join(folder, 'config'),
    terraform: join(folder, 'terraform'),
    emulator: join(folder, 'emulator'),
  };
}

export function readSandboxFile(paths: SandboxPaths): SandboxFile | undefined {
  return readJson<SandboxFile>(paths.sandboxFile);
}

export function readRecord(paths: SandboxPaths): SandboxRecord | undefined {
  return readJson<SandboxRecord>(paths.recordFile);
}

/** Written whole or not at all, and for the owner alone: it holds keys. */
export function writePrivateJson(file: string, content: unknown): void {
  const draft = `${file}.${process.pid}.tmp`;
  writeFileSync(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, file);
}

/** An empty place for a new sandbox. What earlier ones left is removed, but not what setup keeps beside it. */
export function prepareFolder(paths: SandboxPaths): void {
  removeState(paths);
  rmSync(paths.logs, { recursive: true, force: true });
  for (const folder of [paths.logs, paths.config, paths.terraform, paths.emulator]) mkdirSync(folder, { recursive: true, mode: 0o700 });
}

/** Logs stay: they explain what happened. So does what Terraform downloaded. */
export function removeState(paths: SandboxPaths): void {
  const secretive = ['terraform.tfstate', 'terraform.tfstate.backup', 'again.tfplan'].map((name) => join(paths.terraform, name));
  for (const path of [paths.sandboxFile, paths.recordFile, paths.config, paths.emulator, ...secretive]) rmSync(path, { recursive: true, force: true });
}

function readJson<T>(file: string): T | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const parsed: T = JSON.parse(readFileSync(file, 'utf8'));
    return parsed;
  } catch (error) {
    throw new Error(`${file} is not the JSON that "up" writes; run "npm run sandbox -- down" and remove it.`, { cause: error });
  }
}
