import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError, run } from './command.mjs';
import { withLock } from './lock.mjs';

/**
 * Lambda's runtimes, brought by npm: packages of the real Node binaries, one for each platform, pinned in
 * sandbox/runtimes with their checksums. It is npm that installs them, beside the workspace: Yarn does not heed the way
 * in which they name their platform and would bring all of them, and their `node` must not get in front of the
 * machine's own.
 */
const pinsFolder = (root) => join(root, 'sandbox', 'runtimes');
const folder = (root) => join(root, '.sandbox', 'runtimes');
const PINS = ['package.json', 'package-lock.json'];

/** The names that Terraform may give a function, such as `nodejs22.x`. */
export function runtimeNames(root) {
  const { optionalDependencies } = JSON.parse(readFileSync(join(pinsFolder(root), 'package.json'), 'utf8'));
  return [...new Set(Object.keys(optionalDependencies).map((alias) => alias.split('-')[0]))].sort();
}

/** The runtime of a function whose installation names none. */
export function defaultRuntime(root) {
  const [, name] =
    /runtime\s*= optional\(string, "([^"]+)"\)/.exec(readFileSync(join(root, 'variables.options.tf'), 'utf8')) ?? [];
  if (name === undefined) throw new Error('variables.options.tf gives lambda.runtime no default.');
  return name;
}

/** `{ 'nodejs22.x': '/…/bin/node' }` of all runtimes, once they are installed. */
export function runtimePrograms(root) {
  return Object.fromEntries(runtimeNames(root).map((name) => [name, program(root, name)]));
}

/** Installs the runtimes unless they are there. */
export async function ensureRuntimes({ root, log = () => {} }) {
  if (isCurrent(root)) return;
  await withLock(join(root, '.sandbox', 'locks', 'runtimes'), async () => {
    if (isCurrent(root)) return;
    log("installing Lambda's runtimes");
    mkdirSync(folder(root), { recursive: true });
    for (const file of PINS) copyFileSync(join(pinsFolder(root), file), join(folder(root), file));
    try {
      await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder(root) });
    } catch (error) {
      throw new SetupError(
        `Lambda's runtimes could not be installed; run "npm ci" in ${folder(root)} and read what it ` +
          `says.\n${error.message}`,
      );
    }
    const missing = runtimeNames(root).filter((name) => !existsSync(program(root, name)));
    if (missing.length > 0)
      throw new SetupError(
        `npm has no Node for ${missing.join(', ')} on ${platform()}; add its package to ${pinsFolder(root)}.`,
      );
    writeFileSync(stamp(root), stampOf(root));
  });
}

const platform = () => `${process.platform}-${process.arch}`;
const program = (root, name) => join(folder(root), 'node_modules', `${name}-${platform()}`, 'bin', 'node');
const stamp = (root) => join(folder(root), '.installed');
const stampOf = (root) => PINS.map((file) => readFileSync(join(pinsFolder(root), file), 'utf8')).join('');
const isCurrent = (root) => existsSync(stamp(root)) && readFileSync(stamp(root), 'utf8') === stampOf(root);
