import { INSTALLATION } from '@multi-tenant-runner/testing';
import { recoveryWorld } from '../test/recovery-harness';
import { createHandler } from './handler';

describe('the handler', () => {
  it('refuses what is not its schedule', async () => {
    const world = recoveryWorld();
    const handler = createHandler(world.deps);
    await expect(handler({ source: 'somebody' }, { awsRequestId: 'r', getRemainingTimeInMillis: () => 60_000 })).rejects.toThrow('not the schedule');
  });

  it.each([
    ['deliveries', 'app.listDeliveries'],
    ['redelivery', 'recovery.listPending'],
    ['installations', 'app.listInstallations'],
    ['jobs', 'recovery.listScans'],
  ])('does the other parts when %s fails, and says which did', async (part, call) => {
    const world = recoveryWorld();
    world.addTenant();
    world.state.app.deliver({ guid: 'lost', succeeded: false });
    world.state.search.addJob(world.state.search.addRepository(INSTALLATION), { jobId: 7001, runId: 1, labels: ['self-hosted', 'small'], queuedAt: '2026-01-15T11:50:00Z' });
    world.faults.fail(call, new Error('no answer'), 1);
    const report = await world.run();
    expect(report.failed).toEqual([part]);
    expect(world.metrics.counted).toContainEqual(expect.objectContaining({ name: 'RecoveryFailed', properties: { part } }));
    expect(world.state.queue.jobs).toHaveLength(part === 'jobs' ? 0 : 1);
    await world.run();
    expect(world.state.queue.jobs).toHaveLength(1);
    expect(world.state.app.asked).toEqual(['lost']);
  });

  it('begins nothing when no time is left', async () => {
    const world = recoveryWorld();
    world.addTenant();
    world.state.app.deliver({ guid: 'lost', succeeded: false });
    await world.run({ millisecondsLeft: () => 10_000 });
    expect(world.calls.filter(({ port }) => port === 'app' || port === 'search')).toEqual([]);
  });
});
