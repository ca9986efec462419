import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** A check's own failure, already explained; no stack is of use. */
export class CheckFailed extends Error {
  expected = true;
}

/** Runs a program with its output shown; answers its exit code and what it printed to standard output. */
export function execute(command, args, { cwd = root, env = process.env, show = true } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', show ? 'inherit' : 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
      if (show) process.stdout.write(chunk);
    });
    child.stderr?.on('data', (chunk) => {
      stderr += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** Like {@link execute}, but a failure ends the check. */
export async function mustRun(command, args, options = {}) {
  const result = await execute(command, args, options);
  if (result.code === 0) return result;
  const details = options.show === false ? `\n${result.stdout}${result.stderr}` : '';
  throw new CheckFailed(`${[command, ...args].join(' ')} failed with exit code ${result.code}.${details}`);
}

export const tool = (name) => join(root, 'node_modules', '.bin', name);
