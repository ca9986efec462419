// `node sandbox/setup/run.mjs <program> [arguments]`: sets up what is missing, then runs a TypeScript program of the
// project. Plain JavaScript without dependencies, because it runs before anything is installed.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SetupError } from './command.mjs';
import { commandLineOrEnd } from './command-line.cjs';
import { BENCH, SANDBOX } from './programs.cjs';
import { ensureSandbox } from './setup.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const PROGRAMS = {
  sandbox: { file: 'sandbox/src/cli.ts', line: SANDBOX },
  bench: { file: 'sandbox/src/commands/bench.ts', line: BENCH },
};
// These look at what is there and must work when setup can't.
const NEEDS_NO_SETUP = new Set(['down', 'status', 'env']);

const [name = '', ...args] = process.argv.slice(2);
const program = Object.hasOwn(PROGRAMS, name) ? PROGRAMS[name] : undefined;

if (!program) {
  console.error(`sandbox/setup/run.mjs knows ${Object.keys(PROGRAMS).join(', ')}; it was given "${name}".`);
  process.exit(2);
}
// Before anything is installed: a slip of the finger costs no minutes.
const { command } = commandLineOrEnd(program.line, args);

try {
  const bare = NEEDS_NO_SETUP.has(command) && existsSync(join(root, 'node_modules', 'tsx'));
  if (!bare) await ensureSandbox({ root, log: (line) => console.error(`setup: ${line}`) });
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(error.message);
  process.exit(1);
}

const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), join(root, program.file), ...args], {
  stdio: 'inherit',
  // The AWS SDK's advice that its releases of 2027 will ask for Node 22: who runs the sandbox doesn't update it.
  env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', ...process.env },
});
// The terminal sends Ctrl-C to the whole group; a signal sent to this process alone must reach the program too.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)));
