import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isAlive } from './processes';

/** What `up` writes to .sandbox/sandbox.json for any program to use. */
export interface SandboxFile {
  readonly webhook_url: string;
  readonly webhook_secret: string;
  /** The page of the operator, for as long as the sandbox is up. */
  readonly page_url: string;
  readonly prefix: string;
  readonly aws: {
    readonly endpoint_url: string;
    readonly region: string;
    readonly access_key_id: string;
    readonly secret_access_key: string;
  };
  readonly github: { readonly app_id: string; readonly api_url: string; readonly control_url: string };
  readonly outputs: {
    readonly tenant_table: unknown;
    readonly webhook: unknown;
    readonly runner_tiers: unknown;
    readonly queues: unknown;
    readonly api: unknown;
  };
}

/** What the command line of operators needs of it. */
export interface InstallationFile extends Pick<SandboxFile, 'prefix' | 'aws'> {
  readonly outputs: Pick<SandboxFile['outputs'], 'api'>;
}

/** A process of this sandbox. Its start time tells it from a later process with the same pid. */
export interface RecordedProcess {
  readonly name: string;
  readonly pid: number;
  readonly started: string;
  readonly log: string;
}

/** What `down`, `status` and the tests read besides sandbox.json. */
export interface SandboxRecord {
  readonly created_at: string;
  /** The present or last `up`. */
  readonly up?: Pick<RecordedProcess, 'pid' | 'started'>;
  readonly processes: readonly RecordedProcess[];
  /** The Terraform command that `up` runs. */
  readonly terraform?: RecordedProcess;
  readonly launcher?: { readonly url: string; readonly token: string };
}

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

/** How far a sandbox has come, by its files and its live processes. */
export function phaseOf(paths: SandboxPaths): 'none' | 'coming up' | 'half up' | 'up' {
  const record = readRecord(paths);
  if (record?.processes.some(isAlive) !== true)
    return record?.up !== undefined && isAlive(record.up) ? 'coming up' : 'none';
  if (readSandboxFile(paths) !== undefined) return 'up';
  return record.up !== undefined && isAlive(record.up) ? 'coming up' : 'half up';
}

/** One sentence on a sandbox that is not up, with the next step. */
export function describePhase(paths: SandboxPaths, phase: Exclude<ReturnType<typeof phaseOf>, 'up'>): string {
  const sentences = {
    none: `No sandbox is up in ${paths.folder}; "npm run sandbox -- up" brings one up.`,
    'coming up': `The sandbox in ${paths.folder} is coming up; wait for its "up", or end it with Ctrl-C.`,
    'half up':
      `The sandbox in ${paths.folder} is half up: its "up" was killed; end what it left with "npm run ` +
      'sandbox -- down".',
  };
  return sentences[phase];
}

/** The files of a running sandbox. Throws where none is up. */
export function runningSandbox(paths: SandboxPaths): {
  sandbox: SandboxFile;
  launcher: { url: string; token: string };
} {
  const phase = phaseOf(paths);
  if (phase !== 'up') throw new Error(describePhase(paths, phase));
  const sandbox = readSandboxFile(paths);
  const launcher = readRecord(paths)?.launcher;
  if (sandbox === undefined || launcher === undefined)
    throw new Error(`${paths.recordFile} does not name the launcher; end the sandbox with "npm run sandbox -- down".`);
  return { sandbox, launcher };
}

/** Writes atomically and for the owner alone: the file holds keys. */
export function writePrivateJson(file: string, content: unknown): void {
  const draft = `${file}.${process.pid}.tmp`;
  writeFileSync(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, file);
}

/** Empties the folder for a new sandbox, except for what setup keeps there. */
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
