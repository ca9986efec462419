// `npm run dist`: lambdas/dist/<function>.zip from a bare clone, whatever Yarn the machine has or lacks.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBundles } from './bundles.mjs';
import { SetupError } from './command.mjs';
import { commandLineOrEnd } from './command-line.cjs';
import { ensureNodePackages } from './node-packages.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
commandLineOrEnd({
  name: 'npm run dist',
  usage:
    'npm run dist   installs the packages and builds lambdas/dist/<function>.zip, where they are missing ' +
    'or older than a source',
  options: {},
});

try {
  const log = (line) => console.log(line);
  await ensureNodePackages({ root, log });
  await ensureBundles({ root, log });
  console.log('lambdas/dist holds the zip of each function.');
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(error.message);
  process.exit(1);
}
