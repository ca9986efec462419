// The system in which the boot script runs: Debian's own packages, built once with debootstrap. Never the host.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const SUITE = 'bookworm';
/** What Amazon Linux and Ubuntu images have and Debian's least one lacks. No AWS CLI, no git, no libicu. */
const PACKAGES = ['curl', 'ca-certificates', 'procps', 'util-linux'];

/** What is missing to run it, in one sentence; undefined if nothing is. */
export function whatIsMissing() {
  if (process.platform !== 'linux') return 'The boot script is only run on Linux.';
  if (process.getuid() !== 0)
    return 'The boot script is only run by root, in a root folder of its own; run "sudo node tests/machine/run.mjs".';
  const absent = ['unshare', 'chroot'].filter((program) => !has(program));
  if (!has('debootstrap') && !has('apt-get')) absent.push('debootstrap');
  if (absent.length > 0)
    return (
      `The boot script needs ${absent.join(', ')} to be run; on Debian and Ubuntu: apt-get install ` +
      'debootstrap util-linux.'
    );
  const mounts =
    'mount -t tmpfs none /mnt && mkdir /mnt/l /mnt/u /mnt/w /mnt/m && mount -t overlay none -o ' +
    'lowerdir=/mnt/l,upperdir=/mnt/u,workdir=/mnt/w /mnt/m';
  if (!succeeds('unshare', ['-mpf', '--propagation', 'private', 'sh', '-c', mounts]))
    return 'This kernel or container allows no mounts of its own, so the boot script can’t be run here.';
  return undefined;
}

const has = (program) => succeeds('sh', ['-c', `command -v ${program}`]);

function succeeds(command, args) {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Returns the system's folder, which the first call builds below `cache` in half a minute. */
export function ensureRoot(cache, log) {
  const folder = join(cache, `${SUITE}-${PACKAGES.join('-')}`);
  if (existsSync(folder)) return folder;
  log(`making a ${SUITE} system in ${folder}`);
  const unfinished = `${folder}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(cache, { recursive: true });
  const { program, env } = debootstrap(cache, log);
  execFileSync(program, ['--variant=minbase', `--include=${PACKAGES.join(',')}`, SUITE, unfinished], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  renameSync(unfinished, folder);
  return folder;
}

/**
 * The host's, else Debian's package of it, unpacked below `cache`: it is a shell script, and nothing is installed on
 * the host.
 */
function debootstrap(cache, log) {
  if (has('debootstrap')) return { program: 'debootstrap', env: process.env };
  const folder = join(cache, 'debootstrap');
  const program = join(folder, 'usr', 'sbin', 'debootstrap');
  if (!existsSync(program)) {
    log('fetching debootstrap from the Debian archive');
    const lists = join(folder, 'lists');
    mkdirSync(join(lists, 'partial'), { recursive: true });
    const apt = (...args) =>
      execFileSync('apt-get', ['-qq', '-o', `Dir::State::lists=${lists}`, '-o', 'APT::Sandbox::User=root', ...args], {
        cwd: folder,
        stdio: ['ignore', 'ignore', 'inherit'],
      });
    apt('update');
    apt('download', 'debootstrap');
    const archive = readdirSync(folder).find((name) => name.endsWith('.deb'));
    execFileSync('dpkg-deb', ['--extract', archive, '.'], { cwd: folder });
  }
  return { program, env: { ...process.env, DEBOOTSTRAP_DIR: join(folder, 'usr', 'share', 'debootstrap') } };
}
