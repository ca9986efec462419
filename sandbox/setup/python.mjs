import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SetupError, findProgram, run } from './command.mjs';
import { withLock } from './lock.mjs';

/** The Python environment of the emulator: one for a checkout, whatever SANDBOX_DIR says. */
export const venvFolder = (root) => join(root, '.sandbox', 'venv');
export const venvProgram = (root, name) => join(venvFolder(root), 'bin', name);

/**
 * Makes the environment with the pinned emulator, and the AWS CLI where the machine has none that machines could use.
 */
export async function ensurePython({ root, log = () => {} }) {
  const python = findPython();
  if (isCurrent(root)) return;
  await withLock(join(root, '.sandbox', 'locks', 'python'), async () => {
    if (isCurrent(root)) return;
    await checkPython(python);
    log('making the Python environment of the AWS emulator');
    mkdirSync(join(root, '.sandbox'), { recursive: true });
    // Another sandbox may be running in it: what is there is added to, never taken away.
    if (!existsSync(venvProgram(root, 'python'))) await run(python, ['-m', 'venv', venvFolder(root)]);
    // The AWS CLI pins botocore exactly, so it is left to pip to find the release that fits the emulator's.
    await install(root, (await awsCliWorksAnywhere()) ? pins(root) : [...pins(root), 'awscli']);
    writeFileSync(stamp(root), stampOf(root));
  });
}

/** The folder to put on PATH for a program that calls `aws`, or undefined where the machine's own serves. */
export function awsCliFolder(root) {
  return existsSync(venvProgram(root, 'aws')) ? join(venvFolder(root), 'bin') : undefined;
}

function pins(root) {
  return readFileSync(join(root, 'sandbox', 'aws', 'requirements.txt'), 'utf8')
    .split('\n')
    .filter((line) => line.trim() && !line.startsWith('#'));
}

/**
 * A version manager's stand-in for `aws` needs its owner's home and settings, and a sandboxed machine has a home of its
 * own.
 */
async function awsCliWorksAnywhere() {
  const aws = findProgram('aws');
  if (!aws) return false;
  const home = mkdtempSync(join(tmpdir(), 'aws-home-'));
  try {
    await run(aws, ['--version'], { env: { PATH: process.env.PATH, HOME: home } });
    return true;
  } catch {
    return false;
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

const stamp = (root) => join(venvFolder(root), '.requirements');

// The marks of an environment that was finished: an interrupted setup leaves none.
const stampOf = (root) => `1\n${pins(root).join('\n')}\n`;

function isCurrent(root) {
  const finished = existsSync(stamp(root)) && readFileSync(stamp(root), 'utf8') === stampOf(root);
  return finished && (existsSync(venvProgram(root, 'aws')) || findProgram('aws') !== undefined);
}

function findPython() {
  const python = findProgram('python3');
  if (python) return python;
  throw new SetupError(
    'The AWS emulator needs Python 3.10 or later, and there is no python3 on the PATH; install it and run ' +
      'the command again.',
  );
}

async function checkPython(python) {
  try {
    await run(python, ['-c', 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))']);
  } catch {
    throw new SetupError(
      `${python} is older than 3.10 or has no venv module; install Python 3.10 or later with venv (on ` +
        'Debian: apt-get install python3-venv) and run the command again.',
    );
  }
}

async function install(root, wanted) {
  try {
    await run(venvProgram(root, 'python'), [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--disable-pip-version-check',
      ...wanted,
    ]);
  } catch (error) {
    throw new SetupError(
      `pip could not install ${wanted.join(' and ')}; check the access to PyPI and run the command ` +
        `again.\n${error.message}`,
    );
  }
}
