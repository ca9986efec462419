import { openAtOfJob, type Job, type JobStore } from '@multi-tenant-runner/core';
import { job } from '../factories';
import type { TestClock } from '../test-clock';

export interface JobStoreUnderTest {
  readonly store: JobStore;
  readonly clock: TestClock;
}

/** Every job store: one row a job, and no change that its guard rejects. */
export function jobStoreContract(make: () => Promise<JobStoreUnderTest>, nextId: () => number): void {
  let store: JobStore;
  let clock: TestClock;
  let id: number;
  const add = async (overrides: Partial<Job> = {}): Promise<Job> => {
    const row = job({ installationId: id, ...overrides });
    expect(await store.create(row)).toEqual({ ok: true, row });
    return row;
  };

  beforeEach(async () => {
    ({ store, clock } = await make());
    id = nextId();
  });

  it('answers what it was given, with every attribute', async () => {
    const row = await add({
      state: 'parked',
      reason: 'limit',
      nextTry: '2026-01-15T12:05:00.000Z',
      restarts: 2,
      startNumber: 3,
      launchId: '7001-3',
      isPublic: true,
      labels: [],
      startingAt: '2026-01-15T12:01:00.000Z',
      startedAt: '2026-01-15T12:02:00.000Z',
      conclusion: 'failure',
      runnerName: 'test-i-1',
    });
    await expect(store.get(id, row.jobId)).resolves.toEqual(row);
    await expect(store.get(id, 1)).resolves.toBeUndefined();
    await expect(store.get(id + 1, row.jobId)).resolves.toBeUndefined();
  });

  it('answers the row that stands instead of making a second', async () => {
    const row = await add();
    await expect(store.create({ ...row, state: 'parked', tier: 'large' })).resolves.toEqual({ ok: false, row });
  });

  it('reads many rows at once', async () => {
    const rows = [await add({ jobId: 1 }), await add({ jobId: 2, state: 'completed' })];
    const read = await store.getMany(id, [1, 2, 2, 3]);
    expect([...read].sort((one, other) => one.jobId - other.jobId)).toEqual(rows);
    await expect(store.getMany(id, [])).resolves.toEqual([]);
  });

  it('makes a row once for many at once', async () => {
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => store.create(job({ installationId: id }))));
    expect(outcomes.filter((outcome) => outcome.ok)).toHaveLength(1);
  });

  it('changes, removes and keeps attributes as requested, and returns the new row', async () => {
    const row = await add({ state: 'parked', reason: 'limit', nextTry: '2026-01-15T12:05:00.000Z' });
    clock.advance(1_000);
    const changed = await store.change(
      id,
      row.jobId,
      { from: ['parked'] },
      { state: 'starting', nextTry: null, startingAt: '2026-01-15T12:01:00.000Z' },
    );
    const { nextTry: _gone, ...kept } = row;
    expect(changed).toEqual({
      ok: true,
      row: { ...kept, state: 'starting', startingAt: '2026-01-15T12:01:00.000Z', updatedAt: clock.now().toISOString() },
    });
    await expect(store.get(id, row.jobId)).resolves.toEqual(changed.row);
  });

  it.each([
    ['another account', { from: ['queued'] as const, ownerId: 4711 }],
    ['another state', { from: ['starting'] as const }],
    ['another start number', { from: ['queued'] as const, startNumber: 2 }],
    ['another place in the line', { from: ['queued'] as const, queuedAt: '2026-01-15T01:00:00Z' }],
    ['another launch', { from: ['queued'] as const, launchId: '7001-9' }],
    ['another runner', { from: ['queued'] as const, runnerName: 'ghr-test-i-9' }],
  ])('rejects a change from %s and returns the present row', async (_what, guard) => {
    const row = await add();
    await expect(store.change(id, row.jobId, guard, { state: 'completed' })).resolves.toEqual({ ok: false, row });
    await expect(store.get(id, row.jobId)).resolves.toEqual(row);
  });

  it('allows a change whose whole guard fits', async () => {
    const row = await add({ runnerName: 'ghr-test-i-1' });
    await expect(
      store.change(
        id,
        row.jobId,
        { from: ['parked', 'queued'], startNumber: 1, launchId: '7001-1', runnerName: 'ghr-test-i-1' },
        { state: 'parked' },
      ),
    ).resolves.toMatchObject({ ok: true });
  });

  it('changes no row that is not there, and makes none', async () => {
    await expect(store.change(id, 1, { from: ['queued'] }, { state: 'parked' })).resolves.toEqual({ ok: false });
    await expect(store.get(id, 1)).resolves.toBeUndefined();
  });

  it('lets one of two opposite changes win', async () => {
    const row = await add();
    const outcomes = await Promise.all([
      store.change(id, row.jobId, { from: ['queued'] }, { state: 'starting' }),
      store.change(id, row.jobId, { from: ['queued'] }, { state: 'cancelled' }),
    ]);
    expect(outcomes.filter((outcome) => outcome.ok)).toHaveLength(1);
  });

  describe('open jobs', () => {
    it('come oldest first, and only until they end', async () => {
      await add({ jobId: 3, queuedAt: '2026-01-15T10:00:00Z', state: 'running' });
      await add({ jobId: 1, queuedAt: '2026-01-15T11:00:00Z', state: 'parked' });
      await add({ jobId: 2, queuedAt: '2026-01-15T09:00:00Z', state: 'starting' });
      await add({
        jobId: 4,
        queuedAt: '2026-01-15T08:00:00Z',
        state: 'completed',
        endedAt: '2026-01-15T08:30:00.000Z',
      });
      await store.create(job({ installationId: nextId(), jobId: 5 }));
      expect((await store.listOpen(id)).map((one) => one.jobId)).toEqual([2, 3, 1]);
      await store.change(id, 3, { from: ['running'] }, { state: 'completed', endedAt: '2026-01-15T12:00:00.000Z' });
      expect((await store.listOpen(id)).map((one) => one.jobId)).toEqual([2, 1]);
    });

    it('go behind the others when their time in the queue begins anew', async () => {
      await add({ jobId: 1, queuedAt: '2026-01-15T09:00:00Z', state: 'parked' });
      await add({ jobId: 2, queuedAt: '2026-01-15T10:00:00Z', state: 'queued' });
      await add({ jobId: 3, queuedAt: '2026-01-15T08:00:00Z', state: 'expired', endedAt: '2026-01-16T09:00:00.000Z' });
      await store.change(id, 1, { from: ['parked'] }, { state: 'queued', queuedAt: '2026-01-15T11:00:00Z' });
      await store.change(
        id,
        3,
        { from: ['expired'] },
        { state: 'queued', queuedAt: '2026-01-15T12:00:00Z', endedAt: null },
      );
      expect((await store.listOpen(id)).map((one) => one.jobId)).toEqual([2, 1, 3]);
    });

    it('are narrowed by state before they are counted', async () => {
      const all = Array.from({ length: 70 }, (_, index) => index + 1);
      const queuedAt = (jobId: number): string => new Date(Date.UTC(2026, 0, 15, 10, 0, jobId)).toISOString();
      await Promise.all(
        all.map((jobId) =>
          store.create(
            job({ installationId: id, jobId, queuedAt: queuedAt(jobId), state: jobId === 59 ? 'parked' : 'running' }),
          ),
        ),
      );
      const parked = await store.listOpen(id, { states: ['parked'], limit: 1 });
      expect(parked.map((one) => one.jobId)).toEqual([59]);
      await expect(store.listOpen(id, { limit: 65 })).resolves.toHaveLength(65);
      await expect(store.listOpen(id)).resolves.toHaveLength(70);
      await expect(store.listOpen(id, { limit: 0 })).resolves.toEqual([]);
    });

    it('are open again after an end that was none', async () => {
      await add({ jobId: 1, state: 'expired', endedAt: '2026-01-15T12:00:00.000Z' });
      await expect(store.listOpen(id)).resolves.toEqual([]);
      await store.change(id, 1, { from: ['queued', 'expired'] }, { state: 'running', endedAt: null });
      expect((await store.listOpen(id)).map((one) => one.jobId)).toEqual([1]);
    });
  });

  describe('pages of open jobs', () => {
    const idsOf = (rows: readonly Job[]): number[] => rows.map(({ jobId }) => jobId);

    it('go on behind the last row seen, and say when they are over', async () => {
      for (const jobId of [3, 1, 2])
        await add({ jobId, queuedAt: `2026-01-15T0${jobId}:00:00Z`, state: jobId === 2 ? 'running' : 'parked' });
      await add({ jobId: 4, state: 'completed', endedAt: '2026-01-15T08:30:00.000Z' });
      const first = await store.pageOpen(id, { limit: 2 });
      expect(idsOf(first.rows)).toEqual([1, 2]);
      expect(first.next).toBeDefined();
      const second = await store.pageOpen(id, { limit: 2, ...(first.next !== undefined && { after: first.next }) });
      expect(idsOf(second.rows)).toEqual([3]);
      expect(second.next).toBeUndefined();
      const [, between] = first.rows;
      if (between === undefined) throw new Error('no second row');
      expect(idsOf((await store.pageOpen(id, { limit: 9, after: openAtOfJob(between) })).rows)).toEqual([3]);
    });

    it('of a tenant without any are empty', async () => {
      await expect(store.pageOpen(id, { limit: 2 })).resolves.toEqual({ rows: [] });
    });
  });

  describe('waiting jobs', () => {
    const idsOf = (rows: readonly Job[]): number[] => rows.map(({ jobId }) => jobId);
    const waiting = async (): Promise<number[]> => idsOf((await store.pageWaiting(id, { limit: 9 })).rows);

    it('are the parked ones that no gate holds back, oldest first', async () => {
      for (const [index, state] of (['parked', 'queued', 'starting', 'running', 'parked'] as const).entries())
        await add({ jobId: index, queuedAt: `2026-01-15T0${9 - index}:00:00Z`, state });
      await add({ jobId: 8, state: 'parked', gatedAt: '2026-01-15T08:00:00.000Z' });
      await add({ jobId: 9, state: 'completed', endedAt: '2026-01-15T08:30:00.000Z' });
      expect(await waiting()).toEqual([4, 0]);
      const first = await store.pageWaiting(id, { limit: 1 });
      expect(idsOf(first.rows)).toEqual([4]);
      const second = await store.pageWaiting(id, { limit: 1, ...(first.next !== undefined && { after: first.next }) });
      expect(idsOf(second.rows)).toEqual([0]);
    });

    it('come and go with their state and their gate, whatever else changes', async () => {
      await add({ jobId: 1, queuedAt: '2026-01-15T10:00:00Z', state: 'queued' });
      await add({ jobId: 2, queuedAt: '2026-01-15T09:00:00Z', state: 'parked' });
      await store.change(id, 1, { from: ['queued'] }, { state: 'parked', reason: 'limit' });
      expect(await waiting()).toEqual([2, 1]);
      await store.change(id, 2, { from: ['parked'] }, { nextTry: '2026-01-15T12:05:00.000Z' });
      expect(await waiting()).toEqual([2, 1]);
      await store.change(id, 2, { from: ['parked'] }, { state: 'parked', gatedAt: '2026-01-15T12:00:00.000Z' });
      expect(await waiting()).toEqual([1]);
      await store.change(id, 2, { from: ['parked'] }, { state: 'parked', gatedAt: null });
      expect(await waiting()).toEqual([2, 1]);
      await store.change(id, 2, { from: ['parked'] }, { state: 'starting' });
      await store.change(id, 1, { from: ['parked'] }, { state: 'refused', endedAt: '2026-01-15T12:00:00.000Z' });
      expect(await waiting()).toEqual([]);
      await store.change(
        id,
        1,
        { from: ['refused'] },
        { state: 'queued', queuedAt: '2026-01-15T12:00:00Z', endedAt: null },
      );
      expect(await waiting()).toEqual([]);
      await store.change(id, 1, { from: ['queued'] }, { state: 'parked' });
      expect(await waiting()).toEqual([1]);
      expect(await store.get(id, 1)).not.toHaveProperty('waitingAt');
    });
  });

  it('names each tenant with an open job that no admission covers once, as long as it has one', async () => {
    const named = async (): Promise<number[]> => (await store.tenantsWithUnadmitted()).filter((one) => one === id);
    await expect(named()).resolves.toEqual([]);
    for (const jobId of [1, 2]) await add({ jobId, state: 'parked' });
    await expect(named()).resolves.toEqual([id]);
    const ended = { state: 'cancelled', endedAt: '2026-01-15T12:00:00.000Z' } as const;
    await store.change(id, 1, { from: ['parked'] }, ended);
    await expect(named()).resolves.toEqual([id]);
    await store.change(id, 2, { from: ['parked'] }, ended);
    await expect(named()).resolves.toEqual([]);
    await store.change(id, 2, { from: ['cancelled'] }, { state: 'running', endedAt: null });
    await expect(named()).resolves.toEqual([id]);
  });

  it('lists what waits of all tenants, oldest first, past what runs and what is over', async () => {
    const other = nextId();
    // Older than any other test's.
    const at = (second: number) => ({ queuedAt: `2001-01-01T00:00:0${second}.000Z` });
    await add({ jobId: 1, state: 'running', ...at(0) });
    await add({ jobId: 2, state: 'parked', gatedAt: '2001-01-01T00:00:09.000Z', ...at(4) });
    await add({ jobId: 3, state: 'starting', installationId: other, ...at(1) });
    await add({ jobId: 4, state: 'cancelled', ...at(2) });
    await add({ jobId: 5, state: 'queued', installationId: other, ...at(3) });
    const listed = async (limit: number, marked: readonly number[] = []): Promise<number[]> =>
      (await store.listWaiting(limit, marked)).map(({ jobId }) => jobId);
    await expect(listed(3)).resolves.toEqual([3, 5, 2]);
    await expect(listed(3, [id, other, nextId()])).resolves.toEqual([3, 5, 2]);
    await expect(listed(1)).resolves.toEqual([3]);
    const ended = { state: 'cancelled', endedAt: '2026-01-15T12:00:00.000Z' } as const;
    await store.change(other, 3, { from: ['starting'] }, ended);
    await store.change(id, 1, { from: ['running'] }, { state: 'parked' });
    await expect(listed(3)).resolves.toEqual([1, 5, 2]);
    await expect(store.listWaiting(1, [])).resolves.toEqual([await store.get(id, 1)]);
    for (const [tenant, jobId] of [
      [id, 1],
      [id, 2],
      [other, 5],
    ] as const)
      await store.change(tenant, jobId, { from: ['parked', 'queued'] }, ended);
  });

  it('lists the newest jobs first, whatever became of them', async () => {
    await add({ jobId: 8, state: 'parked' });
    await add({ jobId: 10, state: 'completed', endedAt: '2026-01-15T08:30:00.000Z' });
    await add({ jobId: 9, state: 'running' });
    expect((await store.listRecent(id, 2)).map((one) => one.jobId)).toEqual([10, 9]);
    expect((await store.listRecent(id, 9)).map((one) => one.jobId)).toEqual([10, 9, 8]);
    expect((await store.listRecent(id, 9, 10)).map((one) => one.jobId)).toEqual([9, 8]);
  });

  describe('jobs with checks', () => {
    const checks = async () => [...(await store.listChecks(id, 100))].sort((one, other) => one.jobId - other.jobId);
    const isFound = async (): Promise<boolean> => (await store.tenantsWithChecks()).includes(id);

    it('are found from the first write about a check until it is over, whatever becomes of the job', async () => {
      await add({ jobId: 1, state: 'parked' });
      expect([await isFound(), await checks()]).toEqual([false, []]);
      await store.change(id, 1, { from: ['parked'], checkAt: null }, { checkState: 'opening', checkAt: 'one' });
      await store.change(id, 1, { from: ['parked'] }, { state: 'completed', endedAt: '2026-01-15T12:30:00.000Z' });
      expect([await isFound(), await checks()]).toEqual([
        true,
        [{ jobId: 1, state: 'completed', checkState: 'opening' }],
      ]);
      await store.change(id, 1, { from: ['completed'], checkAt: 'one' }, { checkState: 'done' });
      expect([await isFound(), await checks()]).toEqual([false, []]);
    });

    it('stay where GitHub turned a try away', async () => {
      await add({ jobId: 1, state: 'parked' });
      await store.change(id, 1, { from: ['parked'] }, { checkState: 'opening', checkAt: 'one' });
      await store.change(id, 1, { from: ['parked'] }, { checkState: null, checkAt: 'two' });
      await expect(checks()).resolves.toEqual([{ jobId: 1, state: 'parked' }]);
    });

    it('are refused ones too, from their refusal', async () => {
      await add({ jobId: 1, state: 'refused', endedAt: '2026-01-15T12:30:00.000Z' });
      await add({ jobId: 2, state: 'parked' });
      await store.change(id, 2, { from: ['parked'] }, { state: 'refused', endedAt: '2026-01-15T12:30:00.000Z' });
      await expect(checks()).resolves.toEqual([
        { jobId: 1, state: 'refused' },
        { jobId: 2, state: 'refused' },
      ]);
      await expect(store.listChecks(id, 1)).resolves.toHaveLength(1);
    });

    it('let one of two writes about a check through', async () => {
      await add({ jobId: 1, state: 'parked' });
      const write = (checkAt: string | null) =>
        store.change(id, 1, { from: ['parked'], checkAt }, { checkState: 'opening', checkAt: 'one' });
      expect(await write('zero')).toMatchObject({ ok: false });
      expect(await write(null)).toMatchObject({ ok: true });
      expect(await write(null)).toMatchObject({ ok: false });
      expect(await write('one')).toMatchObject({ ok: true });
    });
  });

  describe('due jobs', () => {
    const due = async (now: string, limit = 1_000): Promise<number[]> =>
      (await store.listDue(new Date(now), limit)).filter((one) => one.installationId === id).map((one) => one.jobId);

    it('are parked ones whose time has come, the longest due first', async () => {
      await add({ jobId: 1, state: 'parked', nextTry: '2026-01-15T12:02:00.000Z' });
      await add({ jobId: 2, state: 'parked', nextTry: '2026-01-15T12:01:00.000Z' });
      await add({ jobId: 3, state: 'parked' });
      await add({ jobId: 4, state: 'starting', nextTry: '2026-01-15T12:00:00.000Z' });
      await add({ jobId: 5, state: 'parked', nextTry: '2026-01-15T13:00:00.000Z' });
      await expect(due('2026-01-15T12:02:00.000Z')).resolves.toEqual([2, 1]);
      await expect(due('2026-01-15T12:01:30.000Z')).resolves.toEqual([2]);
    });

    it('leave the list with their state or their time, and come back with them', async () => {
      await add({ jobId: 1, state: 'parked', nextTry: '2026-01-15T12:00:00.000Z' });
      await store.change(id, 1, { from: ['parked'] }, { state: 'starting' });
      await expect(due('2026-01-15T12:30:00.000Z')).resolves.toEqual([]);
      await store.change(id, 1, { from: ['starting'] }, { state: 'parked', nextTry: '2026-01-15T12:10:00.000Z' });
      await expect(due('2026-01-15T12:30:00.000Z')).resolves.toEqual([1]);
      await store.change(id, 1, { from: ['parked'] }, { nextTry: null });
      await expect(due('2026-01-15T12:30:00.000Z')).resolves.toEqual([]);
    });

    it('are no more than asked for', async () => {
      for (const jobId of [1, 2, 3]) await add({ jobId, state: 'parked', nextTry: '2020-01-15T12:00:00.000Z' });
      await expect(store.listDue(new Date('2026-01-15T12:00:00.000Z'), 2)).resolves.toHaveLength(2);
    });
  });
}
