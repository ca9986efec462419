// `npm run bench:walls`: bundles the table of limits, then prints it.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commandLineOrEnd } from '../../../sandbox/setup/command-line.cjs';
import { bundle } from '../simulator/bundle.mjs';

commandLineOrEnd({
  name: 'npm run bench:walls',
  usage: 'npm run bench:walls   prints the table of the limits of AWS and GitHub',
  options: {},
});

await import(await bundle(join(dirname(fileURLToPath(import.meta.url)), 'src', 'walls-cli.ts'), 'bench-walls'));
