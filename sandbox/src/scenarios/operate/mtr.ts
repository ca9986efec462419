import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { mtrVariables } from '../../lib/start-page';
import type { SandboxFile } from '../../lib/state';

export interface MtrResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the built command line as an operator would: another process, the AWS identity from its environment. */
export type Mtr = (...args: readonly string[]) => Promise<MtrResult>;

/** The same, and what it says on standard error meanwhile is acted on. */
export type AttendedMtr = (args: readonly string[], attend: (said: string) => void) => Promise<MtrResult>;

export async function buildMtr(root: string, signal: AbortSignal): Promise<void> {
  const { code, err } = await run([join(root, 'cli', 'build.mjs')], { env: process.env, signal });
  if (code !== 0) throw new Error(`mtr could not be built: ${err}`);
}

export function createMtr(
  root: string,
  sandbox: SandboxFile,
  signal: AbortSignal,
): { readonly mtr: Mtr; readonly attended: AttendedMtr } {
  const env = { PATH: process.env.PATH, ...mtrVariables(sandbox) };
  const file = join(root, 'cli', 'dist', 'mtr.mjs');
  return {
    mtr: (...args) => run([file, ...args], { env, signal }),
    attended: (args, attend) => run([file, ...args], { env, signal }, attend),
  };
}

function run(
  args: readonly string[],
  options: { readonly env: NodeJS.ProcessEnv; readonly signal: AbortSignal },
  attend: (said: string) => void = () => undefined,
): Promise<MtrResult> {
  return new Promise((done) => {
    const child = execFile(process.execPath, args, options, (error, out, err) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      done({ code, out, err });
    });
    child.stderr?.on('data', (said) => attend(String(said)));
  });
}
