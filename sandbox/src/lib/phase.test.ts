import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTime } from './processes';
import { prepareFolder, runningSandbox, sandboxPaths, phaseOf, writePrivateJson } from './state';
import { describeStatus, status } from '../commands/status';

const root = mkdtempSync(join(tmpdir(), 'sandbox-phase-'));
const paths = sandboxPaths(root);
afterAll(() => rmSync(root, { recursive: true, force: true }));
beforeEach(() => prepareFolder(paths));

const alive = { name: 'AWS emulator', pid: process.pid, started: startTime(process.pid) ?? '', log: '' };
const dead = { ...alive, started: '1' };
const left = (up: typeof alive, processes: (typeof alive)[]): void =>
  writePrivateJson(paths.recordFile, {
    created_at: 'today',
    up,
    processes,
    launcher: { url: 'http://127.0.0.1:1', token: 't' },
  });

it('is half up where "up" was killed, and each command says what ends that', async () => {
  left(dead, [alive]);
  expect(phaseOf(paths)).toBe('half up');
  expect(() => runningSandbox(paths)).toThrow(
    /half up: its "up" was killed; end what it left with "npm run sandbox -- down"/,
  );
  expect(describeStatus(await status(paths))).toMatch(/^The sandbox in .* is half up.*down"/);
});

it('is coming up as long as its "up" lives', async () => {
  left(alive, []);
  expect(phaseOf(paths)).toBe('coming up');
  left(alive, [alive]);
  expect(phaseOf(paths)).toBe('coming up');
  expect((await status(paths)).up).toBe(false);
});

it('is none where nothing of it lives, whatever was left', async () => {
  left(dead, [dead]);
  expect(phaseOf(paths)).toBe('none');
  expect(() => runningSandbox(paths)).toThrow('"npm run sandbox -- up" brings one up');
  expect(describeStatus(await status(paths))).toMatch(/^No sandbox is up in/);
});

it('is up where its file is written and its processes live', async () => {
  left(dead, [alive]);
  writePrivateJson(paths.sandboxFile, { prefix: 'sandbox', webhook_url: 'http://127.0.0.1:1/webhook' });
  expect(phaseOf(paths)).toBe('up');
  expect(runningSandbox(paths)).toMatchObject({ sandbox: { prefix: 'sandbox' }, launcher: { token: 't' } });
  left(dead, [alive, dead]);
  expect(describeStatus(await status(paths))).toMatch(/has lost a process; end it with/);
});
