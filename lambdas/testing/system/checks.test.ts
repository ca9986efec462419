import { MINUTE, SECOND } from '@multi-tenant-runner/core';
import { jobEvent } from '@multi-tenant-runner/testing';
import { createSystem, type System } from './system';

const SHA = 'a'.repeat(40);

async function systemWithWaitingJob(): Promise<System> {
  const system = createSystem({ checks: true });
  system.harness.addTenant({ max_runners: 1 });
  await system.queueJob(1, { headSha: SHA });
  await system.queueJob(2, { headSha: SHA });
  system.harness.clock.advance(MINUTE);
  return system;
}

const checksOf = ({ harness }: System, of?: number) =>
  harness.state.checkRuns.runs
    .filter(({ jobId }) => of === undefined || jobId === of)
    .map(({ jobId, status, title }) => [jobId, status, title]);
const WAITS = 'Job 2 of acme/app waits, because acme uses 1 of its 1 runner.';
const sweepAfter = async (system: System, time: number): Promise<void> => {
  system.harness.clock.advance(time);
  await system.sweep();
};

describe('a job that waits', () => {
  test('shows why on its commit, once, whatever the sweep sees again', async () => {
    const system = await systemWithWaitingJob();
    for (let run = 0; run < 5; run += 1) await sweepAfter(system, MINUTE);
    expect(checksOf(system)).toEqual([[2, 'queued', WAITS]]);
    expect(system.harness.state.checkRuns.writes).toHaveLength(1);
  });

  test('costs a reader of the sweep nothing without the switch', async () => {
    const system = createSystem();
    system.harness.addTenant({ max_runners: 0 });
    await system.queueJob(1, { headSha: SHA });
    await sweepAfter(system, 2 * MINUTE);
    expect(checksOf(system)).toEqual([]);
    expect(system.job(1).checkState).toBeUndefined();
    expect(system.harness.names()).not.toContain('jobs.tenantsWithChecks');
  });

  test('shows nothing if it starts within a minute', async () => {
    const system = createSystem({ checks: true });
    system.harness.addTenant({ max_runners: 1 });
    const at = system.harness.clock.now().toISOString();
    await system.queueJob(1, { headSha: SHA, queuedAt: at });
    await system.queueJob(2, { headSha: SHA, queuedAt: at });
    await sweepAfter(system, 59 * SECOND);
    expect(checksOf(system)).toEqual([]);
  });

  test('says another reason when that changes, and ends the check once it runs', async () => {
    const system = await systemWithWaitingJob();
    await system.sweep();
    system.harness.state.tenants.rows.set(1001, {
      ...system.harness.state.tenants.rows.get(1001),
      status: 'suspended',
    });
    await sweepAfter(system, MINUTE);
    await sweepAfter(system, MINUTE);
    expect(checksOf(system, 2)).toEqual([[2, 'queued', 'Job 2 of acme/app waits, because its tenant is suspended.']]);
    const at = system.harness.clock.now().toISOString();
    await system.jobEvent(jobEvent({ jobId: 2, kind: 'in_progress', at, runnerName: 'theirs' }));
    await sweepAfter(system, MINUTE);
    expect(checksOf(system, 2)).toMatchObject([[2, 'completed', 'Job 2 of acme/app runs on theirs.']]);
    expect(system.job(2).checkState).toBe('done');
  });

  test('ends the check when it is cancelled, also while GitHub was down', async () => {
    const system = await systemWithWaitingJob();
    await system.sweep();
    system.harness.state.github.jobs.set(2, { status: 'completed', conclusion: 'cancelled' });
    const mend = system.harness.state.checkRuns.fail({ kind: 'unavailable', message: 'Bad gateway' });
    await system.jobEvent({
      ...system.finishJob(system.machineOf(1).instanceId, 1),
      jobId: 2,
      conclusion: 'cancelled',
    });
    await sweepAfter(system, MINUTE);
    expect(checksOf(system)).toMatchObject([[2, 'queued', WAITS]]);
    mend();
    await sweepAfter(system, 3 * MINUTE);
    expect(checksOf(system, 2)).toMatchObject([[2, 'completed', expect.stringContaining('was cancelled')]]);
  });
});

test('a refused job has a check that is over, and nothing more is asked about it', async () => {
  const system = createSystem({ checks: true, settings: { tierAccess: 'up_to_own' } });
  system.harness.addTenant({ max_runners: 1 });
  await system.queueJob(1, { headSha: SHA, tier: 'large', labels: ['large'] });
  expect(system.job(1).state).toBe('refused');
  await sweepAfter(system, MINUTE);
  await sweepAfter(system, MINUTE);
  expect(checksOf(system)).toEqual([
    [1, 'completed', "Job 1 of acme/app was refused, because the size large is larger than its tenant's tier."],
  ]);
  expect(system.harness.state.checkRuns.writes).toHaveLength(1);
});

test('a tenant that grants no right is asked once an hour', async () => {
  const system = await systemWithWaitingJob();
  system.harness.state.checkRuns.fail({ kind: 'not-granted' });
  for (let run = 0; run < 59; run += 1) await sweepAfter(system, MINUTE);
  const asked = (): number => system.harness.names().filter((name) => name.startsWith('checkRuns.')).length;
  expect(asked()).toBe(1);
  await sweepAfter(system, 2 * MINUTE);
  expect(asked()).toBe(2);
});

test('what one tenant writes is bounded, and enough is left to end every check', async () => {
  const system = createSystem({ checks: true });
  system.harness.addTenant({ max_runners: 0 });
  for (let jobId = 1; jobId <= 300; jobId += 1) await system.queueJob(jobId, { headSha: SHA });
  const { writes, runs } = system.harness.state.checkRuns;
  for (let run = 0; run < 60; run += 1) await sweepAfter(system, MINUTE);
  // 500 an hour and 80 a minute is what GitHub takes.
  expect(writes.length).toBeLessThanOrEqual(150);
  expect(runs.length).toBe(50);
  for (let jobId = 1; jobId <= 300; jobId += 1)
    await system.harness.jobs.change(1001, jobId, { from: ['parked'] }, { state: 'cancelled' });
  for (let run = 0; run < 6; run += 1) await sweepAfter(system, MINUTE);
  expect(runs.filter(({ status }) => status === 'queued')).toEqual([]);
});

test('a flood of refused jobs is told in part, and the rest is forgotten within two hours', async () => {
  const system = createSystem({ checks: true, settings: { tierAccess: 'up_to_own' } });
  system.harness.addTenant({ max_runners: 1 });
  for (let jobId = 1; jobId <= 300; jobId += 1)
    await system.queueJob(jobId, { headSha: SHA, tier: 'large', labels: ['large'] });
  for (let run = 0; run < 60; run += 1) await sweepAfter(system, MINUTE);
  const { length } = system.harness.state.checkRuns.writes;
  expect([length > 120, length <= 150]).toEqual([true, true]);
  for (let run = 0; run < 10; run += 1) await sweepAfter(system, MINUTE);
  await expect(system.harness.jobs.tenantsWithChecks()).resolves.toEqual([]);
});

describe('a run that dies', () => {
  test('after GitHub made the check leaves it to be found again', async () => {
    const system = await systemWithWaitingJob();
    system.harness.faults.loseAnswer('checkRuns.create');
    await system.sweep();
    expect(system.job(2).checkState).toBe('opening');
    await sweepAfter(system, MINUTE);
    expect(system.harness.state.checkRuns.runs).toHaveLength(1);
    await sweepAfter(system, 2 * MINUTE);
    expect(system.job(2)).toMatchObject({ checkState: 'open', checkId: 7_000 });
    expect(checksOf(system)).toEqual([[2, 'queued', WAITS]]);
  });

  test('or has no answer leaves it to be found again too', async () => {
    const system = await systemWithWaitingJob();
    const mend = system.harness.state.checkRuns.fail({ kind: 'unavailable', message: 'no answer' }, { done: true });
    await system.sweep();
    mend();
    for (let run = 0; run < 4; run += 1) await sweepAfter(system, MINUTE);
    expect(checksOf(system)).toEqual([[2, 'queued', WAITS]]);
    expect(system.job(2).checkState).toBe('open');
  });

  test('before GitHub made it makes it later', async () => {
    const system = await systemWithWaitingJob();
    const mend = system.harness.state.checkRuns.fail({ kind: 'unavailable', message: 'no answer in time' });
    await system.sweep();
    mend();
    await sweepAfter(system, 3 * MINUTE);
    expect(checksOf(system)).toEqual([[2, 'queued', WAITS]]);
  });

  test('and two at once make one check', async () => {
    const system = await systemWithWaitingJob();
    await Promise.all([system.sweep(), system.sweep()]);
    expect(checksOf(system)).toEqual([[2, 'queued', WAITS]]);
  });
});
