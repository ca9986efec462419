import { DAY, HOUR, MINUTE, SECOND } from '@multi-tenant-runner/core';
import { createRecoveryHarness } from '../test/recovery-harness';
import { MAX_REDELIVERIES, pauseAfter } from './redeliver';

describe('failed deliveries', () => {
  it('are asked for once, and no more once one arrived', async () => {
    const harness = createRecoveryHarness();
    harness.state.app.deliver({ guid: 'lost', succeeded: false });
    harness.state.app.deliver({ guid: 'fine', succeeded: true });
    await harness.run();
    expect(harness.state.app.asked).toEqual(['lost']);
    expect(harness.metrics.total('DeliveriesRedelivered')).toBe(1);
    harness.clock.advance(HOUR);
    await harness.run();
    expect(harness.state.app.asked).toEqual(['lost']);
    expect(harness.metrics.total('DeliveriesGivenUp')).toBe(0);
  });

  it('of which a later attempt succeeded are not asked for', async () => {
    const harness = createRecoveryHarness();
    harness.state.app.deliver({ guid: 'healed', succeeded: false });
    harness.state.app.deliver({ guid: 'healed', succeeded: true, redelivery: true });
    await harness.run();
    expect(harness.state.app.asked).toEqual([]);
  });

  it('are not asked for when only a redelivery of what had arrived failed', async () => {
    const harness = createRecoveryHarness();
    harness.state.app.pageSize.value = 1;
    harness.state.app.deliver({ guid: 'fine', succeeded: true });
    harness.state.app.deliver({ guid: 'fine', succeeded: false, redelivery: true });
    await harness.run();
    expect(harness.state.app.asked).toEqual([]);
  });

  it('are asked for again after pauses that grow, and given up after a bounded number', async () => {
    const harness = createRecoveryHarness();
    harness.state.app.onRedelivery(() => 'fails');
    harness.state.app.deliver({ guid: 'lost', succeeded: false });
    const asks: number[] = [];
    const start = harness.clock.now().getTime();
    for (let minute = 0; minute < 3 * 24 * 60; minute += 10) {
      const before = harness.state.app.asked.length;
      await harness.run();
      if (harness.state.app.asked.length > before) asks.push(harness.clock.now().getTime() - start);
      harness.clock.advance(10 * MINUTE);
    }
    expect(asks).toHaveLength(MAX_REDELIVERIES);
    expect(asks.at(-1)).toBeGreaterThan(22 * HOUR);
    for (let ask = 1; ask < asks.length; ask += 1)
      expect((asks[ask] ?? 0) - (asks[ask - 1] ?? 0)).toBeGreaterThanOrEqual(pauseAfter(ask));
    harness.clock.advance(DAY);
    await harness.run();
    expect(harness.state.app.asked).toHaveLength(MAX_REDELIVERIES);
    expect(harness.metrics.total('DeliveriesGivenUp')).toBe(1);
  });

  it('are asked for again when GitHub took up the first ask and nothing came of it', async () => {
    const harness = createRecoveryHarness();
    harness.state.app.onRedelivery(() => 'never-shows');
    harness.state.app.deliver({ guid: 'lost', succeeded: false });
    await harness.run();
    harness.clock.advance(pauseAfter(1));
    await harness.run();
    expect(harness.state.app.asked).toEqual(['lost', 'lost']);
  });

  it('of installations are asked for before all those of jobs, which wait for them', async () => {
    const harness = createRecoveryHarness();
    for (let n = 0; n < 300; n += 1) harness.state.app.deliver({ guid: `job-${n}`, succeeded: false });
    for (const guid of ['created', 'unsuspend'])
      harness.state.app.deliver({ guid, event: 'installation', succeeded: false });
    harness.state.app.deliver({ guid: 'renamed', event: 'installation_target', succeeded: false });
    await harness.run();
    expect(harness.state.app.asked.slice(0, 3).sort()).toEqual(['created', 'renamed', 'unsuspend']);
    expect(harness.state.app.asked).toHaveLength(100);
  });

  it('are asked for a hundred in a run, though GitHub takes a quarter of a second for each', async () => {
    const harness = createRecoveryHarness();
    for (let n = 0; n < 150; n += 1) harness.state.app.deliver({ guid: `job-${n}`, succeeded: false });
    // Four are under way at a time, so each takes a quarter of the time that it takes alone.
    const spent = (): number => harness.state.app.asked.length * 62;
    await harness.run({ millisecondsLeft: () => 60 * SECOND - spent() });
    expect(harness.state.app.asked).toHaveLength(100);
  });

  it('that are older than GitHub’s memory are left alone', async () => {
    const harness = createRecoveryHarness();
    harness.state.app.deliver({ guid: 'old', succeeded: false });
    harness.clock.advance(3 * DAY + MINUTE);
    await harness.run();
    expect(harness.state.app.asked).toEqual([]);
  });

  it('that GitHub refuses to redeliver are given up, and the next ones asked for', async () => {
    const harness = createRecoveryHarness();
    harness.state.app.deliver({ guid: 'a', succeeded: false });
    harness.state.app.deliver({ guid: 'b', succeeded: false });
    harness.state.app.fail({ kind: 'refused', status: 422, message: 'no' }, { method: 'redeliver', times: 1 });
    await harness.run();
    expect(harness.state.app.asked).toHaveLength(1);
    expect(harness.metrics.counted.filter(({ name }) => name === 'DeliveriesGivenUp')).toHaveLength(1);
  });

  it('cost no ask while the App’s key is refused', async () => {
    const harness = createRecoveryHarness();
    harness.state.app.deliver({ guid: 'lost', succeeded: false });
    harness.state.app.fail({ kind: 'refused', status: 401, message: 'no' }, { method: 'redeliver', times: 1 });
    await harness.run();
    expect(harness.state.recovery.deliveries.get('lost')).toMatchObject({ state: 'pending', asked: 0 });
    await harness.run();
    expect(harness.state.app.asked).toEqual(['lost']);
  });
});

describe('failed deliveries of many tenants', () => {
  const hostile = 2001;

  it('are asked for in turn, however many one tenant has', async () => {
    const harness = createRecoveryHarness();
    for (let n = 0; n < 3_000; n += 1)
      harness.state.app.deliver({ guid: `flood-${n}`, succeeded: false, installationId: hostile });
    await harness.run();
    harness.clock.advance(2 * MINUTE);
    for (let tenant = 0; tenant < 10; tenant += 1)
      harness.state.app.deliver({ guid: `victim-${tenant}`, succeeded: false, installationId: 1001 + tenant });
    harness.state.app.asked.length = 0;
    await harness.run();
    expect(harness.state.app.asked.filter((guid) => guid.startsWith('victim'))).toHaveLength(10);
    expect(harness.state.app.asked).toHaveLength(100);
  });

  it('are asked for in turn also where a hundred tenants have more than a run takes', async () => {
    const harness = createRecoveryHarness();
    for (let n = 0; n < 500; n += 1)
      harness.state.app.deliver({ guid: `job-${n}`, succeeded: false, installationId: 3_000 + (n % 100) });
    harness.state.app.onRedelivery(() => 'never-shows');
    await harness.run();
    const tenants = harness.state.app.asked.map((guid) => Number(guid.slice('job-'.length)) % 100);
    expect(new Set(tenants).size).toBeGreaterThanOrEqual(25);
    for (let run = 0; run < 4; run += 1) {
      harness.clock.advance(MINUTE / 2);
      await harness.run();
    }
    expect(new Set(harness.state.app.asked.map((guid) => Number(guid.slice('job-'.length)) % 100)).size).toBe(100);
  });

  it('of installations come first, a tenant’s in its turn', async () => {
    const harness = createRecoveryHarness();
    for (let n = 0; n < 150; n += 1)
      harness.state.app.deliver({ event: 'installation', succeeded: false, installationId: hostile });
    harness.state.app.deliver({ guid: 'created', event: 'installation', succeeded: false, installationId: 1001 });
    harness.state.app.deliver({ guid: 'job', succeeded: false, installationId: 1002 });
    await harness.run();
    expect(harness.state.app.asked.slice(0, 4)).toContain('created');
    expect(harness.state.app.asked).toContain('job');
  });
});

describe('the two readings of the list', () => {
  it('find an attempt without an answer, which GitHub may not list among the failures', async () => {
    const harness = createRecoveryHarness();
    harness.state.app.deliverInVain({ guid: 'lost' });
    await harness.run();
    expect(harness.state.app.asked).toEqual(['lost']);
  });

  it('find what failed although there is no time for all that arrived', async () => {
    const harness = createRecoveryHarness();
    harness.state.app.pageSize.value = 10;
    harness.state.app.deliver({ guid: 'lost', succeeded: false });
    for (let n = 0; n < 200; n += 1) harness.state.app.deliver({ succeeded: true });
    let pages = 0;
    harness.onCall((port, method) => void (port === 'app' && method === 'listDeliveries' && (pages += 1)));
    // The reading of everything gets five pages; the asks have a share of their own.
    await harness.run({ millisecondsLeft: () => (pages >= 5 ? 35_000 : 60_000) });
    expect(harness.state.app.asked).toEqual(['lost']);
  });

  it('read an older GitHub, which knows no filter, but once', async () => {
    const harness = createRecoveryHarness();
    harness.state.app.filter = 'none';
    harness.state.app.pageSize.value = 10;
    harness.state.app.deliver({ guid: 'lost', succeeded: false });
    for (let n = 0; n < 90; n += 1) harness.state.app.deliver({ succeeded: true });
    await harness.run();
    expect(harness.state.app.asked).toEqual(['lost']);
    expect(harness.calls.filter(({ method }) => method === 'listDeliveries')).toHaveLength(11);
  });

  it('ask GitHub no more than 166 times in a run, and keep some for the asks', async () => {
    const harness = createRecoveryHarness();
    harness.state.app.pageSize.value = 1;
    for (let n = 0; n < 400; n += 1) harness.state.app.deliver({ guid: `job-${n}`, succeeded: false });
    await harness.run();
    const requests = harness.calls.filter(({ port, method }) => port === 'app' && /Deliver|redeliver/.test(method));
    expect(requests.length).toBeLessThanOrEqual(170);
    expect(harness.state.app.asked.length).toBeGreaterThanOrEqual(20);
  });

  it('let a second ask wait until it is known what came of the first', async () => {
    const harness = createRecoveryHarness();
    harness.state.app.deliver({ guid: 'lost', succeeded: false });
    await harness.run();
    const undo = harness.state.app.fail({ kind: 'unavailable', message: 'no' }, { method: 'listDeliveries' });
    for (let run = 0; run < 30; run += 1) {
      harness.clock.advance(2 * MINUTE);
      await harness.run();
    }
    expect(harness.state.app.asked).toEqual(['lost']);
    undo();
    harness.clock.advance(2 * MINUTE);
    await harness.run();
    expect(harness.state.recovery.deliveries.get('lost')).toMatchObject({ state: 'delivered' });
    expect(harness.state.app.asked).toEqual(['lost']);
  });
});

describe('GitHub’s limit on the App', () => {
  it('silences every run until GitHub’s own time, costs no ask, and stops no search for jobs', async () => {
    const harness = createRecoveryHarness();
    harness.addTenant();
    harness.state.app.deliver({ guid: 'lost', succeeded: false });
    const retryAt = new Date(harness.clock.now().getTime() + 20 * MINUTE);
    harness.state.app.fail({ kind: 'limited', retryAt }, { method: 'redeliver', times: 1 });
    await harness.run();
    expect(harness.state.recovery.deliveries.get('lost')).toMatchObject({ asked: 0, dueAt: retryAt.toISOString() });
    harness.calls.length = 0;
    harness.clock.advance(19 * MINUTE);
    await harness.run();
    expect(harness.calls.filter(({ port }) => port === 'app')).toEqual([]);
    harness.clock.advance(2 * MINUTE);
    await harness.run();
    expect(harness.state.app.asked).toEqual(['lost']);
    expect(harness.state.recovery.scans.get(1001)?.phase).toBe('done');
  });
});

describe('the list of deliveries', () => {
  it('goes on where the time ran out, before anything newer, and passes nothing over', async () => {
    const harness = createRecoveryHarness();
    harness.state.app.pageSize.value = 2;
    for (let n = 0; n < 7; n += 1) harness.state.app.deliver({ guid: `first-${n}`, succeeded: false });
    let calls = 0;
    // Enough for two pages.
    const undo = harness.onCall((port, method) => void (port === 'app' && method === 'listDeliveries' && (calls += 1)));
    await harness.run({ millisecondsLeft: () => (calls >= 2 ? 0 : 60_000) });
    undo();
    expect(harness.state.recovery.deliveries.size).toBe(4);
    harness.clock.advance(20 * MINUTE);
    for (let n = 0; n < 3; n += 1) harness.state.app.deliver({ guid: `second-${n}`, succeeded: false });
    await harness.run();
    expect(new Set(harness.state.app.asked).size).toBe(10);
  });

  it('is read again from the top when GitHub no longer knows the place', async () => {
    const harness = createRecoveryHarness();
    harness.state.launches.cursors.set(
      'recovery-deliveries',
      JSON.stringify({ floor: '2026-01-15T00:00:00.000Z', pass: { top: '2026-01-15T11:00:00.000Z', cursor: '3' } }),
    );
    harness.state.app.deliver({ guid: 'lost', succeeded: false });
    harness.state.app.fail(
      { kind: 'refused', status: 422, message: 'no such cursor' },
      { method: 'listDeliveries', times: 1 },
    );
    await harness.run();
    expect(harness.state.app.asked).toEqual(['lost']);
  });

  it('is read no further down than the last run came, but for the overlap', async () => {
    const harness = createRecoveryHarness();
    harness.state.app.pageSize.value = 1;
    for (let n = 0; n < 20; n += 1) {
      harness.state.app.deliver({ guid: `fine-${n}`, succeeded: true });
      harness.clock.advance(5 * MINUTE);
    }
    await harness.run();
    harness.calls.length = 0;
    await harness.run();
    const read = harness.calls.filter(({ method }) => method === 'listDeliveries');
    // The newest, which the overlap repeats, and the first beyond it; of the failures there is none.
    expect(read.map(({ args }) => args)).toEqual([
      [undefined, 'failure'],
      [undefined, undefined],
      ['20', undefined],
    ]);
  });

  it.each(['not json', '{"floor":7}', '{"floor":"never"}'])('bears the bookmark %s', async (bookmark) => {
    const harness = createRecoveryHarness();
    harness.state.launches.cursors.set('recovery-deliveries', bookmark);
    harness.state.app.deliver({ guid: 'lost', succeeded: false });
    await harness.run();
    expect(harness.state.app.asked).toEqual(['lost']);
  });
});
