import { DAY, FAILURES_TO_OPEN, HOUR, MINUTE, SECOND } from '@multi-tenant-runner/core';
import { jobEvent } from '@multi-tenant-runner/testing';
import { createSystem, type System } from './system';

const LIMIT = 4;
/** 3 restarts at once, then one an hour: what one job costs whose machines all die. */
const MACHINES_A_JOB = 4 + 24;
/** Until the circuit opens, what is under way at that moment, and the probes of a day. */
const MACHINES_A_DAY = FAILURES_TO_OPEN - 1 + LIMIT + 3 + 24;

function systemWithTenant(overrides: Record<string, unknown> = {}): System {
  const system = createSystem();
  system.harness.addTenant({ max_runners: LIMIT, ...overrides });
  return system;
}

/** Every machine shuts down without a job, as one with a stale image does; the sweep comes by each minute. */
async function liveWithDeadMachines(system: System, milliseconds: number, step = MINUTE): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed += step) {
    system.harness.clock.advance(step);
    for (const machine of system.harness.state.fleet.alive(1001)) await system.shutDown(machine.instanceId);
    await system.sweep();
    await system.drain();
  }
}

const attribute = (system: System, tier = 'small'): unknown =>
  system.harness.state.tenants.rows.get(1001)?.[`circuit_${tier}`];

async function failUntilOpen(system: System): Promise<void> {
  for (
    let jobId = 101;
    attribute(system) === undefined || system.harness.metrics.total('TenantCircuitOpened') === 0;
    jobId += 1
  ) {
    if (jobId > 150) throw new Error('the circuit never opened');
    await system.queueJob(jobId);
    for (const machine of system.harness.state.fleet.alive(1001)) await system.shutDown(machine.instanceId);
    system.harness.state.github.jobs.set(jobId, { status: 'completed', conclusion: 'cancelled' });
    await system.jobEvent(jobEvent({ jobId, kind: 'completed', conclusion: 'cancelled' }));
    await system.drain();
  }
}

describe('an image that never boots', () => {
  test(`costs a single job ${MACHINES_A_JOB} machines at most, and the job expires with its reason`, async () => {
    const system = systemWithTenant();
    await system.queueJob(1);
    await liveWithDeadMachines(system, DAY + HOUR);
    expect(system.harness.state.fleet.machines.size).toBeGreaterThan(4);
    expect(system.harness.state.fleet.machines.size).toBeLessThanOrEqual(MACHINES_A_JOB);
    expect(system.job(1)).toMatchObject({ state: 'expired', reason: 'too-old' });
    expect(system.slots()).toEqual([]);
  });

  test(`costs a tenant with 50 jobs ${MACHINES_A_DAY} machines a day at most`, async () => {
    const system = systemWithTenant();
    for (let jobId = 1; jobId <= 50; jobId += 1) await system.queueJob(jobId);
    await liveWithDeadMachines(system, DAY + HOUR);
    expect(system.harness.state.fleet.machines.size).toBeGreaterThan(20);
    expect(system.harness.state.fleet.machines.size).toBeLessThanOrEqual(MACHINES_A_DAY);
    for (let jobId = 1; jobId <= 50; jobId += 1)
      expect(system.job(jobId)).toMatchObject({ state: 'expired', reason: 'too-old' });
  });

  test('opens the circuit once, with a reason, a metric and the time of the probe; what waits says why', async () => {
    const system = systemWithTenant();
    await failUntilOpen(system);
    expect(system.harness.metrics.total('TenantCircuitOpened')).toBe(1);
    expect(system.harness.metrics.counted.find(({ name }) => name === 'TenantCircuitOpened')).toMatchObject({
      tier: 'small',
      properties: { tenant_id: 1001, reason: 'machine-gone' },
    });
    const machines = system.harness.state.fleet.machines.size;
    await system.queueJob(1);
    expect(system.job(1)).toMatchObject({
      state: 'parked',
      reason: 'circuit-open',
      nextTry: new Date(system.harness.clock.now().getTime() + 5 * MINUTE).toISOString(),
    });
    expect(system.harness.state.fleet.machines.size).toBe(machines);
  });

  test("of one tier leaves the tenant's other tiers, and other tenants, alone", async () => {
    const system = systemWithTenant();
    system.harness.addTenant({
      installation_id: 2002,
      org_name: 'globex',
      account_id: 502,
      security_group_id: 'sg-globex',
    });
    await failUntilOpen(system);
    await system.queueJob(1, { tier: 'medium' });
    await system.queueJob(2, { installationId: 2002, owner: 'globex', ownerId: 502 });
    expect(system.job(1).state).toBe('starting');
    expect(system.job(2, 2002).state).toBe('starting');
  });
});

describe('a probe', () => {
  test('is one launch, however many jobs wait', async () => {
    const system = systemWithTenant();
    await failUntilOpen(system);
    const machines = system.harness.state.fleet.machines.size;
    for (let jobId = 1; jobId <= 10; jobId += 1) await system.queueJob(jobId);
    system.harness.clock.advance(6 * MINUTE);
    await system.sweep();
    await system.drain();
    expect(system.harness.state.fleet.machines.size).toBe(machines + 1);
    for (let jobId = 11; jobId <= 14; jobId += 1) await system.queueJob(jobId);
    expect(system.harness.state.fleet.machines.size).toBe(machines + 1);
  });

  test('that takes a job closes the circuit, and everything that waits starts', async () => {
    const system = systemWithTenant();
    await failUntilOpen(system);
    for (let jobId = 1; jobId <= 3; jobId += 1) await system.queueJob(jobId);
    system.harness.clock.advance(6 * MINUTE);
    await system.sweep();
    await system.drain();
    const [machine] = system.harness.state.fleet.alive(1001);
    await system.jobEvent(system.takeJob(machine?.instanceId ?? '', 1));
    expect(attribute(system)).toBeUndefined();
    expect(system.harness.metrics.total('TenantCircuitClosed')).toBe(1);
    await system.sweep();
    await system.drain();
    expect([1, 2, 3].map((jobId) => system.job(jobId).state)).toEqual(['running', 'starting', 'starting']);
  });

  test('may be repeated by another worker when its own died', async () => {
    const system = systemWithTenant();
    await failUntilOpen(system);
    system.harness.clock.advance(6 * MINUTE);
    system.harness.faults.fail('fleet.run', new Error('the process ended'));
    system.harness.state.github.jobs.set(1, { status: 'queued' });
    await expect(system.queueJob(1)).rejects.toThrow('ended');
    system.harness.clock.advance(30 * SECOND);
    await system.queueJob(1);
    expect(system.job(1).state).toBe('starting');
  });
});

describe('what else counts as a failed launch', () => {
  test('GitHub refuses the runner: machines stop being paid for', async () => {
    const system = systemWithTenant();
    system.harness.state.github.fail(
      { kind: 'refused', status: 422, message: 'no such group' },
      { method: 'createJitConfig' },
    );
    for (let jobId = 1; jobId <= 20; jobId += 1) await system.queueJob(jobId);
    expect(system.harness.state.fleet.machines.size).toBe(FAILURES_TO_OPEN);
    expect(system.harness.state.fleet.alive()).toEqual([]);
    expect(system.job(20)).toMatchObject({ state: 'parked', reason: 'circuit-open' });
    expect(attribute(system)).toMatchObject({ reason: 'GitHub refused the runner (422)' });
  });

  test('EC2 refuses for good: a bad image or template', async () => {
    const system = systemWithTenant();
    system.harness.state.fleet.refuse(() => true, {
      kind: 'impossible',
      code: 'InvalidAMIID.NotFound',
      message: 'no such image',
    });
    for (let jobId = 1; jobId <= 20; jobId += 1) await system.queueJob(jobId);
    expect(system.harness.names().filter((name) => name === 'fleet.run')).toHaveLength(FAILURES_TO_OPEN);
    expect(system.job(20)).toMatchObject({ state: 'parked', reason: 'circuit-open' });
  });

  test('no capacity does not', async () => {
    const system = systemWithTenant();
    system.harness.state.fleet.refuse(() => true);
    for (let jobId = 1; jobId <= 10; jobId += 1) await system.queueJob(jobId);
    expect(attribute(system)).toBeUndefined();
  });

  test('a job that takes its machine ends the row of failures', async () => {
    const system = systemWithTenant();
    await system.queueJob(1);
    await system.shutDown(system.machineOf(1).instanceId);
    await system.drain();
    expect(attribute(system)).toMatchObject({ failures: 1 });
    await system.jobEvent(system.takeJob(system.machineOf(1).instanceId, 1));
    expect(attribute(system)).toBeUndefined();
  });

  test("a healthy tenant's row is never written for it", async () => {
    const system = systemWithTenant();
    await system.queueJob(1);
    await system.jobEvent(system.takeJob(system.machineOf(1).instanceId, 1));
    expect(system.harness.names()).not.toContain('registry.changeCircuit');
  });
});
