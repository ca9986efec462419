// `npm run bench:walls`: bundles the table of limits, then prints it.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from '../simulator/bundle.mjs';

await import(await bundle(join(dirname(fileURLToPath(import.meta.url)), 'src', 'walls-cli.ts'), 'bench-walls'));
