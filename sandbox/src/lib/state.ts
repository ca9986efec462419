import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isAlive } from './processes';

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
  /** The `up` that is or was at it. */
  up?: Pick<RecordedProcess, 'pid' | 'started'>;
  processes: RecordedProcess[];
  /** What `up` runs on its way, and is over when it is. */
  terraform?: RecordedProcess;
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

/** How far a sandbox is, by what it left and what of it lives. */
export function stageOf(paths: SandboxPaths): 'none' | 'coming up' | 'half up' | 'up' {
  const record = readRecord(paths);
  if (record?.processes.some(isAlive) !== true)
    return record?.up !== undefined && isAlive(record.up) ? 'coming up' : 'none';
  if (readSandboxFile(paths) !== undefined) return 'up';
  return record.up !== undefined && isAlive(record.up) ? 'coming up' : 'half up';
}

/** One sentence on a sandbox that is not up, with the next step. */
export function describeStage(paths: SandboxPaths, stage: Exclude<ReturnType<typeof stageOf>, 'up'>): string {
  const sentences = {
    none: `No sandbox is up in ${paths.folder}; "npm run sandbox -- up" brings one up.`,
    'coming up': `The sandbox in ${paths.folder} is coming up; wait for its "up", or end it with Ctrl-C.`,
    'half up':
      `The sandbox in ${paths.folder} is half up: its "up" was killed; end what it left with "npm run ` +
      'sandbox -- down".',
  };
  return sentences[stage];
}

/** What a command needs that works on a sandbox. Throws where none is up. */
export function runningSandbox(paths: SandboxPaths): {
  sandbox: SandboxFile;
  launcher: { url: string; token: string };
} {
  const stage = stageOf(paths);
  if (stage !== 'up') throw new Error(describeStage(paths, stage));
  const sandbox = readSandboxFile(paths);
  const launcher = readRecord(paths)?.launcher;
  if (sandbox === undefined || launcher === undefined)
    throw new Error(`${paths.recordFile} does not name the launcher; end the sandbox with "npm run sandbox -- down".`);
  return { sandbox, launcher };
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
  for (const folder of [paths.logs, paths.config, paths.terraform, paths.emulator])
    mkdirSync(folder, { recursive: true, mode: 0o700 });
}

/** Logs stay: they explain what happened. So does what Terraform downloaded. */
export function removeState(paths: SandboxPaths): void {
  const secretive = ['terraform.tfstate', 'terraform.tfstate.backup', 'again.tfplan'].map((name) =>
    join(paths.terraform, name),
  );
  for (const path of [paths.sandboxFile, paths.recordFile, paths.config, paths.emulator, ...secretive])
    rmSync(path, { recursive: true, force: true });
}

function readJson<T>(file: string): T | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const parsed: T = JSON.parse(readFileSync(file, 'utf8'));
    return parsed;
  } catch (error) {
    throw new Error(`${file} is not the JSON that "up" writes; run "npm run sandbox -- down" and remove it.`, {
      cause: error,
    });
  }
}
