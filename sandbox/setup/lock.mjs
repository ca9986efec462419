import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Runs `work` while no other process does the same setup step, so that two sandboxes may start at once. */
export async function withLock(path, work) {
  mkdirSync(dirname(path), { recursive: true });
  while (!take(path)) {
    if (!holderIsAlive(path)) bury(path);
    else await sleep(200);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}

let drafts = 0;
const TAKEN = ['EEXIST', 'ENOTEMPTY', 'EPERM'];
const draftOf = (path) => `${path}.${process.pid}.${(drafts += 1)}`;

/** The lock comes into being with its holder's name in it: a folder that is not empty can't be replaced by a rename. */
function take(path) {
  const draft = draftOf(path);
  mkdirSync(draft);
  writeFileSync(join(draft, 'pid'), String(process.pid));
  try {
    renameSync(draft, path);
    return true;
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (TAKEN.includes(error.code)) return false;
    throw error;
  }
}

/** Takes a dead holder's lock away. Should another have taken it over meanwhile, that one gets it back. */
function bury(path) {
  const grave = draftOf(path);
  try {
    renameSync(path, grave);
    if (holderIsAlive(grave)) renameSync(grave, path);
  } catch (error) {
    if (error.code !== 'ENOENT' && !TAKEN.includes(error.code)) throw error;
  }
  rmSync(grave, { recursive: true, force: true });
}

function holderIsAlive(path) {
  const pid = Number(readOr(join(path, 'pid'), '0'));
  if (pid === 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function readOr(path, fallback) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return fallback;
  }
}
