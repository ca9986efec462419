import {
  DAY,
  HOUR,
  MINUTE,
  NO_USAGE,
  SECOND,
  type MachineLife,
  type LaunchReleaseRequest,
} from '@multi-tenant-runner/core';
import { createSystem, type System } from './system';

function createTenant(overrides: Record<string, unknown> = {}): System {
  const system = createSystem();
  system.harness.addTenant({ max_runners: 5, ...overrides });
  return system;
}

const lives = (system: System): MachineLife[] => [...system.harness.state.usage.lives.values()];

/** One job from its queue to its machine's end. */
async function runJob(system: System, jobId: number, time: number): Promise<void> {
  await system.queueJob(jobId, { queuedAt: system.harness.clock.now().toISOString() });
  const { instanceId } = system.machineOf(jobId);
  await system.jobEvent(system.takeJob(instanceId, jobId));
  system.harness.clock.advance(time);
  await system.jobEvent(system.finishJob(instanceId, jobId));
  await system.shutDown(instanceId);
}

describe('the ledger', () => {
  test('has one row of a machine, with what it ran, and the launch agrees', async () => {
    const system = createTenant();
    await runJob(system, 1, 10 * MINUTE);
    expect(lives(system)).toMatchObject([
      { launchId: '1-1', jobId: 1, repository: 'acme/app', tier: 'small', instanceType: 't3.medium', seconds: 600 },
    ]);
    expect(system.launchOf(1)).toMatchObject({ state: 'ended', machineEndedAt: lives(system)[0]?.endedAt });
    await system.sweep();
    expect(lives(system)).toHaveLength(1);
  });

  test('has none of a launch that never had a machine', async () => {
    const system = createTenant();
    const undo = system.harness.state.fleet.refuse(() => true);
    await system.queueJob(1);
    undo();
    expect(lives(system)).toEqual([]);
  });

  test('charges the machine of a lost event up to the end that EC2 names, not to its discovery', async () => {
    const system = createTenant();
    await system.queueJob(1);
    const { instanceId } = system.machineOf(1);
    await system.jobEvent(system.takeJob(instanceId, 1));
    system.harness.clock.advance(10 * MINUTE);
    await system.shutDown(instanceId, { eventLost: true });
    system.harness.clock.advance(30 * MINUTE);
    await system.sweep();
    expect(lives(system)).toMatchObject([{ instanceId, seconds: 600 }]);
  });

  test('that does not answer keeps neither the slot nor the next job, and has the row later', async () => {
    const system = createTenant({ max_runners: 1 });
    await system.queueJob(1);
    const { instanceId } = system.machineOf(1);
    await system.jobEvent(system.takeJob(instanceId, 1));
    await system.queueJob(2);
    const undo = system.harness.faults.before('admissions.release', (request) => {
      if ((request as LaunchReleaseRequest).life !== undefined) throw new Error('the ledger does not answer');
    });
    await system.shutDown(instanceId);
    expect(system.launchOf(1).state).toBe('ending');
    expect(system.slots()).not.toContain('1-1');
    await system.drain();
    expect(system.job(2).state).toBe('starting');
    undo();
    system.harness.clock.advance(15 * MINUTE);
    await system.sweep();
    expect(system.launchOf(1).state).toBe('ended');
    expect(lives(system)).toMatchObject([{ launchId: '1-1', seconds: 0 }]);
  });
});

describe('a cap', () => {
  const capped = (system: System, jobId: number) => expect(system.job(jobId));

  test('of minutes a day parks jobs until midnight, and then they start', async () => {
    const system = createTenant({ max_minutes_per_day: 60 });
    await runJob(system, 1, 50 * MINUTE);
    await system.queueJob(2);
    expect(system.job(2).state).toBe('starting');
    expect(system.harness.metrics.total('TenantUsageWarned')).toBe(1);
    const { instanceId } = system.machineOf(2);
    await system.jobEvent(system.takeJob(instanceId, 2));
    system.harness.clock.advance(11 * MINUTE);
    // The machine still runs: what it has used so far counts.
    await system.sweep();
    await system.queueJob(3);
    capped(system, 3).toMatchObject({
      state: 'parked',
      reason: 'minutes-per-day',
      nextTry: '2026-01-16T00:00:00.000Z',
    });
    expect(system.harness.state.fleet.alive()).toHaveLength(1);
    expect(system.harness.metrics.total('TenantUsageCapped')).toBe(1);
    await system.jobEvent(system.finishJob(instanceId, 2));
    await system.shutDown(instanceId);
    system.harness.state.github.jobs.set(3, { status: 'queued' });
    system.harness.clock.set('2026-01-16T00:00:01.000Z');
    await system.sweep();
    await system.drain();
    expect(system.job(3).state).toBe('starting');
    expect(system.harness.metrics.total('TenantUsageCapped')).toBe(1);
  });

  test('ends no machine', async () => {
    const system = createTenant({ max_minutes_per_day: 1 });
    await system.queueJob(1);
    const { instanceId } = system.machineOf(1);
    await system.jobEvent(system.takeJob(instanceId, 1));
    system.harness.clock.advance(HOUR);
    await system.sweep();
    expect(system.harness.state.fleet.alive()).toHaveLength(1);
  });

  test('that is raised starts what waited for it', async () => {
    const system = createTenant({ limit_minutes: 10 });
    await runJob(system, 1, 10 * MINUTE);
    await system.queueJob(2);
    capped(system, 2).toMatchObject({
      state: 'parked',
      reason: 'minutes-per-month',
      nextTry: '2026-02-01T00:00:00.000Z',
    });
    system.harness.state.tenants.rows.set(1001, {
      ...system.harness.state.tenants.rows.get(1001),
      limit_minutes: 100,
    });
    await system.sweep();
    await system.drain();
    expect(system.job(2).state).toBe('starting');
  });

  test('of dollars a month counts what machines cost', async () => {
    const system = createTenant({ limit_spend: 0.02 });
    await runJob(system, 1, 20 * MINUTE);
    await system.queueJob(2);
    expect(system.job(2).state).toBe('starting');
    const { instanceId } = system.machineOf(2);
    await system.jobEvent(system.takeJob(instanceId, 2));
    system.harness.clock.advance(10 * MINUTE);
    await system.sweep();
    await system.queueJob(3);
    capped(system, 3).toMatchObject({ state: 'parked', reason: 'spend-per-month' });
  });

  test('is a tier’s, unless the row has its own', async () => {
    const system = createTenant({ max_minutes_per_day: 120 });
    const tiers = system.harness.settings.tiers as Map<string, object>;
    tiers.set('small', { ...tiers.get('small'), caps: { minutesPerDay: 10, minutesPerMonth: 5 } });
    const lookup = await system.harness.registry.get(1001);
    expect(lookup).toMatchObject({ tenant: { caps: { minutesPerDay: 120, minutesPerMonth: 5 } } });
  });

  test('of one tenant is none of another', async () => {
    const system = createTenant({ max_minutes_per_day: 0 });
    system.harness.addTenant({ installation_id: 2002, org_name: 'globex', account_id: 502 });
    await system.queueJob(1);
    await system.queueJob(2, { installationId: 2002, owner: 'globex', ownerId: 502 });
    capped(system, 1).toMatchObject({ state: 'parked', reason: 'minutes-per-day' });
    expect(system.job(2, 2002)).not.toHaveProperty('reason', 'minutes-per-day');
  });

  test('costs a tenant without one no call', async () => {
    const system = createTenant();
    await runJob(system, 1, MINUTE);
    await system.sweep();
    expect(system.harness.names()).not.toContain('usage.sumsOf');
    expect(system.harness.state.tenants.rows.get(1001)).not.toHaveProperty('usage');
  });
});

test('a month of machines sums up to the second', async () => {
  const system = createTenant();
  let seconds = 0;
  for (let jobId = 1; jobId <= 40; jobId += 1) {
    const time = (60 + jobId * 37) * SECOND;
    await runJob(system, jobId, time);
    seconds += time / SECOND;
    system.harness.clock.advance(DAY / 10);
  }
  const { month } = await system.harness.state.usage.sumsOf(1001, { day: '2026-01-15', month: '2026-01' });
  expect(month).toMatchObject({ machines: 40, seconds });
  expect(month).not.toEqual(NO_USAGE);
});
