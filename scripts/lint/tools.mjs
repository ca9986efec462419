import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError, findProgram, run } from '../../sandbox/setup/command.mjs';
import { withLock } from '../../sandbox/setup/lock.mjs';
import { root } from '../process.mjs';

const folder = join(root, '.sandbox', 'verify');
const requirements = join(root, 'scripts', 'lint', 'requirements.txt');
const TFLINT = 'v0.64.0';

/**
 * The linters that come from PyPI, in an environment of their own: checkov pins much that the emulator's must not get.
 */
export async function pythonTool(name) {
  const python = findProgram('python3');
  if (!python) throw missing(`${name} needs Python 3.10 or later, and there is no python3 on the PATH`);
  const venv = join(folder, 'venv');
  const stamp = join(venv, '.requirements');
  const wanted = readFileSync(requirements, 'utf8');
  const isCurrent = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted;
  if (!isCurrent()) {
    await locked(async () => {
      if (isCurrent()) return;
      console.log('fetching the linters from PyPI, once');
      await run(python, ['-m', 'venv', venv]);
      await run(join(venv, 'bin', 'python'), [
        '-m',
        'pip',
        'install',
        '--quiet',
        '--disable-pip-version-check',
        '-r',
        requirements,
      ]);
      writeFileSync(stamp, wanted);
    }, `${name} could not be had from PyPI`);
  }
  return join(venv, 'bin', name);
}

/** tflint has no package in a registry but Go's; one that is on the PATH will do. */
export async function tflint() {
  const own = join(folder, 'bin', `tflint-${TFLINT}`);
  if (existsSync(own)) return own;
  const installed = findProgram('tflint');
  if (installed) return installed;
  const go = findProgram('go');
  if (!go) throw missing('tflint is not on the PATH, and there is no go to build it with');
  await locked(async () => {
    if (existsSync(own)) return;
    console.log('building tflint, once: a few minutes');
    const bin = join(folder, 'bin');
    await run(go, ['install', `github.com/terraform-linters/tflint@${TFLINT}`], {
      env: { ...process.env, GOBIN: bin },
    });
    await run('mv', [join(bin, 'tflint'), own]);
  }, 'tflint could not be built');
  return own;
}

async function locked(work, what) {
  mkdirSync(folder, { recursive: true });
  try {
    await withLock(join(root, '.sandbox', 'locks', 'verify'), work);
  } catch (error) {
    throw missing(`${what}: ${error.message}`);
  }
}

/** Said loudly and counted as skipped; with CI=true a failure. */
function missing(message) {
  return Object.assign(new SetupError(message), { missingTool: true });
}
