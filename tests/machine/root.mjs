// The system that the boot script is run in: Debian's own packages, made once with debootstrap. Never the host.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const SUITE = 'bookworm';
/** What Amazon Linux and Ubuntu images have and Debian's least one lacks. No AWS CLI, no git, no libicu. */
const PACKAGES = ['curl', 'ca-certificates', 'procps', 'util-linux'];

/** What is missing here to run it, in one sentence; undefined when nothing is. */
export function whatIsMissing() {
  if (process.platform !== 'linux') return 'The boot script is only run on Linux.';
  if (process.getuid() !== 0) return 'The boot script is only run by root, in a root folder of its own; run "sudo node tests/machine/run.mjs".';
  const absent = ['debootstrap', 'unshare', 'chroot'].filter((program) => !succeeds('sh', ['-c', `command -v ${program}`]));
  if (absent.length > 0) return `The boot script needs ${absent.join(', ')} to be run; on Debian and Ubuntu: apt-get install debootstrap util-linux.`;
  const mounts = 'mount -t tmpfs none /mnt && mkdir /mnt/l /mnt/u /mnt/w /mnt/m && mount -t overlay none -o lowerdir=/mnt/l,upperdir=/mnt/u,workdir=/mnt/w /mnt/m';
  if (!succeeds('unshare', ['-mpf', '--propagation', 'private', 'sh', '-c', mounts])) return 'This kernel or container allows no mounts of its own, so the boot script can’t be run here.';
  return undefined;
}

function succeeds(command, args) {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Answers the folder of the system, made at the first time (half a minute) and kept below `cache`. */
export function ensureRoot(cache, log) {
  const folder = join(cache, `${SUITE}-${PACKAGES.join('-')}`);
  if (existsSync(folder)) return folder;
  log(`making a ${SUITE} system in ${folder}`);
  const unfinished = `${folder}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(cache, { recursive: true });
  execFileSync('debootstrap', ['--variant=minbase', `--include=${PACKAGES.join(',')}`, SUITE, unfinished], { stdio: ['ignore', 'ignore', 'inherit'] });
  renameSync(unfinished, folder);
  return folder;
}
