// `yarn bench:sweep`: bundles the bench with the function that it measures, then runs it. The function runs in a
// process of its own, so that its memory is its own.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from '../simulator/bundle.mjs';

const source = join(dirname(fileURLToPath(import.meta.url)), 'src');
const sweeper = await bundle(join(source, 'sweeper.ts'), 'bench-sweeper');
const program = await bundle(join(source, 'cli.ts'), 'bench-sweep');
const { status } = spawnSync(process.execPath, ['--enable-source-maps', program, ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { ...process.env, BENCH_SWEEPER: sweeper },
});
process.exitCode = status ?? 1;
