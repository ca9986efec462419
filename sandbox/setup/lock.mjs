import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Runs `work` while no other process does the same setup step, so that two sandboxes may start at once. */
export async function withLock(path, work) {
  mkdirSync(dirname(path), { recursive: true });
  while (!take(path)) {
    if (!holderIsAlive(path)) rmSync(path, { recursive: true, force: true });
    else await sleep(200);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}

function take(path) {
  try {
    mkdirSync(path);
    writeFileSync(join(path, 'pid'), String(process.pid));
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function holderIsAlive(path) {
  const pid = Number(readOr(join(path, 'pid'), '0'));
  // Between mkdir and the write the file is missing for a moment: give its maker the benefit of the doubt once.
  if (pid === 0) return Date.now() - createdAt(path) < 2000;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

const seen = new Map();
function createdAt(path) {
  if (!seen.has(path)) seen.set(path, Date.now());
  return seen.get(path);
}

function readOr(path, fallback) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return fallback;
  }
}
