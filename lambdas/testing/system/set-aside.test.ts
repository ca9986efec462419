import { HOUR, MINUTE } from '@multi-tenant-runner/core';
import { job, launch, tiers } from '@multi-tenant-runner/testing';
import { createSystem, type System } from './system';

const GRACE = 11 * MINUTE;

function systemWithTiers(): { readonly system: System; readonly removeTier: (name: string) => void } {
  const configured = new Map(tiers());
  const system = createSystem({ settings: { tiers: configured } });
  system.harness.addTenant({ max_runners: 3 });
  return { system, removeTier: (name) => void configured.delete(name) };
}

/** A tenant with a machine that EC2 refuses to end, an idle one beside it, and a job that has waited for too long. */
async function systemWithProtectedMachine(): Promise<System> {
  const system = createSystem();
  system.harness.addTenant({ max_runners: 3 });
  await system.queueJob(1);
  await system.queueJob(2);
  system.machineOf(1).isProtected = true;
  await system.harness.state.jobs.create(
    job({ jobId: 3, state: 'parked', reason: 'limit', queuedAt: '2026-01-13T12:00:00.000Z' }),
  );
  system.harness.clock.advance(20 * MINUTE);
  return system;
}

async function sweepTimes(system: System, times: number, apart = MINUTE): Promise<void> {
  for (let run = 0; run < times; run += 1) {
    await system.sweep();
    system.harness.clock.advance(apart);
  }
}

const terminations = (system: System): number =>
  system.harness.names().filter((name) => name === 'fleet.terminate').length;

describe('a machine with termination protection', () => {
  test('keeps its slot, and nothing else of its tenant from its end', async () => {
    const system = await systemWithProtectedMachine();
    const [kept, ended] = [system.machineOf(1), system.machineOf(2)];
    expect(await system.sweep()).toMatchObject({ failed: 1 });
    expect([kept.state, ended.state]).toEqual(['pending', 'shutting-down']);
    expect(system.slots()).toContain('1-1');
    expect(system.slots()).not.toContain('2-1');
    expect(system.job(3)).toMatchObject({ state: 'expired', reason: 'too-old' });
  });

  test('is set aside after five failures, named and counted in every run, and ended once it may be', async () => {
    const system = await systemWithProtectedMachine();
    await sweepTimes(system, 5);
    const asked = terminations(system);
    expect(system.harness.log.lines).toContainEqual(
      expect.objectContaining({
        level: 'error',
        message: expect.stringContaining('is set aside'),
        fields: expect.objectContaining({ tenant_id: 1001, action: 'end-machine', launch_id: '1-1', failures: 5 }),
      }),
    );
    const before = system.harness.metrics.total('SweepSetAside');
    const failed = system.harness.metrics.total('SweepFailed');
    await sweepTimes(system, 5);
    expect(terminations(system)).toBe(asked);
    expect(system.harness.metrics.total('SweepSetAside')).toBe(before + 5);
    expect(system.harness.metrics.total('SweepFailed')).toBe(failed);
    system.machineOf(1).isProtected = false;
    await sweepTimes(system, 3, 10 * MINUTE);
    expect(system.harness.state.fleet.alive()).toEqual([]);
    expect(system.slots()).not.toContain('1-1');
    const over = system.harness.metrics.total('SweepSetAside');
    await system.sweep();
    expect(system.harness.metrics.total('SweepSetAside')).toBe(over);
  });

  test('is tried ever more slowly, four times a day at least', async () => {
    const system = await systemWithProtectedMachine();
    await sweepTimes(system, 5);
    const asked = terminations(system);
    await sweepTimes(system, 144, 10 * MINUTE);
    const tries = terminations(system) - asked;
    expect(tries).toBeGreaterThanOrEqual(4);
    expect(tries).toBeLessThan(12);
  });

  test('of an uninstalled tenant keeps neither its other machines, launches nor jobs from their end', async () => {
    const system = await systemWithProtectedMachine();
    system.harness.state.github.installations.delete(1001);
    const row = system.harness.state.tenants.rows.get(1001);
    system.harness.state.tenants.rows.set(1001, { ...row, status: 'deleted', cleanup: 'pending' });
    await system.sweep();
    expect(system.slots()).toEqual(['1-1']);
    expect(system.job(3).state).toBe('refused');
    expect(system.harness.state.tenants.rows.get(1001)).toMatchObject({ cleanup: 'pending' });
    await sweepTimes(system, 5);
    expect(system.harness.metrics.total('SweepSetAside')).toBeGreaterThan(0);
    system.machineOf(1).isProtected = false;
    await sweepTimes(system, 2, HOUR);
    for (const machine of system.harness.state.fleet.machines.values()) machine.state = 'terminated';
    await sweepTimes(system, 2, HOUR);
    expect(system.harness.state.tenants.rows.get(1001)).toMatchObject({ cleanup: 'done' });
  });
});

test('a job of an uninstalled tenant that can not be ended keeps no machine alive', async () => {
  const system = createSystem();
  system.harness.addTenant({ max_runners: 3 });
  await system.queueJob(1);
  await system.queueJob(2);
  const row = system.harness.state.tenants.rows.get(1001);
  system.harness.state.tenants.rows.set(1001, { ...row, status: 'deleted', cleanup: 'pending' });
  const undo = system.harness.faults.before('jobs.change', (_id, jobId) => {
    if (jobId === 1) throw new Error('no answer');
  });
  expect(await system.sweep()).toMatchObject({ failed: 1 });
  expect(system.harness.state.fleet.alive()).toEqual([]);
  expect(system.job(2).state).toBe('refused');
  undo();
  for (const machine of system.harness.state.fleet.machines.values()) machine.state = 'terminated';
  await sweepTimes(system, 2);
  expect(system.job(1).state).toBe('refused');
  expect(system.harness.state.tenants.rows.get(1001)).toMatchObject({ cleanup: 'done' });
});

describe('a tier that is gone', () => {
  test('releases its launch that asked EC2 for nothing, and refuses its job', async () => {
    const { system, removeTier } = systemWithTiers();
    await system.harness.state.jobs.create(job({ jobId: 1, tier: 'large', state: 'queued' }));
    await system.harness.state.launches.create(launch({ launchId: '1-1', jobId: 1, tier: 'large' }));
    system.harness.state.tenants.takeSlot(1001);
    await system.harness.state.jobs.create(
      job({ jobId: 3, state: 'parked', reason: 'limit', queuedAt: '2026-01-13T12:00:00.000Z' }),
    );
    removeTier('large');
    system.harness.clock.advance(GRACE);
    expect(await system.sweep()).toMatchObject({ failed: 0 });
    expect(system.slots()).toEqual([]);
    expect(system.job(1)).toMatchObject({ state: 'refused', reason: 'unknown-tier' });
    expect(system.job(3)).toMatchObject({ state: 'expired' });
  });

  test('leaves a machine of it its job', async () => {
    const { system, removeTier } = systemWithTiers();
    await system.queueJob(1, { tier: 'large' });
    await system.jobEvent(system.takeJob(system.machineOf(1).instanceId, 1));
    removeTier('large');
    system.harness.clock.advance(GRACE);
    expect(await system.sweep()).toMatchObject({ failed: 0 });
    expect(system.job(1).state).toBe('running');
    expect(system.harness.state.fleet.alive()).toHaveLength(1);
  });
});

test('an action that fails leaves those after it to go on', async () => {
  const system = createSystem();
  system.harness.addTenant({ max_runners: 2 });
  await system.queueJob(1);
  await system.queueJob(2);
  for (const { instanceId } of [system.machineOf(1), system.machineOf(2)])
    await system.shutDown(instanceId, { eventLost: true });
  system.harness.faults.before('fleet.describe', (ids) => {
    if (Array.isArray(ids) && ids.includes(system.machineOf(1).instanceId)) throw new Error('no answer');
  });
  system.harness.clock.advance(GRACE);
  expect(await system.sweep()).toMatchObject({ failed: 1 });
  expect(system.slots()).toEqual(['1-1', expect.stringContaining('2-2')]);
});
