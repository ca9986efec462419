import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError, findProgram, run } from './command.mjs';
import { withLock } from './lock.mjs';

/** The Python environment of the emulator: one for a checkout, whatever SANDBOX_DIR says. */
export const venvFolder = (root) => join(root, '.sandbox', 'venv');
export const venvProgram = (root, name) => join(venvFolder(root), 'bin', name);

/** Makes the environment with the pinned emulator, and the AWS CLI where the machine has none. */
export async function ensurePython({ root, log = () => {} }) {
  const python = findPython();
  const wanted = requirements(root);
  if (isCurrent(root, wanted)) return;
  await withLock(join(root, '.sandbox', 'locks', 'python'), async () => {
    if (isCurrent(root, wanted)) return;
    await checkPython(python);
    log('making the Python environment of the AWS emulator');
    rmSync(venvFolder(root), { recursive: true, force: true });
    mkdirSync(join(root, '.sandbox'), { recursive: true });
    await run(python, ['-m', 'venv', venvFolder(root)]);
    await install(root, wanted);
    writeFileSync(stamp(root), wanted.join('\n'));
  });
}

/** The folder to put on PATH for a program that calls `aws`, or undefined where the machine has its own. */
export function awsCliFolder(root) {
  return existsSync(venvProgram(root, 'aws')) ? join(venvFolder(root), 'bin') : undefined;
}

function requirements(root) {
  const pinned = readFileSync(join(root, 'sandbox', 'aws', 'requirements.txt'), 'utf8')
    .split('\n')
    .filter((line) => line.trim() && !line.startsWith('#'));
  // The AWS CLI pins botocore exactly, so it is left to pip to find the release that fits the emulator's.
  return findProgram('aws') ? pinned : [...pinned, 'awscli'];
}

const stamp = (root) => join(venvFolder(root), '.requirements');

function isCurrent(root, wanted) {
  return existsSync(stamp(root)) && readFileSync(stamp(root), 'utf8') === wanted.join('\n');
}

function findPython() {
  const python = findProgram('python3');
  if (python) return python;
  throw new SetupError('The AWS emulator needs Python 3.10 or later, and there is no python3 on the PATH; install it and run the command again.');
}

async function checkPython(python) {
  try {
    await run(python, ['-c', 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))']);
  } catch {
    throw new SetupError(`${python} is older than 3.10 or has no venv module; install Python 3.10 or later with venv (on Debian: apt-get install python3-venv) and run the command again.`);
  }
}

async function install(root, wanted) {
  try {
    await run(venvProgram(root, 'python'), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...wanted]);
  } catch (error) {
    throw new SetupError(`pip could not install ${wanted.join(' and ')}; check the access to PyPI and run the command again.\n${error.message}`);
  }
}
