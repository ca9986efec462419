import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { mtrVariables } from '../../lib/start-page';
import type { InstallationFile } from '../../lib/state';

export interface MtrResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the built command line as an operator would: another process, the AWS identity from its environment. */
export type Mtr = (...args: readonly string[]) => Promise<MtrResult>;

/** The same, and what it says on standard error meanwhile is acted on. */
export type AttendedMtr = (args: readonly string[], attend: (said: string) => void) => Promise<MtrResult>;

/** The same, with lines on its standard input, which ends behind the last of them. */
export type SpokenMtr = (args: readonly string[], lines: readonly string[]) => Promise<MtrResult>;

/** Runs it until it has written so often, and ends it then as Ctrl-C does. */
export type WatchedMtr = (args: readonly string[], times: number) => Promise<readonly string[]>;

export interface Mtrs {
  readonly mtr: Mtr;
  readonly attended: AttendedMtr;
  readonly spoken: SpokenMtr;
  readonly watched: WatchedMtr;
}

export async function buildMtr(root: string, signal: AbortSignal): Promise<void> {
  const { code, err } = await run([join(root, 'cli', 'build.mjs')], { env: process.env, signal });
  if (code !== 0) throw new Error(`mtr could not be built: ${err}`);
}

export function createMtr(root: string, sandbox: InstallationFile, signal: AbortSignal): Mtrs {
  const env = { PATH: process.env.PATH, ...mtrVariables(sandbox) };
  const file = join(root, 'cli', 'dist', 'mtr.mjs');
  return {
    mtr: (...args) => run([file, ...args], { env, signal }),
    attended: (args, attend) => run([file, ...args], { env, signal }, { attend }),
    spoken: (args, lines) => run([file, ...args], { env, signal }, { input: `${lines.join('\n')}\n` }),
    watched: (args, times) => watch([file, ...args], { env, signal }, times),
  };
}

interface Spawned {
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

interface Ends {
  readonly attend?: (said: string) => void;
  readonly input?: string;
}

function run(args: readonly string[], options: Spawned, { attend, input }: Ends = {}): Promise<MtrResult> {
  return new Promise((done) => {
    const child = execFile(process.execPath, args, options, (error, out, err) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      done({ code, out, err });
    });
    child.stderr?.on('data', (said) => attend?.(String(said)));
    if (input !== undefined) child.stdin?.end(input);
  });
}

function watch(args: readonly string[], options: Spawned, times: number): Promise<readonly string[]> {
  return new Promise((done) => {
    const written: string[] = [];
    const child = execFile(process.execPath, args, options, () => done(written));
    child.stdout?.on('data', (said) => {
      written.push(String(said));
      if (written.length >= times) child.kill('SIGINT');
    });
  });
}
