import type { PendingDelivery, RecoveryStore } from '@multi-tenant-runner/core';

const NOW = new Date('2026-01-15T12:00:00.000Z');
const LATER = new Date('2026-01-16T12:00:00.000Z');
const EVERYTHING = 10_000;

/**
 * @param make a store that may hold rows of other tests
 * @param nextId numbers that no other test uses
 */
export function recoveryStoreContract(
  make: () => Promise<{ readonly store: RecoveryStore }>,
  nextId: () => number,
): void {
  let store: RecoveryStore;
  let guid: string;
  const pending = (overrides: Partial<PendingDelivery> = {}): PendingDelivery => ({
    guid,
    attemptId: '1234567890123456789',
    event: 'workflow_job',
    installationId: 1001,
    failedAt: '2026-01-15T11:59:00.000Z',
    asked: 0,
    dueAt: '2026-01-15T12:00:00.000Z',
    ...overrides,
  });
  const listed = async (): Promise<PendingDelivery | undefined> =>
    (await store.listPending(LATER, EVERYTHING)).find((one) => one.guid === guid);

  beforeEach(async () => {
    ({ store } = await make());
    guid = `guid-${nextId()}`;
  });

  it('lists an event as it was noted, until it is settled', async () => {
    await expect(store.note(pending())).resolves.toBe(true);
    await expect(listed()).resolves.toEqual(pending());
    await store.settle(guid, 'delivered', NOW);
    await expect(listed()).resolves.toBeUndefined();
  });

  it('keeps an event without an installation', async () => {
    const { installationId: _installationId, ...without } = pending();
    await store.note(without);
    await expect(listed()).resolves.toEqual(without);
  });

  it('notes an event once', async () => {
    await store.note(pending());
    await store.claim(pending(), { dueAt: '2026-01-15T12:04:00.000Z' });
    await expect(store.note(pending())).resolves.toBe(false);
    await expect(listed()).resolves.toMatchObject({ asked: 1 });
  });

  it.each(['delivered', 'given-up'] as const)('notes nothing that was %s, known before or not', async (outcome) => {
    await store.settle(guid, outcome, NOW);
    await expect(store.note(pending())).resolves.toBe(false);
    await expect(listed()).resolves.toBeUndefined();
  });

  it('gives one ask to one of two runs', async () => {
    await store.note(pending());
    const claims = await Promise.all([
      store.claim(pending(), { dueAt: '2026-01-15T12:04:00.000Z' }),
      store.claim(pending(), { dueAt: '2026-01-15T12:05:00.000Z' }),
    ]);
    expect(claims.filter(Boolean)).toHaveLength(1);
    await expect(listed()).resolves.toMatchObject({ asked: 1 });
  });

  it('gives no ask for what is settled', async () => {
    await store.note(pending());
    await store.settle(guid, 'delivered', NOW);
    await expect(store.claim(pending(), { dueAt: 'later' })).resolves.toBe(false);
    await expect(listed()).resolves.toBeUndefined();
  });

  it('takes back the claim that was made, and no other', async () => {
    await store.note(pending());
    await store.claim(pending(), { dueAt: '2026-01-15T12:04:00.000Z' });
    await store.unclaim(pending(), { dueAt: '2026-01-15T12:01:00.000Z' });
    await expect(listed()).resolves.toEqual(pending({ dueAt: '2026-01-15T12:01:00.000Z' }));
    await store.unclaim(pending(), { dueAt: 'never' });
    await expect(listed()).resolves.toEqual(pending({ dueAt: '2026-01-15T12:01:00.000Z' }));
  });

  it('lists what is due first before the rest', async () => {
    const others = [`${guid}-a`, `${guid}-b`, `${guid}-c`];
    await store.note(pending({ guid: `${guid}-a`, dueAt: '2026-01-15T12:02:00.000Z' }));
    await store.note(pending({ guid: `${guid}-b`, dueAt: '2026-01-15T12:01:00.000Z' }));
    await store.note(pending({ guid: `${guid}-c`, dueAt: '2026-01-15T12:00:00.000Z' }));
    await store.claim(pending({ guid: `${guid}-c` }), { dueAt: '2026-01-15T12:04:00.000Z' });
    const order = (await store.listPending(LATER, EVERYTHING))
      .map((one) => one.guid)
      .filter((one) => others.includes(one));
    expect(order).toEqual([`${guid}-b`, `${guid}-a`, `${guid}-c`]);
  });

  it(
    'lists what is due of installations before all that is due of jobs, however long that is due, and no ' +
      'more than it is asked for',
    async () => {
      const events = [
        pending({ guid: `${guid}-job`, dueAt: '2026-01-10T12:00:00.000Z' }),
        pending({ guid: `${guid}-unsuspend`, event: 'installation', dueAt: '2026-01-15T12:00:00.000Z' }),
        pending({ guid: `${guid}-renamed`, event: 'installation_target', dueAt: '2026-01-15T11:00:00.000Z' }),
        pending({ guid: `${guid}-waits`, event: 'installation', dueAt: '2026-01-15T12:00:01.000Z' }),
      ];
      for (const event of events) await store.note(event);
      const order = (await store.listPending(NOW, EVERYTHING))
        .map((one) => one.guid)
        .filter((one) => one.startsWith(guid));
      expect(order).toEqual([`${guid}-renamed`, `${guid}-unsuspend`, `${guid}-job`]);
      await expect(store.listPending(NOW, 1)).resolves.toHaveLength(1);
    },
  );

  it('remembers how far the search of a tenant has come', async () => {
    const id = nextId();
    const scan = {
      installationId: id,
      phase: 'under-way' as const,
      breadth: 'everywhere' as const,
      seenUpdatedAt: 'then',
      page: 3,
      index: 14,
      lastRunId: 77,
      wholeAt: LATER.toISOString(),
      urgentFrom: LATER.toISOString(),
      notBefore: NOW.toISOString(),
    };
    const read = async () => (await store.listScans()).find(({ installationId }) => installationId === id);
    await store.writeScan(scan, NOW);
    await expect(read()).resolves.toEqual(scan);
    const {
      lastRunId: _lastRunId,
      seenUpdatedAt: _seen,
      wholeAt: _wholeAt,
      urgentFrom: _urgentFrom,
      ...next
    } = { ...scan, phase: 'done' as const, page: 1, index: 0 };
    await store.writeScan(next, NOW);
    await expect(read()).resolves.toEqual(next);
  });
}
