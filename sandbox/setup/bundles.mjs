import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from './command.mjs';
import { withLock } from './lock.mjs';
import { yarn } from './node-packages.mjs';

const SKIPPED = new Set(['node_modules', 'dist', 'build', 'coverage']);

/** Builds the Lambda zips where one is missing or older than a source. */
export async function ensureBundles({ root, log = () => {} }) {
  const lambdas = join(root, 'lambdas');
  if (bundlesAreCurrent(lambdas)) return;
  await withLock(join(root, '.sandbox', 'locks', 'bundles'), async () => {
    if (bundlesAreCurrent(lambdas)) return;
    log('building the Lambda bundles');
    try {
      await yarn(lambdas, ['dist']);
    } catch (error) {
      throw new SetupError(
        `The Lambda bundles could not be built; run "npm run dist" and mend what it says.\n${error.message}`,
      );
    }
  });
}

function bundlesAreCurrent(lambdas) {
  const zips = functions(lambdas).map((name) => join(lambdas, 'dist', `${name}.zip`));
  if (!zips.every((zip) => existsSync(zip))) return false;
  const oldest = Math.min(...zips.map((zip) => statSync(zip).mtimeMs));
  // The page is in the API's zip.
  return Math.max(newestSource(lambdas), newestSource(join(lambdas, '..', 'page'))) <= oldest;
}

function functions(lambdas) {
  return readdirSync(join(lambdas, 'functions'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
}

function newestSource(folder) {
  return readdirSync(folder, { withFileTypes: true }).reduce((newest, entry) => {
    if (SKIPPED.has(entry.name) || entry.name.endsWith('.test.ts')) return newest;
    const path = join(folder, entry.name);
    return Math.max(newest, entry.isDirectory() ? newestSource(path) : statSync(path).mtimeMs);
  }, 0);
}
