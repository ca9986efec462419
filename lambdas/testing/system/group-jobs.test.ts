import { FAILURES_TO_OPEN, HOUR, MINUTE, type JobEvent } from '@multi-tenant-runner/core';
import { createMachineSide } from './machine-side';
import { brokenPromises, createSystem, type System } from './system';

/**
 * `runs-on: { group: … }` names no labels, so that such a job starts no machine; and GitHub gives it any runner of the
 * group.
 */
function setUp(limit: number, jobs: readonly number[]): System {
  const system = createSystem();
  system.harness.addTenant({ max_runners: limit });
  for (const jobId of jobs) system.harness.state.github.jobs.set(jobId, { status: 'queued' });
  return system;
}

const ofGroup = (event: JobEvent, overrides: Partial<JobEvent> = {}): JobEvent => ({
  ...event,
  labels: [],
  runnerOnly: true,
  ...overrides,
});
const circuit = (system: System): unknown => system.harness.state.tenants.rows.get(1001)?.['circuit_small'];

describe('a job that names only a runner group', () => {
  test('is bound to the runner of ours that it took, and the job that lost it starts again', async () => {
    const system = setUp(2, [1]);
    await system.queueJob(1);
    const { instanceId } = system.machineOf(1);
    await system.jobEvent(ofGroup(system.takeJob(instanceId, 90)));
    await system.drain();
    expect(system.job(90)).toMatchObject({
      state: 'running',
      tier: 'small',
      runnerName: `test-${instanceId}`,
      labels: [],
    });
    expect(system.job(1)).toMatchObject({ state: 'starting', launchId: '1-2', restarts: 0 });
    await system.jobEvent(ofGroup(system.finishJob(instanceId, 90)));
    await system.shutDown(instanceId);
    expect(system.job(90)).toMatchObject({ state: 'completed', conclusion: 'success' });
    expect(system.slots()).toEqual(['1-2']);
    expect(brokenPromises(system, 2)).toEqual([]);
  });

  test('opens no circuit and puts no job on the relaunch limit, however often', async () => {
    const system = setUp(1, [1]);
    await system.queueJob(1);
    for (let theft = 0; theft < FAILURES_TO_OPEN + 3; theft += 1) {
      const { instanceId } = system.machineOf(1);
      await system.jobEvent(ofGroup(system.takeJob(instanceId, 90 + theft)));
      await system.jobEvent(ofGroup(system.finishJob(instanceId, 90 + theft)));
      await system.shutDown(instanceId);
      await system.drain();
    }
    expect(circuit(system)).toBeUndefined();
    expect(system.job(1)).toMatchObject({ state: 'starting', restarts: 0 });
  });

  test('on a runner that is named like ours and is none leaves nothing behind', async () => {
    const system = setUp(1, [1]);
    await system.queueJob(1);
    const { instanceId } = system.machineOf(1);
    const event = ofGroup(system.takeJob(instanceId, 90), { runnerName: 'test-i-somebodys' });
    await system.jobEvent(event);
    await system.jobEvent({ ...event, kind: 'completed', conclusion: 'success' });
    expect(() => system.job(90)).toThrow('no row');
    expect(system.launchOf(1).takenBy).toBeUndefined();
  });

  test('of another installation takes no runner', async () => {
    const system = setUp(1, [1]);
    system.harness.addTenant({
      installation_id: 2002,
      org_name: 'globex',
      account_id: 502,
      security_group_id: 'sg-globex',
    });
    await system.queueJob(1);
    await system.jobEvent(
      ofGroup(system.takeJob(system.machineOf(1).instanceId, 90), {
        installationId: 2002,
        owner: 'globex',
        ownerId: 502,
      }),
    );
    expect(system.launchOf(1).takenBy).toBeUndefined();
    expect(() => system.job(90, 2002)).toThrow('no row');
  });

  test('ends by its word also where its runner is gone already', async () => {
    const system = setUp(1, [1]);
    await system.queueJob(1);
    const { instanceId } = system.machineOf(1);
    await system.jobEvent(ofGroup(system.takeJob(instanceId, 90)));
    const end = ofGroup(system.finishJob(instanceId, 90));
    await system.shutDown(instanceId);
    await system.jobEvent(end);
    expect(system.job(90).state).toBe('completed');
  });
});

describe('a machine that ran a job of a repository that the App can’t see', () => {
  /** No webhook announces the job; the hooks of the machine do. */
  async function stealUnseen(system: System): Promise<void> {
    const { instanceId } = system.machineOf(1);
    await createMachineSide(system).says(instanceId, { kind: 'idle' });
    const { registrations } = system.harness.state.github;
    for (const one of registrations.all()) if (one.name.endsWith(instanceId)) registrations.remove(one);
    await system.shutDown(instanceId);
    await system.drain();
  }

  test('does not keep its own job waiting while it works', async () => {
    const system = setUp(2, [1]);
    await system.queueJob(1);
    await createMachineSide(system).says(system.machineOf(1).instanceId, { kind: 'busy' });
    system.harness.clock.advance(11 * MINUTE);
    await system.sweep();
    await system.drain();
    expect(system.job(1)).toMatchObject({ state: 'starting', launchId: '1-2', restarts: 0 });
    expect(system.slots()).toEqual(['1-1', '1-2']);
    expect(circuit(system)).toBeUndefined();
    expect(brokenPromises(system, 2)).toEqual([]);
  });

  test('is bound to its own job where only the word of that was lost', async () => {
    const system = setUp(2, [1]);
    await system.queueJob(1);
    const { instanceId } = system.machineOf(1);
    system.takeJob(instanceId, 1);
    await createMachineSide(system).says(instanceId, { kind: 'busy' });
    system.harness.clock.advance(11 * MINUTE);
    await system.sweep();
    expect(system.job(1)).toMatchObject({ state: 'running', runnerName: `test-${instanceId}` });
    expect(system.slots()).toEqual(['1-1']);
  });

  test('is no failed launch: neither its job nor its tenant pays for it', async () => {
    const system = setUp(1, [1]);
    await system.queueJob(1);
    for (let theft = 0; theft < FAILURES_TO_OPEN + 3; theft += 1) await stealUnseen(system);
    expect(circuit(system)).toBeUndefined();
    expect(system.job(1)).toMatchObject({ state: 'starting', restarts: 0 });
  });

  test('is none either where the sweep finds that it is gone', async () => {
    const system = setUp(1, [1]);
    await system.queueJob(1);
    const { instanceId } = system.machineOf(1);
    await createMachineSide(system).says(instanceId, { kind: 'busy' });
    await system.shutDown(instanceId, { eventLost: true });
    system.harness.clock.advance(11 * MINUTE);
    await system.sweep();
    await system.drain();
    expect(circuit(system)).toBeUndefined();
    expect(system.job(1)).toMatchObject({ state: 'starting', restarts: 0 });
  });

  test('is none either where it hangs after its job and the sweep ends it', async () => {
    const system = setUp(1, [1]);
    await system.queueJob(1);
    await createMachineSide(system).says(system.machineOf(1).instanceId, { kind: 'idle' });
    system.harness.clock.advance(16 * MINUTE);
    await system.sweep();
    await system.drain();
    expect(system.harness.state.fleet.machines.size).toBe(2);
    expect(circuit(system)).toBeUndefined();
    expect(system.job(1)).toMatchObject({ state: 'starting', restarts: 0 });
  });

  test('without a state of a job is one, as before', async () => {
    const system = setUp(1, [1]);
    await system.queueJob(1);
    await system.shutDown(system.machineOf(1).instanceId);
    expect(circuit(system)).toMatchObject({ failures: 1 });
    expect(system.job(1)).toMatchObject({ restarts: 1 });
  });
});

describe('a public job that a runner group admits', () => {
  const isPublic = { isPublic: true, repo: 'open' };

  test('ends with the machine that it took, refused, counted and explained', async () => {
    const system = setUp(1, [1]);
    await system.queueJob(1);
    const { instanceId } = system.machineOf(1);
    await system.jobEvent({ ...system.takeJob(instanceId, 90), ...isPublic });
    expect(system.harness.state.fleet.machines.get(instanceId)?.state).toBe('shutting-down');
    expect(system.job(90)).toMatchObject({
      state: 'refused',
      reason: 'public-repository',
      runnerName: `test-${instanceId}`,
    });
    expect(system.harness.metrics.counted.filter(({ name }) => name === 'RunnerMisused')).toMatchObject([
      { tier: 'small', properties: { tenant_id: 1001, job_id: 90, launch_id: '1-1', reason: 'public-repository' } },
    ]);
    await system.drain();
    expect(system.job(1)).toMatchObject({ state: 'starting', launchId: '1-2', restarts: 0 });
  });

  test('whose row says refused already says now where it ran', async () => {
    const system = setUp(1, [1]);
    await system.queueJob(90, isPublic);
    expect(system.job(90)).toMatchObject({ state: 'refused', reason: 'public-repository' });
    await system.queueJob(1);
    const { instanceId } = system.machineOf(1);
    await system.jobEvent({ ...system.takeJob(instanceId, 90), ...isPublic });
    expect(system.job(90)).toMatchObject({
      state: 'refused',
      reason: 'public-repository',
      runnerName: `test-${instanceId}`,
    });
  });

  test('stays refused when its word comes again after the machine’s end', async () => {
    const system = setUp(1, [1]);
    await system.queueJob(90, isPublic);
    await system.queueJob(1);
    system.harness.clock.advance(5 * MINUTE);
    const { instanceId } = system.machineOf(1);
    const event = { ...system.takeJob(instanceId, 90), ...isPublic, at: system.harness.clock.now().toISOString() };
    await system.jobEvent(event);
    await system.shutDown(instanceId);
    await system.jobEvent(event);
    expect(system.job(90)).toMatchObject({ state: 'refused', reason: 'public-repository' });
  });

  test('one after the other costs no machine each: the circuit opens, and says why', async () => {
    const system = setUp(1, [1]);
    await system.queueJob(1);
    for (let jobId = 90; jobId < 200 && system.job(1).state === 'starting'; jobId += 1) {
      await system.jobEvent({ ...system.takeJob(system.machineOf(1).instanceId, jobId), ...isPublic });
      await system.drain();
    }
    expect(system.harness.state.fleet.machines.size).toBeLessThanOrEqual(FAILURES_TO_OPEN + 1);
    expect(system.job(1)).toMatchObject({ state: 'parked' });
    expect(circuit(system)).toMatchObject({
      failures: FAILURES_TO_OPEN,
      reason: expect.stringContaining('public-repository'),
    });
    system.harness.clock.advance(HOUR);
    await system.sweep();
    await system.drain();
    await system.jobEvent(system.takeJob(system.machineOf(1).instanceId, 1));
    expect(system.job(1).state).toBe('running');
    expect(circuit(system)).toBeUndefined();
  });

  test('is what it was where the tenant allows public repositories', async () => {
    const system = setUp(1, [1]);
    system.harness.state.tenants.rows.set(1001, {
      ...system.harness.state.tenants.rows.get(1001),
      allow_public_repositories: true,
    });
    await system.queueJob(1);
    const { instanceId } = system.machineOf(1);
    await system.jobEvent({ ...system.takeJob(instanceId, 90), ...isPublic });
    expect(system.job(90).state).toBe('running');
    expect(system.harness.state.fleet.machines.get(instanceId)?.state).toBe('pending');
  });

  test('is announced again while another worker holds the lease', async () => {
    const system = setUp(1, [1]);
    await system.queueJob(1);
    const { instanceId } = system.machineOf(1);
    const event = { ...system.takeJob(instanceId, 90), ...isPublic };
    const lease = { leaseOwner: 'another-worker', leaseUntil: system.harness.clock.now().getTime() + MINUTE };
    await system.harness.state.launches.change(1001, '1-1', { from: ['running'] }, lease);
    await expect(system.jobEvent(event)).rejects.toThrow('leased by another invocation');
    system.harness.clock.advance(2 * MINUTE);
    await system.jobEvent(event);
    expect(system.harness.state.fleet.machines.get(instanceId)?.state).toBe('shutting-down');
  });
});
