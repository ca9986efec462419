import type { Binding, Blank, Clock, Launch, LaunchStore, PoolStore, ReadyBlank } from '@multi-tenant-runner/core';
import { intent, launch } from '../factories';

export interface PoolsUnderTest {
  readonly pool: PoolStore;
  readonly launches: LaunchStore;
  readonly clock: Clock;
  readonly put: (row: Launch) => Promise<unknown>;
}

/** What the places of pools keep: one machine in each, and of any number of launches one that takes it. */
export function poolStoreContract(make: () => Promise<PoolsUnderTest>, nextId: () => number): void {
  let tables: PoolsUnderTest;
  let id: number;
  const blankOf = (overrides: Partial<Blank> = {}): Blank => ({
    tier: `tier-${id}`,
    place: 0,
    blankId: `blank-${id}`,
    intent: intent(),
    createdAt: '2026-01-15T12:00:00.000Z',
    ...overrides,
  });
  const machineOf = () => ({
    ...{ instanceId: `i-${id}`, interfaceId: `eni-${id}` },
    launchedAt: '2026-01-15T12:00:01.000Z',
  });
  const announcement = { at: '2026-01-15T12:00:30.000Z', nonceHash: 'hash-1' };
  const bindingOf = (launchId = '1-1', leaseOwner = 'worker'): Binding => ({
    installationId: id,
    launchId,
    boundAt: '2026-01-15T12:05:00.000Z',
    guard: { from: ['held'], leaseOwner },
    changes: { state: 'launching', instanceId: `i-${id}`, updatedAt: '2026-01-15T12:05:00.000Z' },
  });
  const ready = async (overrides: Partial<Blank> = {}): Promise<ReadyBlank> => {
    const blank = blankOf(overrides);
    await tables.pool.occupy(blank);
    await tables.pool.recordInstance(blank, machineOf());
    await tables.pool.announce(blank, announcement);
    return { ...blank, ...machineOf(), announcement };
  };
  const held = (launchId: string): Promise<unknown> =>
    tables.put(
      launch({
        installationId: id,
        launchId,
        jobId: Number(launchId.split('-')[0]),
        leaseOwner: 'worker',
        leaseUntil: 1,
      }),
    );

  beforeEach(async () => {
    tables = await make();
    id = nextId();
  });

  it('gives a place to one of many', async () => {
    const tries = await Promise.all(
      Array.from({ length: 8 }, (_, at) => tables.pool.occupy(blankOf({ blankId: `blank-${id}-${at}` }))),
    );
    expect(tries.filter(Boolean)).toHaveLength(1);
    expect(await tables.pool.places(blankOf())).toHaveLength(1);
  });

  it('keeps what is known of a machine, and each fact once', async () => {
    const blank = await ready();
    await expect(tables.pool.get(blank)).resolves.toEqual(blank);
    await expect(tables.pool.recordInstance(blank, { ...machineOf(), instanceId: 'i-other' })).resolves.toBe(false);
    await expect(tables.pool.announce(blank, { ...announcement, nonceHash: 'hash-2' })).resolves.toBe(false);
    await expect(tables.pool.places(blank)).resolves.toEqual([blank]);
    await expect(tables.pool.get({ ...blank, place: 1 })).resolves.toBeUndefined();
  });

  it("keeps tenants' own places apart from the others", async () => {
    const own = await ready({ dedicated: id });
    await expect(tables.pool.places({ tier: own.tier })).resolves.toEqual([]);
    await expect(tables.pool.places({ tier: own.tier, dedicated: id })).resolves.toEqual([own]);
    await expect(tables.pool.get(own)).resolves.toEqual(own);
  });

  it('changes nothing of a place that has another machine by now', async () => {
    const before = blankOf({ blankId: `blank-${id}-before` });
    const blank = await ready();
    await expect(tables.pool.recordInstance(before, machineOf())).resolves.toBe(false);
    await expect(tables.pool.announce(before, announcement)).resolves.toBe(false);
    await expect(tables.pool.vacate(before)).resolves.toBe(false);
    await expect(tables.pool.get(blank)).resolves.toEqual(blank);
    await expect(tables.pool.vacate(blank)).resolves.toBe(true);
    await expect(tables.pool.vacate(blank)).resolves.toBe(false);
    await expect(tables.pool.get(blank)).resolves.toBeUndefined();
  });

  it('binds a machine to one of many launches', async () => {
    const blank = await ready();
    const ids = ['1-1', '2-1', '3-1', '4-1'];
    for (const launchId of ids) await held(launchId);
    const answers = await Promise.all(ids.map((launchId) => tables.pool.bind(blank, bindingOf(launchId))));
    expect([...answers].sort()).toEqual(['bound', 'taken', 'taken', 'taken']);
    const winner = ids[answers.indexOf('bound')] ?? '';
    const rows = await Promise.all(ids.map((launchId) => tables.launches.get(id, launchId)));
    expect(rows.map((row) => row?.instanceId)).toEqual(
      ids.map((one) => (one === winner ? blank.instanceId : undefined)),
    );
    await expect(tables.pool.get(blank)).resolves.toBeUndefined();
    await expect(tables.pool.findBound(blank.instanceId)).resolves.toEqual({
      instanceId: blank.instanceId,
      installationId: id,
      launchId: winner,
      boundAt: '2026-01-15T12:05:00.000Z',
    });
  });

  it('binds nothing to a launch that the caller does not hold, or that has gone on', async () => {
    const blank = await ready();
    await held('1-1');
    await expect(tables.pool.bind(blank, bindingOf('1-1', 'another'))).resolves.toBe('launch');
    await expect(tables.pool.bind(blank, bindingOf('9-1'))).resolves.toBe('launch');
    await expect(tables.pool.get(blank)).resolves.toEqual(blank);
    await expect(tables.pool.findBound(blank.instanceId)).resolves.toBeUndefined();
  });

  it('shows everything, and forgets whose a machine was', async () => {
    const blank = await ready();
    await held('1-1');
    expect((await tables.pool.readAll()).blanks).toContainEqual(blank);
    await tables.pool.bind(blank, bindingOf());
    const all = await tables.pool.readAll();
    expect(all.blanks).not.toContainEqual(blank);
    expect(all.bound).toContainEqual(expect.objectContaining({ instanceId: blank.instanceId, launchId: '1-1' }));
    await tables.pool.forgetBound(blank.instanceId);
    await tables.pool.forgetBound(blank.instanceId);
    await expect(tables.pool.findBound(blank.instanceId)).resolves.toBeUndefined();
  });
}
