import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const MODULE = join(__dirname, '../../setup/lock.mjs');
const folder = mkdtempSync(join(tmpdir(), 'sandbox-lock-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Processes that each write that they came and that they left, in one file, under one lock. */
async function contend(name: string, processes: number): Promise<readonly string[]> {
  const [lock, log] = [join(folder, name), join(folder, `${name}.log`)];
  const program = `import { appendFileSync } from 'node:fs';
    import { setTimeout as sleep } from 'node:timers/promises';
    const { withLock } = await import(${JSON.stringify(MODULE)});
    const say = (word) => appendFileSync(${JSON.stringify(log)}, word + ' ' + process.pid + '\\n');
    await withLock(${JSON.stringify(lock)}, async () => { say('comes'); await sleep(20); say('leaves'); });`;
  await Promise.all(
    Array.from({ length: processes }, () => run(process.execPath, ['--input-type=module', '-e', program])),
  );
  return readFileSync(log, 'utf8').trim().split('\n');
}

function oneAfterTheOther(lines: readonly string[]): boolean {
  return lines.every((line, index) =>
    index % 2 === 0 ? line.startsWith('comes') : line === String(lines[index - 1]).replace('comes', 'leaves'),
  );
}

it('lets one process at a time do a step of setup, and leaves nothing behind', async () => {
  const lines = await contend('fresh', 5);
  expect(lines).toHaveLength(10);
  expect(oneAfterTheOther(lines)).toBe(true);
  expect(readdirSync(folder).filter((name) => name.startsWith('fresh') && !name.endsWith('.log'))).toEqual([]);
});

it.each([
  ['dead', '4194304'],
  ['nameless', undefined],
])('takes over the lock of a holder that is %s, by one of those that wait', async (name, pid) => {
  mkdirSync(join(folder, name));
  if (pid !== undefined) writeFileSync(join(folder, name, 'pid'), pid);
  const lines = await contend(name, 4);
  expect(lines).toHaveLength(8);
  expect(oneAfterTheOther(lines)).toBe(true);
  expect(existsSync(join(folder, name))).toBe(false);
});
