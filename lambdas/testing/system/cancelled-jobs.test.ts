import { MINUTE, SECOND } from '@multi-tenant-runner/core';
import { jobEvent } from '@multi-tenant-runner/testing';
import { handleJobEvent } from '@multi-tenant-runner/scale-down/handle-job-event';
import { brokenPromises, createSystem, type System } from './system';

const CANCELLED = { kind: 'completed', conclusion: 'cancelled' } as const;

function systemWithTenant(maxRunners = 2): System {
  const system = createSystem();
  system.harness.addTenant({ max_runners: maxRunners });
  return system;
}

/** A user cancels a job that no runner took: GitHub's `completed` names none. */
async function cancel(system: System, jobId: number): Promise<void> {
  system.harness.state.github.jobs.set(jobId, { status: 'completed', conclusion: 'cancelled' });
  await system.jobEvent(jobEvent({ jobId, ...CANCELLED }));
}

describe('a job is cancelled while its machine boots', () => {
  test('its registration is deleted, its machine ends and its slot goes to the next job at once', async () => {
    const system = systemWithTenant();
    await system.queueJob(1);
    await system.queueJob(2);
    await system.queueJob(3, { tier: 'large' });
    expect(system.job(3)).toMatchObject({ state: 'parked', reason: 'limit' });
    const { instanceId } = system.machineOf(1);
    await cancel(system, 1);
    await cancel(system, 2);
    await system.drain();
    expect(system.harness.state.fleet.machines.get(instanceId)?.state).toBe('shutting-down');
    expect(system.harness.state.launches.all()).toContainEqual(
      expect.objectContaining({ launchId: '1-1', state: 'ended', reason: 'job-ended' }),
    );
    expect(system.job(3)).toMatchObject({ state: 'starting' });
    expect(system.slots()).toEqual(['3-1']);
    expect(system.harness.state.github.registrations.all()).toHaveLength(1);
    expect(brokenPromises(system, 2)).toEqual([]);
  });

  test('and the event comes twice: once is enough', async () => {
    const system = systemWithTenant();
    await system.queueJob(1);
    await cancel(system, 1);
    await cancel(system, 1);
    expect(system.slots()).toEqual([]);
    expect(system.harness.names().filter((name) => name === 'fleet.terminate')).toHaveLength(1);
  });

  test('a runner that took another job meanwhile is not let go of by GitHub, and stays', async () => {
    const system = systemWithTenant();
    await system.queueJob(1);
    await system.queueJob(2);
    const { instanceId } = system.machineOf(1);
    const event = system.takeJob(instanceId, 2);
    await cancel(system, 1);
    expect(system.harness.state.fleet.machines.get(instanceId)?.state).not.toBe('shutting-down');
    await system.jobEvent(event);
    expect(system.job(2)).toMatchObject({ state: 'running', launchId: '1-1' });
    expect(brokenPromises(system, 2)).toEqual([]);
  });

  test('a machine that was passed on to another job is left to it', async () => {
    const system = systemWithTenant();
    await system.queueJob(1);
    await system.queueJob(2);
    await system.jobEvent(system.takeJob(system.machineOf(1).instanceId, 2));
    expect(system.job(1)).toMatchObject({ state: 'starting', launchId: '2-1' });
    const { instanceId } = system.machineOf(1);
    await system.jobEvent(jobEvent({ jobId: 2, ...CANCELLED }));
    expect(system.harness.state.fleet.machines.get(instanceId)?.state).not.toBe('shutting-down');
  });

  test('without an answer of GitHub it stays, and the next sweep asks again', async () => {
    const system = systemWithTenant();
    await system.queueJob(1);
    system.harness.state.github.fail(
      { kind: 'unavailable', message: 'no answer' },
      { method: 'deleteRunner', times: 1 },
    );
    await cancel(system, 1);
    expect(system.harness.state.fleet.alive()).toHaveLength(1);
    system.harness.clock.advance(MINUTE);
    await system.sweep();
    expect(system.harness.state.fleet.alive()).toEqual([]);
    expect(system.slots()).toEqual([]);
  });

  test('its event was lost: the sweep that learns of its end ends the machine too', async () => {
    const system = systemWithTenant();
    await system.queueJob(1);
    await system.harness.state.jobs.change(
      1001,
      1,
      { from: ['starting'] },
      { state: 'cancelled', endedAt: system.harness.clock.now().toISOString() },
    );
    system.harness.clock.advance(MINUTE);
    await system.sweep();
    expect(system.harness.state.fleet.alive()).toEqual([]);
    expect(system.slots()).toEqual([]);
  });

  test('a sweep that missed a job that began meanwhile ends nothing', async () => {
    const system = systemWithTenant();
    await system.queueJob(1);
    system.harness.faults.after('jobs.listOpen', (answer) => (answer as unknown[]).splice(0));
    system.harness.clock.advance(MINUTE);
    await system.sweep();
    expect(system.harness.state.fleet.alive()).toHaveLength(1);
    expect(system.launchOf(1)).toMatchObject({ state: 'running' });
    expect(system.launchOf(1).leaseOwner).toBeUndefined();
  });
});

test('a job that is cancelled while EC2 takes long gets no registration, and its machine ends at once', async () => {
  const system = systemWithTenant();
  const undo = system.harness.faults.after('fleet.run', async () => {
    undo();
    system.harness.clock.advance(10 * SECOND);
    system.harness.state.github.jobs.set(1, { status: 'completed', conclusion: 'cancelled' });
    await handleJobEvent(jobEvent({ jobId: 1, ...CANCELLED }), system.scaleDown());
  });
  await system.queueJob(1);
  expect(system.harness.state.fleet.alive()).toEqual([]);
  expect(system.harness.names()).not.toContain('github.createJitConfig');
  expect(system.slots()).toEqual([]);
  expect(system.job(1)).toMatchObject({ state: 'cancelled' });
});
