// `yarn simulate`: bundles the simulator with the functions it runs, then runs it.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.mjs';

const entry = join(dirname(fileURLToPath(import.meta.url)), 'src', 'cli.ts');
const { status } = spawnSync(
  process.execPath,
  // Most of what an event makes is garbage with the next: with more room for the young, little of it is moved at all.
  ['--enable-source-maps', '--max-semi-space-size=64', await bundle(entry, 'cli'), ...process.argv.slice(2)],
  { stdio: 'inherit' },
);
process.exitCode = status ?? 1;
