import { MINUTE } from '@multi-tenant-runner/core';
import { INSTALLATION } from '@multi-tenant-runner/testing';
import { createRecoveryHarness } from '../test/recovery-harness';
import { createHandler } from './handler';

describe('the handler', () => {
  it('refuses what is not its schedule', async () => {
    const harness = createRecoveryHarness();
    const handler = createHandler(harness.deps);
    await expect(
      handler({ source: 'somebody' }, { awsRequestId: 'r', getRemainingTimeInMillis: () => 60_000 }),
    ).rejects.toThrow("not from the recovery function's schedule");
  });

  it.each([
    ['failures', 'app.listDeliveries'],
    ['redelivery', 'recovery.listPending'],
    ['installations', 'app.listInstallations'],
    ['jobs', 'recovery.listScans'],
  ])('does the other parts when %s fails, and says which did', async (part, call) => {
    const harness = createRecoveryHarness();
    harness.addTenant();
    harness.state.app.deliver({ guid: 'lost', succeeded: false });
    harness.state.search.addJob(harness.state.search.addRepository(INSTALLATION), {
      jobId: 7001,
      runId: 1,
      labels: ['self-hosted', 'small'],
      queuedAt: '2026-01-15T11:50:00Z',
    });
    harness.faults.fail(call, new Error('no answer'), 1);
    const report = await harness.run();
    expect(report.failed).toEqual([part]);
    expect(harness.metrics.counted).toContainEqual(
      expect.objectContaining({ name: 'RecoveryFailed', properties: { part } }),
    );
    expect(harness.state.queue.jobs).toHaveLength(part === 'jobs' ? 0 : 1);
    await harness.run();
    expect(harness.state.queue.jobs).toHaveLength(1);
    expect(harness.state.app.asked).toEqual(['lost']);
  });

  it('searches for jobs beside the App’s requests, however long GitHub takes for these', async () => {
    const harness = createRecoveryHarness();
    harness.addTenant();
    harness.state.search.addJob(harness.state.search.addRepository(INSTALLATION), {
      jobId: 7001,
      runId: 1,
      labels: ['self-hosted', 'small'],
      queuedAt: '2026-01-15T11:50:00Z',
    });
    const found = new Promise<void>((resolve) => {
      harness.faults.after('queue.sendJob', () => resolve());
    });
    harness.faults.before('app.listDeliveries', () => found);
    await expect(harness.run()).resolves.toMatchObject({ scanned: 1, failed: [] });
    expect(harness.state.queue.jobs).toHaveLength(1);
  });

  it('says how far behind it is, also in a run that is cut off or that GitHub does not answer', async () => {
    const harness = createRecoveryHarness();
    const behind = (): unknown[] => {
      const measured = harness.metrics.counted.filter(({ name }) => name === 'DeliveriesBehind');
      harness.metrics.counted.length = 0;
      return measured.map(({ value }) => value);
    };
    harness.state.app.deliver({ guid: 'lost', succeeded: false });
    await harness.run();
    expect(behind()).toEqual([0]);
    harness.clock.advance(10 * MINUTE);
    await harness.run({ millisecondsLeft: () => 10_000 });
    expect(behind()).toEqual([600]);
    harness.state.app.fail({ kind: 'unavailable', message: 'no' }, { method: 'listDeliveries' });
    harness.clock.advance(MINUTE);
    await harness.run();
    expect(behind()).toEqual([660]);
  });

  it('begins nothing when no time is left', async () => {
    const harness = createRecoveryHarness();
    harness.addTenant();
    harness.state.app.deliver({ guid: 'lost', succeeded: false });
    await harness.run({ millisecondsLeft: () => 10_000 });
    expect(harness.calls.filter(({ port }) => port === 'app' || port === 'search')).toEqual([]);
  });
});
