// `npm run mtr -- <command>`: builds the command line from its sources and runs it.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { SetupError } from '../sandbox/setup/command.mjs';
import { ensureNodePackages } from '../sandbox/setup/node-packages.mjs';
import { root } from './process.mjs';

try {
  // Standard output is mtr's own.
  await ensureNodePackages({ root, log: (line) => console.error(line) });
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(error.message);
  process.exit(1);
}
const build = spawnSync(process.execPath, [join(root, 'cli', 'build.mjs')], { stdio: ['ignore', 2, 2] });
if (build.status !== 0) process.exit(1);
const mtr = spawnSync(process.execPath, [join(root, 'cli', 'dist', 'mtr.mjs'), ...process.argv.slice(2)], {
  stdio: 'inherit',
});
process.exit(mtr.status ?? 1);
