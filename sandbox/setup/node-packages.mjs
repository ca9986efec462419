import { existsSync, statSync, utimesSync } from 'node:fs';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError, run } from './command.mjs';
import { withLock } from './lock.mjs';

const YARN = '@yarnpkg/cli-dist@4.18.1';

/** Installs the workspace's packages with the Yarn that the project pins, unless they are there. */
export async function ensureNodePackages({ root, log = () => {} }) {
  if (packagesAreCurrent(root)) return;
  await withLock(join(root, '.sandbox', 'locks', 'packages'), async () => {
    if (packagesAreCurrent(root)) return;
    log('installing the node packages');
    try {
      await yarn(root, ['install', '--immutable']);
    } catch (error) {
      throw new SetupError(
        `The node packages could not be installed; run "npx ${YARN} install" here and read what it ` +
          `says.\n${error.message}`,
      );
    }
    const now = new Date();
    utimesSync(stateFile(root), now, now);
  });
}

/** Runs Yarn in a folder of the workspace. npx brings it, so nothing has to be installed before. */
export function yarn(folder, args, options = {}) {
  return run('npx', ['--yes', YARN, ...args], { cwd: folder, ...options });
}

function packagesAreCurrent(root) {
  if (!existsSync(stateFile(root))) return false;
  const installed = statSync(stateFile(root)).mtimeMs;
  return manifests(root).every((file) => statSync(file).mtimeMs <= installed);
}

const stateFile = (root) => join(root, 'node_modules', '.yarn-state.yml');

function manifests(root) {
  const { workspaces } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const folders = workspaces.flatMap((pattern) => expand(root, pattern));
  return ['package.json', 'yarn.lock', ...folders.map((folder) => join(folder, 'package.json'))]
    .map((file) => join(root, file))
    .filter((file) => existsSync(file));
}

function expand(root, pattern) {
  if (!pattern.endsWith('/*')) return [pattern];
  const parent = pattern.slice(0, -2);
  return existsSync(join(root, parent)) ? readdirSync(join(root, parent)).map((name) => join(parent, name)) : [];
}
