// `npm run plots`: bundles the bench's arithmetic with the simulator, and draws the pictures in docs/images; a minute.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commandLineOrEnd } from '../../../sandbox/setup/command-line.cjs';
import { bundle } from '../simulator/bundle.mjs';

commandLineOrEnd({
  name: 'npm run plots',
  usage: 'npm run plots   draws the pictures in docs/images; a minute',
  options: {},
});

const here = dirname(fileURLToPath(import.meta.url));
const program = await bundle(join(here, 'src', 'plots-cli.ts'), 'bench-plots');
const { status } = spawnSync(process.execPath, [program, join(here, '../../../docs/images')], { stdio: 'inherit' });
process.exitCode = status ?? 1;
