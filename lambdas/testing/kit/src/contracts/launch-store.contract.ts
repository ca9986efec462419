import type { Launch, LaunchStore } from '@multi-tenant-runner/core';
import { intent, launch } from '../factories';
import type { TestClock } from '../test-clock';

export interface LaunchStoreUnderTest {
  readonly store: LaunchStore;
  readonly clock: TestClock;
  /** Writes a row, as an admission does. */
  put(launch: Launch): Promise<void>;
}

/** What every launch store keeps: states, versions and leases that hold against all others. */
export function launchStoreContract(make: () => Promise<LaunchStoreUnderTest>, nextId: () => number): void {
  let store: LaunchStore;
  let clock: TestClock;
  let put: LaunchStoreUnderTest['put'];
  let id: number;
  const add = async (overrides: Partial<Launch> = {}): Promise<Launch> => {
    const row = launch({ installationId: id, ...overrides });
    await put(row);
    return row;
  };

  beforeEach(async () => {
    ({ store, clock, put } = await make());
    id = nextId();
  });

  it('answers what it was given, with every attribute', async () => {
    const row = await add({
      state: 'running',
      scope: 'acme/app',
      leaseUntil: 1_768_478_400_123,
      leaseOwner: 'worker',
      intent: intent({ spot: true, candidate: 'spot/t3.medium/subnet-a' }),
      instanceId: `i-${id}`,
      runnerId: 0,
      runnerName: 'test-i-1',
      jitStored: false,
      takenBy: 7002,
      takenAt: '2026-01-15T12:01:00Z',
      launchedAt: '2026-01-15T12:00:30.000Z',
      reason: 'because',
    });
    await expect(store.get(id, row.launchId)).resolves.toEqual(row);
    await expect(store.get(id, '1-1')).resolves.toBeUndefined();
  });

  it('raises the version with each change, and answers the row after it', async () => {
    const row = await add();
    clock.advance(1_000);
    const changed = await store.change(id, row.launchId, { from: ['held'], version: 1 }, { state: 'launching' });
    // Not every write is progress, so the time of the last one is given where it is.
    expect(changed).toEqual({ ok: true, row: { ...row, state: 'launching', version: 2 } });
    await expect(
      store.change(id, row.launchId, { from: ['launching'], version: 1 }, { reason: 'late' }),
    ).resolves.toEqual({
      ok: false,
      row: changed.row,
    });
    await expect(store.change(id, row.launchId, { from: ['launching'] }, { intent: intent() })).resolves.toMatchObject({
      ok: true,
      row: { version: 3, intent: intent() },
    });
    await expect(store.change(id, row.launchId, { from: ['launching'] }, { intent: null })).resolves.toMatchObject({
      ok: true,
      row: expect.not.objectContaining({ intent: expect.anything() }),
    });
  });

  it('refuses a change from another state, and of no row', async () => {
    const row = await add({ state: 'ending' });
    await expect(
      store.change(id, row.launchId, { from: ['held', 'launching'] }, { state: 'launching' }),
    ).resolves.toEqual({ ok: false, row });
    await expect(store.change(id, '1-1', { from: ['held'] }, { state: 'launching' })).resolves.toEqual({ ok: false });
  });

  it('changes the row of one machine alone, where it is asked to', async () => {
    const row = await add({ state: 'running', instanceId: `i-${id}` });
    const change = (instanceId: string) =>
      store.change(id, row.launchId, { from: ['running'], instanceId }, { takenBy: 7002 });
    await expect(change('i-of-another')).resolves.toEqual({ ok: false, row });
    await expect(change(`i-${id}`)).resolves.toMatchObject({ ok: true, row: { takenBy: 7002 } });
    await add({ launchId: '7002-1', state: 'running' });
    await expect(
      store.change(id, '7002-1', { from: ['running'], instanceId: `i-${id}` }, { takenBy: 7002 }),
    ).resolves.toMatchObject({ ok: false });
  });

  describe('a machine that says what its row is', () => {
    const launchedAt = '2026-01-15T12:00:30.000Z';
    const claimable = { claimHash: 'the-hash', launchedSince: launchedAt };
    const own = { state: 'running', launchedAt, intent: intent({ claimHash: 'the-hash' }) } as const;
    const claim = { nonceHash: 'of-the-nonce', reportHash: 'of-the-reports' };
    const claimIt = (overrides: Partial<typeof claimable> = {}) =>
      store.change(
        id,
        '7001-1',
        { from: ['running'], instanceId: `i-${id}`, claimable: { ...claimable, ...overrides } },
        { claim },
      );

    it('claims, and no other one after it', async () => {
      await add({ ...own, instanceId: `i-${id}` });
      await expect(claimIt()).resolves.toMatchObject({ ok: true, row: { claim } });
      await expect(claimIt()).resolves.toMatchObject({ ok: false, row: { claim } });
    });

    it.each<[string, Partial<Launch>, Partial<typeof claimable>]>([
      ['with another secret', {}, { claimHash: 'of-another' }],
      ['too late', {}, { launchedSince: '2026-01-15T12:00:30.001Z' }],
      ['of several of one call', { intent: { ...own.intent, group: { index: 0, size: 2 } } }, {}],
      ['of a pool', { blank: { blankId: 'blank-1', nonceHash: 'x' } as Launch['blank'] & object }, {}],
    ])('claims nothing %s', async (_why, changes, guard) => {
      const row = await add({ ...own, instanceId: `i-${id}`, ...changes });
      await expect(claimIt(guard)).resolves.toEqual({ ok: false, row });
    });

    it('claims nothing of a launch whose machine is not there yet', async () => {
      const { launchedAt: _launchedAt, intent: _intent, ...held } = own;
      await add(held);
      await expect(claimIt()).resolves.toMatchObject({ ok: false });
    });

    it('reports behind exactly what it has said', async () => {
      const received = { minute: 29_474_640, inMinute: 1, total: 1, logBytes: 0 };
      const first = { runnerVersion: '2.3', received };
      const second = { ...first, activity: 'busy', received: { ...received, total: 2 } } as const;
      const report = (seen: Launch['reports'], reports: Launch['reports'] & object, reportHash = claim.reportHash) =>
        store.change(id, '7001-1', { from: ['running'], reporting: { reportHash, reports: seen } }, { reports });
      await add({ ...own, claim });
      await expect(report(undefined, first, 'of-another')).resolves.toMatchObject({ ok: false });
      await expect(report(second, first)).resolves.toMatchObject({ ok: false });
      await expect(report(undefined, first)).resolves.toMatchObject({ ok: true, row: { reports: first } });
      await expect(report(undefined, second)).resolves.toMatchObject({ ok: false, row: { reports: first } });
      await expect(report({ ...first, received: { ...received, logBytes: 1 } }, second)).resolves.toMatchObject({
        ok: false,
      });
      await expect(report(structuredClone(first), second)).resolves.toMatchObject({
        ok: true,
        row: { reports: second },
      });
    });
  });

  describe('the lease', () => {
    const take = (name: string, now: number) =>
      store.change(
        id,
        '7001-1',
        { from: ['held'], leaseFreeAt: now, leaseFreeFor: name },
        { leaseOwner: name, leaseUntil: now + 90_000 },
      );

    it('is had by one of many at once', async () => {
      await add({ state: 'held' });
      const outcomes = await Promise.all(Array.from({ length: 20 }, (_, index) => take(`worker-${index}`, 1_000)));
      expect(outcomes.filter((outcome) => outcome.ok)).toHaveLength(1);
    });

    it('keeps others out until its time is over, and its holder never', async () => {
      await add({ state: 'held' });
      await expect(take('first', 1_000)).resolves.toMatchObject({ ok: true });
      await expect(take('second', 90_999)).resolves.toMatchObject({ ok: false, row: { leaseOwner: 'first' } });
      await expect(take('first', 50_000)).resolves.toMatchObject({ ok: true, row: { leaseUntil: 140_000 } });
      await expect(take('second', 140_000)).resolves.toMatchObject({ ok: true, row: { leaseOwner: 'second' } });
    });

    it('also rejects a caller without a lease owner', async () => {
      await add({ state: 'held', leaseOwner: 'first', leaseUntil: 90_000 });
      await expect(
        store.change(id, '7001-1', { from: ['held'], leaseFreeAt: 80_000 }, { state: 'ending' }),
      ).resolves.toMatchObject({ ok: false });
      await expect(
        store.change(id, '7001-1', { from: ['held'], leaseFreeAt: 90_000 }, { state: 'ending' }),
      ).resolves.toMatchObject({ ok: true });
    });

    it('is asked for by name', async () => {
      await add({ state: 'held', leaseOwner: 'first', leaseUntil: 90_000 });
      await expect(
        store.change(id, '7001-1', { from: ['held'], leaseOwner: 'second' }, { state: 'launching' }),
      ).resolves.toMatchObject({ ok: false });
      await expect(
        store.change(
          id,
          '7001-1',
          { from: ['held'], leaseOwner: 'first' },
          { state: 'launching', leaseOwner: null, leaseUntil: null },
        ),
      ).resolves.toMatchObject({ ok: true });
      await expect(
        store.change(id, '7001-1', { from: ['launching'], leaseOwner: 'first' }, { state: 'running' }),
      ).resolves.toMatchObject({ ok: false });
      await expect(
        store.change(id, '7001-1', { from: ['launching'], leaseFreeAt: 0 }, { state: 'running' }),
      ).resolves.toMatchObject({ ok: true });
    });
  });

  it('lists what has not ended', async () => {
    await add({ jobId: 2, launchId: '2-1', createdAt: '2026-01-15T11:00:00.000Z' });
    await add({ jobId: 1, launchId: '1-1', state: 'ending' });
    await add({ jobId: 3, launchId: '3-1', state: 'ended', endedAt: '2026-01-15T12:00:00.000Z' });
    expect((await store.listOpen(id)).map((one) => one.launchId)).toEqual(['2-1', '1-1']);
    await store.change(id, '1-1', { from: ['ending'] }, { state: 'ended', endedAt: '2026-01-15T12:10:00.000Z' });
    expect((await store.listOpen(id)).map((one) => one.launchId)).toEqual(['2-1']);
  });

  it('pages through what has not ended', async () => {
    await add({ jobId: 2, launchId: '2-1', createdAt: '2026-01-15T11:00:00.000Z' });
    await add({ jobId: 1, launchId: '1-1', createdAt: '2026-01-15T12:00:00.000Z' });
    const first = await store.pageOpen(id, { limit: 1 });
    expect(first.rows.map((one) => one.launchId)).toEqual(['2-1']);
    const second = await store.pageOpen(id, { limit: 2, ...(first.next !== undefined && { after: first.next }) });
    expect(second.rows.map((one) => one.launchId)).toEqual(['1-1']);
    expect(second.next).toBeUndefined();
  });

  it('finds a launch by its machine', async () => {
    await add({ state: 'launching' });
    await expect(store.findByInstance(`i-${id}`)).resolves.toBeUndefined();
    await store.change(id, '7001-1', { from: ['launching'] }, { instanceId: `i-${id}` });
    await expect(store.findByInstance(`i-${id}`)).resolves.toEqual({ installationId: id, launchId: '7001-1' });
  });

  it('keeps the place where a sweep stopped', async () => {
    await expect(store.readCursor(`sweep-${id}`)).resolves.toBeUndefined();
    await store.writeCursor(`sweep-${id}`, '42');
    await expect(store.readCursor(`sweep-${id}`)).resolves.toBe('42');
    await store.writeCursor(`sweep-${id}`, undefined);
    await expect(store.readCursor(`sweep-${id}`)).resolves.toBeUndefined();
  });
}
