import { accessSync, constants } from 'node:fs';
import { run, SetupError } from './command.mjs';

/** Chromium as Debian, Ubuntu, Fedora and macOS have it; SANDBOX_BROWSER names another. */
const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The path of a Chromium, or undefined. */
export function findBrowser() {
  return [process.env.SANDBOX_BROWSER, ...PLACES].find((place) => place !== undefined && isProgram(place));
}

/**
 * The path of a Chromium; as root on a system with apt it is installed where there is none. Undefined where it can't be
 * had: who asks says so.
 */
export async function ensureBrowser({ log = () => {} } = {}) {
  const found = findBrowser();
  if (found !== undefined || process.getuid?.() !== 0 || !isProgram('/usr/bin/apt-get')) return found;
  log('installing Chromium');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    await run('apt-get', ['-qq', 'update'], { env });
    await run('apt-get', ['-qq', '--no-install-recommends', 'install', 'chromium'], { env });
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    log(error.message);
  }
  return findBrowser();
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
