import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { lowerPriority } from './lower-priority';

test('a program and its session have a lower priority afterwards', () => {
  const child = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
  try {
    const pid = child.pid ?? 0;
    const before = getPriority(pid);
    lowerPriority(pid);
    expect(getPriority(pid)).toBeGreaterThan(before);
    const group = `/proc/${pid}/autogroup`;
    if (existsSync(group)) expect(readFileSync(group, 'utf8')).toMatch(/ nice 15$/m);
  } finally {
    child.kill('SIGKILL');
  }
});

test('one that is gone is no error', () => {
  expect(() => lowerPriority(2 ** 30)).not.toThrow();
});
