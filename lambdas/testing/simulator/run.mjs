// `yarn simulate`: bundles the simulator with the functions it runs, then runs it.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.mjs';

const entry = join(dirname(fileURLToPath(import.meta.url)), 'src', 'cli.ts');
const args = process.argv.slice(2);
const { status } = spawnSync(
  process.execPath,
  [
    '--enable-source-maps',
    // Most of what an event makes is garbage with the next: with more room for the young, little of it is moved at all.
    '--min-semi-space-size=96',
    '--max-semi-space-size=96',
    // A day forgets what is over, so it fits; without a limit V8 lets garbage pile up to a quarter of the memory.
    ...(args.includes('--day') ? ['--max-old-space-size=1300'] : []),
    await bundle(entry, 'cli'),
    ...args,
  ],
  { stdio: 'inherit' },
);
process.exitCode = status ?? 1;
