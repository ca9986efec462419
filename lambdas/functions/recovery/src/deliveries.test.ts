import { DAY, HOUR, MINUTE, SECOND } from '@multi-tenant-runner/core';
import { recoveryWorld } from '../test/recovery-harness';
import { MAX_ASKS, pauseAfter } from './redeliver';

describe('failed deliveries', () => {
  it('are asked for once, and no more once one arrived', async () => {
    const world = recoveryWorld();
    world.state.app.deliver({ guid: 'lost', succeeded: false });
    world.state.app.deliver({ guid: 'fine', succeeded: true });
    await world.run();
    expect(world.state.app.asked).toEqual(['lost']);
    expect(world.metrics.total('DeliveriesRedelivered')).toBe(1);
    world.clock.advance(HOUR);
    await world.run();
    expect(world.state.app.asked).toEqual(['lost']);
    expect(world.metrics.total('DeliveriesGivenUp')).toBe(0);
  });

  it('of which a later attempt succeeded are not asked for', async () => {
    const world = recoveryWorld();
    world.state.app.deliver({ guid: 'healed', succeeded: false });
    world.state.app.deliver({ guid: 'healed', succeeded: true, redelivery: true });
    await world.run();
    expect(world.state.app.asked).toEqual([]);
  });

  it('are not asked for when only a redelivery of what had arrived failed', async () => {
    const world = recoveryWorld();
    world.state.app.pageSize.value = 1;
    world.state.app.deliver({ guid: 'fine', succeeded: true });
    world.state.app.deliver({ guid: 'fine', succeeded: false, redelivery: true });
    await world.run();
    expect(world.state.app.asked).toEqual([]);
  });

  it('are asked for again after pauses that grow, and given up after a bounded number', async () => {
    const world = recoveryWorld();
    world.state.app.onRedelivery(() => 'fails');
    world.state.app.deliver({ guid: 'lost', succeeded: false });
    const asks: number[] = [];
    const start = world.clock.now().getTime();
    for (let minute = 0; minute < 3 * 24 * 60; minute += 10) {
      const before = world.state.app.asked.length;
      await world.run();
      if (world.state.app.asked.length > before) asks.push(world.clock.now().getTime() - start);
      world.clock.advance(10 * MINUTE);
    }
    expect(asks).toHaveLength(MAX_ASKS);
    expect(asks.at(-1)).toBeGreaterThan(22 * HOUR);
    for (let ask = 1; ask < asks.length; ask += 1) expect((asks[ask] ?? 0) - (asks[ask - 1] ?? 0)).toBeGreaterThanOrEqual(pauseAfter(ask));
    world.clock.advance(DAY);
    await world.run();
    expect(world.state.app.asked).toHaveLength(MAX_ASKS);
    expect(world.metrics.total('DeliveriesGivenUp')).toBe(1);
  });

  it('are asked for again when GitHub took up the first ask and nothing came of it', async () => {
    const world = recoveryWorld();
    world.state.app.onRedelivery(() => 'never-shows');
    world.state.app.deliver({ guid: 'lost', succeeded: false });
    await world.run();
    world.clock.advance(pauseAfter(1));
    await world.run();
    expect(world.state.app.asked).toEqual(['lost', 'lost']);
  });

  it('of installations are asked for before all those of jobs, which wait for them', async () => {
    const world = recoveryWorld();
    for (let n = 0; n < 300; n += 1) world.state.app.deliver({ guid: `job-${n}`, succeeded: false });
    for (const guid of ['created', 'unsuspend']) world.state.app.deliver({ guid, event: 'installation', succeeded: false });
    world.state.app.deliver({ guid: 'renamed', event: 'installation_target', succeeded: false });
    await world.run();
    expect(world.state.app.asked.slice(0, 3).sort()).toEqual(['created', 'renamed', 'unsuspend']);
    expect(world.state.app.asked).toHaveLength(100);
  });

  it('are asked for a hundred in a run, though GitHub takes a quarter of a second for each', async () => {
    const world = recoveryWorld();
    for (let n = 0; n < 150; n += 1) world.state.app.deliver({ guid: `job-${n}`, succeeded: false });
    // Four are under way at a time, so each takes a quarter of the time that it takes alone.
    const spent = (): number => world.state.app.asked.length * 62;
    await world.run({ millisecondsLeft: () => 60 * SECOND - spent() });
    expect(world.state.app.asked).toHaveLength(100);
  });

  it('that are older than GitHub’s memory are left alone', async () => {
    const world = recoveryWorld();
    world.state.app.deliver({ guid: 'old', succeeded: false });
    world.clock.advance(3 * DAY + MINUTE);
    await world.run();
    expect(world.state.app.asked).toEqual([]);
  });

  it('that GitHub refuses to redeliver are given up, and the next ones asked for', async () => {
    const world = recoveryWorld();
    world.state.app.deliver({ guid: 'a', succeeded: false });
    world.state.app.deliver({ guid: 'b', succeeded: false });
    world.state.app.fail({ kind: 'refused', status: 422, message: 'no' }, { method: 'redeliver', times: 1 });
    await world.run();
    expect(world.state.app.asked).toHaveLength(1);
    expect(world.metrics.counted.filter(({ name }) => name === 'DeliveriesGivenUp')).toHaveLength(1);
  });

  it('cost no ask while the App’s key is refused', async () => {
    const world = recoveryWorld();
    world.state.app.deliver({ guid: 'lost', succeeded: false });
    world.state.app.fail({ kind: 'refused', status: 401, message: 'no' }, { method: 'redeliver', times: 1 });
    await world.run();
    expect(world.state.recovery.deliveries.get('lost')).toMatchObject({ state: 'pending', asked: 0 });
    await world.run();
    expect(world.state.app.asked).toEqual(['lost']);
  });
});

describe('GitHub’s limit on the App', () => {
  it('silences every run until GitHub’s own time, costs no ask, and stops no search for jobs', async () => {
    const world = recoveryWorld();
    world.addTenant();
    world.state.app.deliver({ guid: 'lost', succeeded: false });
    const retryAt = new Date(world.clock.now().getTime() + 20 * MINUTE);
    world.state.app.fail({ kind: 'limited', retryAt }, { method: 'redeliver', times: 1 });
    await world.run();
    expect(world.state.recovery.deliveries.get('lost')).toMatchObject({ asked: 0, dueAt: retryAt.toISOString() });
    world.calls.length = 0;
    world.clock.advance(19 * MINUTE);
    await world.run();
    expect(world.calls.filter(({ port }) => port === 'app')).toEqual([]);
    world.clock.advance(2 * MINUTE);
    await world.run();
    expect(world.state.app.asked).toEqual(['lost']);
    expect(world.state.recovery.scans.get(1001)?.phase).toBe('done');
  });
});

describe('the list of deliveries', () => {
  it('goes on where the time ran out, before anything newer, and passes nothing over', async () => {
    const world = recoveryWorld();
    world.state.app.pageSize.value = 2;
    for (let n = 0; n < 7; n += 1) world.state.app.deliver({ guid: `first-${n}`, succeeded: false });
    let calls = 0;
    // Enough for two pages.
    const undo = world.onCall((port, method) => void (port === 'app' && method === 'listDeliveries' && (calls += 1)));
    await world.run({ millisecondsLeft: () => (calls >= 2 ? 0 : 60_000) });
    undo();
    expect(world.state.recovery.deliveries.size).toBe(4);
    world.clock.advance(20 * MINUTE);
    for (let n = 0; n < 3; n += 1) world.state.app.deliver({ guid: `second-${n}`, succeeded: false });
    await world.run();
    expect(new Set(world.state.app.asked).size).toBe(10);
  });

  it('is read again from the top when GitHub no longer knows the place', async () => {
    const world = recoveryWorld();
    world.state.launches.cursors.set('recovery-deliveries', JSON.stringify({ floor: '2026-01-15T00:00:00.000Z', pass: { top: '2026-01-15T11:00:00.000Z', cursor: '3' } }));
    world.state.app.deliver({ guid: 'lost', succeeded: false });
    world.state.app.fail({ kind: 'refused', status: 422, message: 'no such cursor' }, { method: 'listDeliveries', times: 1 });
    await world.run();
    expect(world.state.app.asked).toEqual(['lost']);
  });

  it('is read no further down than the last run came, but for the overlap', async () => {
    const world = recoveryWorld();
    world.state.app.pageSize.value = 1;
    for (let n = 0; n < 20; n += 1) {
      world.state.app.deliver({ guid: `fine-${n}`, succeeded: true });
      world.clock.advance(5 * MINUTE);
    }
    await world.run();
    world.calls.length = 0;
    await world.run();
    expect(world.calls.filter(({ method }) => method === 'listDeliveries')).toHaveLength(5);
  });

  it.each(['not json', '{"floor":7}', '{"floor":"never"}'])('bears the bookmark %s', async (bookmark) => {
    const world = recoveryWorld();
    world.state.launches.cursors.set('recovery-deliveries', bookmark);
    world.state.app.deliver({ guid: 'lost', succeeded: false });
    await world.run();
    expect(world.state.app.asked).toEqual(['lost']);
  });
});
