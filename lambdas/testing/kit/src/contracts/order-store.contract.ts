import {
  type GroupAnswer,
  type Launch,
  type LaunchChange,
  type LaunchStore,
  type Order,
  type OrderStore,
} from '@multi-tenant-runner/core';
import { intent, launch } from '../factories';

export interface OrdersUnderTest {
  readonly orders: OrderStore;
  readonly launches: LaunchStore;
  readonly put: (row: Launch) => Promise<unknown>;
}

/** What orders keep: one state after the other, and with it the intents of those that join, or nothing. */
export function orderStoreContract(make: () => Promise<OrdersUnderTest>, nextId: () => number): void {
  let tables: OrdersUnderTest;
  let id: number;
  const tier = (): string => `tier-${id}`;
  const order = (overrides: Partial<Order> = {}): Order => ({
    ...{ id: `order-${id}`, state: 'open', machines: 1, until: 1_768_478_400_000, intent: intent() },
    ...overrides,
  });
  const held = (launchId: string, leaseOwner = 'worker'): Promise<unknown> =>
    tables.put(
      launch({ installationId: id, launchId, jobId: Number(launchId.split('-')[0]), leaseOwner, leaseUntil: 1 }),
    );
  const intentOf = (launchId: string, leaseOwner = 'worker'): LaunchChange => ({
    ...{ installationId: id, launchId, guard: { from: ['held', 'launching'], leaseOwner } },
    changes: {
      state: 'launching',
      intent: { ...intent(), order: `order-${id}` },
      updatedAt: '2026-01-15T12:05:00.000Z',
    },
  });

  beforeEach(async () => {
    tables = await make();
    id = nextId();
  });

  it('is made by one of many, and knows each size its own', async () => {
    await expect(tables.orders.current(tier())).resolves.toBeUndefined();
    const outcomes = await Promise.all(
      [1, 2, 3].map((at) => tables.orders.advance(tier(), undefined, order({ id: `order-${id}-${at}` }))),
    );
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['order', 'order', 'written']);
    await expect(tables.orders.current(tier())).resolves.toMatchObject({ state: 'open', machines: 1 });
    await expect(tables.orders.current(`${tier()}-other`)).resolves.toBeUndefined();
  });

  it('is joined with the intents in one write, only as long as it is what it was', async () => {
    for (const launchId of ['1-1', '2-1', '3-1']) await held(launchId);
    const first = order();
    await expect(tables.orders.advance(tier(), undefined, first, [intentOf('1-1')])).resolves.toEqual({
      kind: 'written',
    });
    const joined = order({ machines: 2 });
    await expect(tables.orders.advance(tier(), first, joined, [intentOf('2-1')])).resolves.toEqual({ kind: 'written' });
    // By what it was before.
    const late = { kind: 'order', current: joined };
    await expect(tables.orders.advance(tier(), first, joined, [intentOf('3-1')])).resolves.toEqual(late);
    await expect(tables.orders.advance(tier(), first, order({ state: 'closed' }))).resolves.toEqual(late);
    await expect(tables.orders.current(tier())).resolves.toEqual(joined);
    await expect(tables.launches.get(id, '2-1')).resolves.toMatchObject({
      ...{ state: 'launching', version: 2, intent: { order: `order-${id}` } },
    });
    await expect(tables.launches.get(id, '3-1')).resolves.toMatchObject({ state: 'held', version: 1 });
  });

  it('changes nothing where one of the launches is in other hands, and says which', async () => {
    await held('1-1');
    await held('2-1', 'another');
    const outcome = await tables.orders.advance(tier(), undefined, order({ machines: 2 }), [
      intentOf('1-1'),
      intentOf('2-1'),
    ]);
    expect(outcome).toEqual({ kind: 'launches', refused: new Set([1]) });
    await expect(tables.orders.current(tier())).resolves.toBeUndefined();
    await expect(tables.launches.get(id, '1-1')).resolves.toMatchObject({ state: 'held' });
  });

  it('is closed or voided, by one of both', async () => {
    await tables.orders.advance(tier(), undefined, order());
    const outcomes = await Promise.all(
      (['closed', 'void'] as const).map((state) => tables.orders.advance(tier(), order(), order({ state }))),
    );
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['order', 'written']);
  });

  it('has one answer, which stays', async () => {
    const answer: GroupAnswer = {
      kind: 'started',
      machines: new Map([[1, { instanceId: 'i-1', state: 'pending', interfaceId: 'eni-1' }]]),
    };
    await expect(tables.orders.findAnswer(`order-${id}`)).resolves.toBeUndefined();
    await tables.orders.answer(`order-${id}`, answer);
    await tables.orders.answer(`order-${id}`, { kind: 'throttled', code: 'x', message: 'y' });
    await expect(tables.orders.findAnswer(`order-${id}`)).resolves.toEqual(answer);
    const refusal: GroupAnswer = { kind: 'refused', code: 'InsufficientInstanceCapacity', message: 'none' };
    await tables.orders.answer(`order-${id}-other`, refusal);
    await expect(tables.orders.findAnswer(`order-${id}-other`)).resolves.toEqual(refusal);
  });
}
