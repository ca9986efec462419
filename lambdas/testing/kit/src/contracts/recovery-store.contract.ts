import type { DeliveryTurn, PendingDelivery, RecoveryStore } from '@multi-tenant-runner/core';

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
  let installationId: number;
  let guid: string;
  const pending = (overrides: Partial<PendingDelivery> = {}): PendingDelivery => ({
    guid,
    attemptId: '1234567890123456789',
    event: 'workflow_job',
    installationId,
    failedAt: '2026-01-15T11:59:00.000Z',
    asked: 0,
    dueAt: '2026-01-15T12:00:00.000Z',
    ...overrides,
  });
  const listed = async (): Promise<PendingDelivery | undefined> =>
    (await store.listPending({ installationId }, LATER, EVERYTHING)).find((one) => one.guid === guid);
  const turnsOf = async (ids: readonly (number | undefined)[], now = NOW): Promise<DeliveryTurn[]> =>
    (await store.listTurns(now, EVERYTHING)).filter(({ installationId: id }) => ids.includes(id));

  beforeEach(async () => {
    ({ store } = await make());
    installationId = nextId();
    guid = `guid-${nextId()}`;
  });

  it('lists an event as it was noted, until it is settled', async () => {
    await expect(store.note(pending())).resolves.toBe(true);
    await expect(listed()).resolves.toEqual(pending());
    await store.settle(pending(), 'delivered', NOW);
    await expect(listed()).resolves.toBeUndefined();
  });

  it('keeps an event without an installation', async () => {
    const { installationId: _installationId, ...without } = pending();
    await store.note(without);
    await expect(store.listPending({}, LATER, EVERYTHING)).resolves.toContainEqual(without);
    expect(await turnsOf([undefined])).toHaveLength(1);
  });

  it('notes an event once', async () => {
    await store.note(pending());
    await store.claim(pending(), { dueAt: '2026-01-15T12:04:00.000Z' });
    await expect(store.note(pending())).resolves.toBe(false);
    await expect(listed()).resolves.toMatchObject({ asked: 1 });
  });

  it.each(['delivered', 'given-up'] as const)('notes nothing that was %s, known before or not', async (outcome) => {
    await store.settle(pending(), outcome, NOW);
    await expect(store.note(pending())).resolves.toBe(false);
    await expect(listed()).resolves.toBeUndefined();
    await expect(turnsOf([installationId])).resolves.toEqual([]);
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
    await store.settle(pending(), 'delivered', NOW);
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

  it('puts off what nobody claimed meanwhile', async () => {
    await store.note(pending());
    await store.postpone(pending(), { dueAt: '2026-01-15T12:02:00.000Z' });
    await expect(listed()).resolves.toEqual(pending({ dueAt: '2026-01-15T12:02:00.000Z' }));
    await store.claim(pending(), { dueAt: '2026-01-15T12:04:00.000Z' });
    await store.postpone(pending(), { dueAt: 'never' });
    await expect(listed()).resolves.toMatchObject({ asked: 1, dueAt: '2026-01-15T12:04:00.000Z' });
  });

  it(
    'lists what is due of the installation before what is due of jobs, each in the order in which it is due, and ' +
      'no more than it is asked for',
    async () => {
      const events = [
        pending({ guid: 'job', dueAt: '2026-01-10T12:00:00.000Z' }),
        pending({ guid: 'job-later', dueAt: '2026-01-10T12:01:00.000Z' }),
        pending({ guid: 'unsuspend', event: 'installation', dueAt: '2026-01-15T12:00:00.000Z' }),
        pending({ guid: 'renamed', event: 'installation_target', dueAt: '2026-01-15T11:00:00.000Z' }),
        pending({ guid: 'waits', event: 'installation', dueAt: '2026-01-15T12:00:01.000Z' }),
      ].map((event) => ({ ...event, guid: `${event.guid}-${guid}` }));
      for (const event of events) await store.note(event);
      const order = (await store.listPending({ installationId }, NOW, EVERYTHING)).map((one) => one.guid);
      expect(order).toEqual(['renamed', 'unsuspend', 'job', 'job-later'].map((one) => `${one}-${guid}`));
      await expect(store.listPending({ installationId }, NOW, 3)).resolves.toHaveLength(3);
      await expect(store.countPending({ installationId }, EVERYTHING)).resolves.toBe(5);
      await expect(store.countPending({ installationId }, 4)).resolves.toBe(4);
    },
  );

  it("shows a tenant nothing of another's", async () => {
    await store.note(pending());
    const other = nextId();
    await expect(store.listPending({ installationId: other }, LATER, EVERYTHING)).resolves.toEqual([]);
    await expect(store.countPending({ installationId: other }, EVERYTHING)).resolves.toBe(0);
    await store.settle({ guid, installationId: other }, 'delivered', NOW);
  });

  it('gives tenants turns: events of an installation first, then whoever has waited longest', async () => {
    const [first, second, third] = [installationId, nextId(), nextId()];
    await store.note(pending({ installationId: first, guid: `a-${guid}`, dueAt: '2026-01-15T11:00:01.000Z' }));
    await store.note(pending({ installationId: first, guid: `b-${guid}`, dueAt: '2026-01-15T11:00:09.000Z' }));
    await store.note(pending({ installationId: second, guid: `c-${guid}`, dueAt: '2026-01-15T11:00:00.000Z' }));
    await store.note(
      pending({ installationId: third, guid: `d-${guid}`, event: 'installation', dueAt: '2026-01-15T11:00:02.000Z' }),
    );
    const all = [first, second, third];
    const turns = await turnsOf(all);
    expect(turns).toEqual([
      { installationId: third, since: '2026-01-15T11:00:02.000Z', first: true },
      { installationId: second, since: '2026-01-15T11:00:00.000Z', first: false },
      { installationId: first, since: '2026-01-15T11:00:01.000Z', first: false },
    ]);
    for (const turn of turns) if (turn.installationId === second) await store.endTurn(turn, NOW);
    expect((await turnsOf(all)).map((turn) => turn.installationId)).toEqual([third, first, second]);
  });

  it('takes the turn from a tenant of whom nothing is due, until it is', async () => {
    await store.note(pending());
    await store.claim(pending(), { dueAt: '2026-01-15T12:04:00.000Z' });
    for (const turn of await turnsOf([installationId])) await store.endTurn(turn, NOW);
    await expect(turnsOf([installationId])).resolves.toEqual([]);
    await expect(turnsOf([installationId], LATER)).resolves.toEqual([
      { installationId, since: '2026-01-15T12:04:00.000Z', first: false },
    ]);
    await store.settle(pending(), 'delivered', NOW);
    for (const turn of await turnsOf([installationId], LATER)) await store.endTurn(turn, LATER);
    await expect(turnsOf([installationId], LATER)).resolves.toEqual([]);
  });

  it('leaves a turn that something more urgent changed meanwhile', async () => {
    await store.note(pending());
    const [seen] = await turnsOf([installationId]);
    await store.settle(pending(), 'delivered', NOW);
    await store.note(pending({ guid: `more-${guid}`, event: 'installation' }));
    if (seen !== undefined) await store.endTurn(seen, NOW);
    await expect(turnsOf([installationId])).resolves.toMatchObject([{ first: true }]);
  });

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
