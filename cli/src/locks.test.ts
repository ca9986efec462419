import { createShell } from '../test/shell';

const shellWithTenant = () => {
  const shell = createShell();
  shell.harness.addTenant();
  return shell;
};
const acquire = (holder: string, ...more: readonly string[]) =>
  ['lock', 'acquire', 'acme', 'production', '--holder', holder, ...more] as const;

describe('lock', () => {
  it('is acquired with a number, renewed under it, listed and released', async () => {
    const { json, harness } = shellWithTenant();
    const fence = harness.clock.now().getTime();
    expect(await json(...acquire('run-1', '--ttl', '30s'))).toMatchObject({
      fence,
      until: '2026-01-15T12:00:30.000Z',
      sentence: expect.stringContaining('You have production until'),
    });
    harness.clock.advance(10_000);
    expect(await json(...acquire('run-1', '--ttl', '30s'))).toMatchObject({ fence, until: '2026-01-15T12:00:40.000Z' });
    expect(await json('lock', 'list', 'acme')).toMatchObject({
      rows: [
        { lock: 'production', holder: 'run-1', by: 'arn:aws:iam::123456789012:user/ops', held: '10s', waiters: [] },
      ],
    });
    const release = ['lock', 'release', 'acme', 'production', '--holder', 'run-1'];
    expect(await json(...release)).toMatchObject({ released: true });
    expect(await json(...release)).toMatchObject({ released: false });
    expect(await json('lock', 'list', 'acme')).toMatchObject({ rows: [] });
  });

  it('that another holds is waited for until its turn', async () => {
    const { json, run } = shellWithTenant();
    await run(...acquire('run-1', '--ttl', '30s'));
    expect(await run(...acquire('run-2'))).toMatchObject({
      code: 4,
      err: expect.stringContaining('run-1 has production'),
    });
    expect(await json(...acquire('run-2', '--wait', '1m'))).toMatchObject({ holder: 'run-2' });
  });

  it('that does not come free in time is given up, and the line is left', async () => {
    const { run, json } = shellWithTenant();
    await run(...acquire('run-1', '--ttl', '10m'));
    expect(await run(...acquire('run-2', '--wait', '9s'))).toMatchObject({
      code: 4,
      err: expect.stringContaining('you were number 1 in line'),
    });
    expect(await json('lock', 'list', 'acme')).toMatchObject({ rows: [{ waiters: [] }] });
  });

  it("is another's to release only with --force, which is recorded", async () => {
    const { run, json, audit } = shellWithTenant();
    await run(...acquire('run-1'));
    const release = ['lock', 'release', 'acme', 'production', '--holder', 'run-2'];
    expect(await run(...release)).toMatchObject({ code: 4, err: expect.stringContaining('--force') });
    expect(await json(...release, '--force', '--reason', 'it hangs')).toMatchObject({ released: true });
    expect(audit.entries).toMatchObject([{ action: 'lock.released', via: 'mtr', reason: 'it hangs' }]);
  });

  it('needs a holder, and times that are durations', async () => {
    const { run } = shellWithTenant();
    expect((await run('lock', 'acquire', 'acme', 'production')).code).toBe(2);
    expect((await run(...acquire('run-1', '--ttl', 'long'))).code).toBe(2);
  });

  it('are none of an offboarded tenant', async () => {
    const { run, harness } = shellWithTenant();
    harness.addTenant({ status: 'deleted', cleanup: 'done' });
    expect(await run('lock', 'acquire', '1001', 'production', '--holder', 'x')).toMatchObject({
      code: 4,
      err: expect.stringContaining('offboarded'),
    });
  });
});
