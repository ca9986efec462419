// The functions by name: each folder of functions/ that has an entry point.
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = join(dirname(fileURLToPath(import.meta.url)), 'functions');

export const FUNCTIONS = readdirSync(folder)
  .filter((name) => existsSync(join(folder, name, 'src', 'index.ts')))
  .sort();

/** Of modules/apps alone. */
const OF_APPS = new Set(['deployer']);

/** Those of the root module: it makes them, and takes a zip for each. */
export const ROOT_FUNCTIONS = FUNCTIONS.filter((name) => !OF_APPS.has(name));
