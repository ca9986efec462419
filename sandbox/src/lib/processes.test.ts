import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endProcesses, isAlive, logTail, startDetached, startField, startTime } from './processes';
import type { RecordedProcess } from './state';
import { waitFor } from './wait';

/** What has not come by then never does, on any machine. */
const HANG = 300;

describe('processes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sandbox-processes-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const start = (name: string, program: string): Promise<RecordedProcess> =>
    startDetached({
      name,
      command: process.execPath,
      args: ['-e', program],
      cwd: folder,
      env: process.env,
      log: join(folder, `${name}.log`),
    });
  const said = (one: RecordedProcess, text: string): Promise<void> =>
    waitFor(async () => readFileSync(one.log, 'utf8').includes(text), { what: one.name, seconds: HANG, every: 20 });

  it('end with the processes that they started', async () => {
    const parent = await start(
      'parent',
      'const c=require("child_process").spawn("sleep",["60"]);console.log("child "+c.pid+".");setInterval(()=>{},1e3)',
    );
    await said(parent, '.');
    const child = Number(/child (\d+)/.exec(logTail(parent))?.[1]);
    expect(startTime(child)).toBeDefined();
    expect(await endProcesses([parent])).toEqual(['parent']);
    await waitFor(async () => startTime(child) === undefined && !isAlive(parent), {
      what: 'the end',
      seconds: HANG,
      every: 20,
    });
  });

  it('are ended also where only what they started is left of them', async () => {
    const parent = await start(
      'orphaning',
      'const c=require("child_process").spawn("sleep",["60"]);console.log("child "+c.pid+".");setInterval(()=>{},1e3)',
    );
    await said(parent, '.');
    const child = Number(/child (\d+)/.exec(logTail(parent))?.[1]);
    process.kill(parent.pid, 'SIGKILL');
    await waitFor(async () => !isAlive(parent), { what: 'the end of the parent', seconds: HANG, every: 20 });
    expect(startTime(child)).toBeDefined();
    expect(await endProcesses([parent])).toEqual(['orphaning']);
    await waitFor(async () => startTime(child) === undefined, {
      what: 'the end of the child',
      seconds: HANG,
      every: 20,
    });
  });

  it('are killed when they do not end by themselves', async () => {
    const stubborn = await start(
      'stubborn',
      'process.on("SIGTERM",()=>{});console.log("deaf");setInterval(()=>{},1e3)',
    );
    await said(stubborn, 'deaf');
    await endProcesses([stubborn], 0.2);
    await waitFor(async () => !isAlive(stubborn), { what: 'the end', seconds: HANG, every: 20 });
  });

  it('are left alone when the pid belongs to another process by now', async () => {
    const other = await start('other', 'setInterval(()=>{},1e3)');
    expect(await endProcesses([{ ...other, started: '1' }])).toEqual([]);
    expect(isAlive(other)).toBe(true);
    await endProcesses([other]);
  });

  it('say what they printed last', async () => {
    const failing = await start('failing', 'console.error("first");console.error("last");process.exit(3)');
    await said(failing, 'last');
    expect(logTail(failing, 1)).toBe('last');
  });

  it('are named when they can not be started', async () => {
    const impossible = startDetached({
      name: 'impossible',
      command: join(folder, 'missing'),
      args: [],
      cwd: folder,
      env: {},
      log: join(folder, 'x.log'),
    });
    await expect(impossible).rejects.toThrow('impossible could not be started');
  });

  it('are distinguished from their names in the process table', () => {
    const stat = (state: string): string =>
      `42 (a (b) c) ${state} ${Array.from({ length: 18 }, (_, index) => index).join(' ')} 98765 0`;
    expect(startField(stat('S'))).toBe('98765');
    expect(startField(stat('Z'))).toBeUndefined();
  });
});
