import { job } from '@multi-tenant-runner/testing';
import { createShell } from '../test/shell';
import { createProgress } from './output/progress';

describe('--watch', () => {
  const watching = (options: Parameters<typeof createShell>[0] = {}) => {
    const shell = createShell(options);
    shell.harness.addTenant({ slots_held: 2 });
    let looks = 0;
    Object.assign(shell.fleet, {
      sleep: async (milliseconds: number) => {
        looks += 1;
        if (looks === 2) throw new Error('interrupted');
        shell.harness.clock.advance(milliseconds);
        await shell.harness.jobs.create(job({ state: 'parked', reason: 'limit' }));
      },
    });
    return shell;
  };

  it('shows a thing again and again', async () => {
    const { run } = watching();
    const { out, err } = await run('waiting', 'acme', '--output', 'csv', '--watch');
    expect(out.split('job,repository')).toHaveLength(3);
    expect(out.split('\r\n').filter((line) => line.startsWith('7001,'))).toHaveLength(1);
    expect(err).toContain('interrupted');
  });

  it('clears a terminal before each', async () => {
    const { out } = await watching({ isTerminal: true }).run('--watch', 'waiting', 'acme');
    expect(out.split('\u001b[H\u001b[2J')).toHaveLength(3);
  });

  it('is refused to what changes something, which then does not happen', async () => {
    const { run, harness } = watching();
    const answer = await run('tenants', 'suspend', 'acme', '--reason', 'r', '--watch');
    expect(answer).toMatchObject({ code: 2, err: expect.stringContaining('suspend is none of them') });
    expect(harness.state.tenants.rows.get(1001)).toMatchObject({ status: 'active' });
  });
});

describe('work that takes over a second', () => {
  it('says how long it takes, and leaves nothing behind', async () => {
    const said: string[] = [];
    const ticking: (() => void)[] = [];
    const progress = createProgress(
      (text) => said.push(text),
      (call) => {
        ticking.push(call);
        return () => void ticking.pop();
      },
    );
    expect(await progress(() => Promise.resolve(1))).toBe(1);
    expect({ said, ticking }).toEqual({ said: [], ticking: [] });
    const failed = progress(async () => {
      for (const tick of [...ticking, ...ticking]) tick();
      throw new Error('it fails');
    });
    await expect(failed).rejects.toThrow('it fails');
    expect(said).toEqual(['\r\u001b[Kworking, 1 s', '\r\u001b[Kworking, 2 s', '\r\u001b[K']);
    expect(ticking).toEqual([]);
  });
});

describe('colours', () => {
  it('show a state and what is most important, on a terminal alone', async () => {
    const shell = createShell({ isTerminal: true, hasColours: true });
    shell.harness.addTenant({ slots_held: 2 });
    await shell.harness.jobs.create(job({ state: 'parked', reason: 'limit' }));
    expect((await shell.run('jobs', 'list', 'acme')).out).toContain('\u001b[33mparked\u001b[0m');
    expect((await shell.run('jobs', 'why', '7001', '--tenant', 'acme')).out).toMatch(
      /^\u001b\[1mJob 7001 .*\u001b\[0m\n/,
    );
    expect((await shell.run('--output', 'json', 'jobs', 'list', 'acme')).out).not.toContain('\u001b');
  });
});

describe('a window of time', () => {
  const start = '2026-01-15T11:0';

  async function withJobs() {
    const shell = createShell();
    shell.harness.addTenant();
    for (const minute of [1, 2, 3, 4])
      await shell.harness.jobs.create(job({ jobId: minute, state: 'parked', queuedAt: `${start}${minute}:00Z` }));
    return shell;
  }

  it('narrows the jobs of a page, and the next page is got by its token', async () => {
    const { json } = await withJobs();
    const list = ['jobs', 'list', 'acme', '--limit', '2'];
    const window = ['--since', `${start}2:00Z`, '--until', `${start}4:00Z`];
    const first = await json(...list, ...window);
    expect(first).toMatchObject({ rows: [{ job: 3 }], next_page_token: '3' });
    expect(await json(...list, ...window, '--page-token', '3')).toEqual({
      rows: [expect.objectContaining({ job: 2 })],
    });
    const open = await json(...list, '--open');
    expect(open).toMatchObject({ rows: [{ job: 1 }, { job: 2 }] });
    const token = String(Object(open).next_page_token);
    expect(await json(...list, '--open', '--page-token', token)).toMatchObject({ rows: [{ job: 3 }, { job: 4 }] });
  });

  it.each([
    ['a token of another list', ['--page-token', '2026-01-15T11:01:00Z#1']],
    ['a token that is none', ['--open', '--page-token', 'a/b']],
    ['an end before its beginning', ['--since', '1h', '--until', '2h']],
  ])('refuses %s', async (_what, more) => {
    const { run } = await withJobs();
    expect(await run('jobs', 'list', 'acme', ...more)).toMatchObject({ code: 2, out: '' });
  });

  it('narrows the audit trail of a tenant, and of all tenants over days', async () => {
    const shell = createShell();
    shell.harness.addTenant();
    const entry = { installationId: 1001, action: 'tenant.changed', actor: 'a', via: 'api' } as const;
    const days = ['2026-01-13', '2026-01-14', '2026-01-15'];
    for (const day of days) await shell.audit.record({ ...entry, id: day, at: `${day}T09:00:00.000Z` });
    const rowsOf = async (...more: readonly string[]) => shell.json('audit', 'search', ...more);
    const window = ['--since', '2026-01-14', '--until', '2026-01-15T08:00:00Z'];
    const middle = [expect.objectContaining({ at: '2026-01-14T09:00:00.000Z' })];
    expect(await rowsOf('--tenant', 'acme', ...window)).toEqual({ rows: middle });
    expect(await rowsOf(...window)).toEqual({ rows: middle });
    const first = await rowsOf('--since', '2026-01-13', '--limit', '2');
    expect(first).toMatchObject({
      rows: [{ at: expect.stringContaining(days[2] ?? '') }, { at: expect.stringContaining('14') }],
    });
    const token = String(Object(first).next_page_token);
    expect(await rowsOf('--since', '2026-01-13', '--limit', '2', '--page-token', token)).toMatchObject({
      rows: [{ at: expect.stringContaining('2026-01-13') }],
    });
    expect((await shell.run('audit', 'search', '--day', '2026-01-15', '--since', '1h')).code).toBe(2);
  });

  it.each([
    ['--day', '2026-02-30'],
    ['--day', '2026-13-01'],
    ['--since', '2026-02-30'],
    ['--until', '2026-02-29T12:00:00Z'],
    ['--since', '999999d'],
  ])('takes no day that the calendar does not have: %s %s', async (flag, day) => {
    expect(await createShell().run('audit', 'search', flag, day)).toMatchObject({
      code: 2,
      err: expect.stringMatching(new RegExp(`"${day}" is no (day|time): give `)),
    });
  });

  it('looks through a year of a quiet trail at a time', async () => {
    const shell = createShell();
    const entry = { installationId: 0, action: 'launches.frozen', actor: 'a', via: 'mtr', id: '1' } as const;
    await shell.audit.record({ ...entry, at: '2024-06-01T09:00:00.000Z' });
    const search = ['audit', 'search', '--since', '2024-03-01'];
    const first = Object(await shell.json(...search));
    expect(first).toMatchObject({ rows: [] });
    const second = await shell.json(...search, '--page-token', String(first.next_page_token));
    expect(second).toMatchObject({ rows: [{ at: '2024-06-01T09:00:00.000Z' }] });
    expect(second).not.toHaveProperty('next_page_token');
  });
});
