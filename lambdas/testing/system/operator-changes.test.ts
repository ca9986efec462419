import {
  MINUTE,
  changeJob,
  decideCancel,
  decideKill,
  decideRetry,
  requestEnd,
  type JobChangeDecision,
} from '@multi-tenant-runner/core';
import { jobEvent } from '@multi-tenant-runner/testing';
import { brokenPromises, createSystem, type System } from './system';

function systemWithTenant(maxRunners = 2): System {
  const system = createSystem();
  system.harness.addTenant({ max_runners: maxRunners });
  return system;
}

async function change(system: System, jobId: number, decision: JobChangeDecision, id = 'one'): Promise<void> {
  await changeJob(system.job(jobId), decision, id, system.harness);
  await system.drain();
}

const cancel = (system: System, jobId: number): Promise<void> => change(system, jobId, decideCancel(system.job(jobId)));
const retry = (system: System, jobId: number): Promise<void> =>
  change(system, jobId, decideRetry(system.job(jobId), system.harness.clock.now()));

describe('a job that an operator cancels', () => {
  test('ends, its machine with it, and the slot goes to the next job', async () => {
    const system = systemWithTenant(1);
    await system.queueJob(1);
    await system.queueJob(2);
    await cancel(system, 1);
    expect(system.job(1)).toMatchObject({ state: 'cancelled', reason: 'cancelled-by-operator' });
    await system.sweep();
    await system.drain();
    expect(system.job(2)).toMatchObject({ state: 'starting' });
    expect(system.slots()).toEqual(['2-1']);
    expect(brokenPromises(system, 1)).toEqual([]);
  });

  test('never waits again, whatever GitHub sends', async () => {
    const system = systemWithTenant(1);
    await system.queueJob(1);
    const message = await system.queueJob(2);
    await cancel(system, 2);
    for (const deliveryId of ['another-delivery', 'recovery']) await system.deliver({ ...message, deliveryId });
    await system.jobEvent(jobEvent({ jobId: 2, kind: 'waiting' }));
    expect(system.job(2)).toMatchObject({ state: 'cancelled', reason: 'cancelled-by-operator' });
  });

  test("runs all the same where GitHub gives it another of the tenant's runners, and the row says so", async () => {
    const system = systemWithTenant(2);
    await system.queueJob(1);
    await system.queueJob(2);
    const { instanceId } = system.machineOf(1);
    await cancel(system, 2);
    system.harness.clock.advance(MINUTE);
    await system.jobEvent(system.takeJob(instanceId, 2));
    expect(system.job(2)).toMatchObject({ state: 'running', launchId: '1-1' });
    system.harness.clock.advance(MINUTE);
    await system.jobEvent(system.finishJob(instanceId, 2));
    expect(system.job(2)).toMatchObject({ state: 'completed', conclusion: 'success' });
  });

  test('is retried by an operator alone, once however often that is asked for', async () => {
    const system = systemWithTenant(1);
    await system.queueJob(1);
    await cancel(system, 1);
    await system.sweep();
    await retry(system, 1);
    expect(system.job(1)).toMatchObject({ state: 'starting', launchId: '1-2' });
    await change(system, 1, { kind: 'ask', sentence: '' });
    expect(system.slots()).toEqual(['1-2']);
    expect(brokenPromises(system, 1)).toEqual([]);
  });

  test('that GitHub has ended meanwhile is not retried', async () => {
    const system = systemWithTenant();
    await system.queueJob(1);
    await cancel(system, 1);
    system.harness.state.github.jobs.set(1, { status: 'completed', conclusion: 'cancelled' });
    await retry(system, 1);
    expect(system.job(1)).toMatchObject({ state: 'cancelled' });
  });
});

test('a job that waits for a later try is due at once', async () => {
  const system = systemWithTenant(1);
  await system.queueJob(1);
  await system.queueJob(2);
  expect(decideRetry(system.job(2), system.harness.clock.now())).toMatchObject({ kind: 'nothing' });
  const nextTry = '2026-01-15T13:00:00.000Z';
  const later = { ...system.job(2), reason: 'github-refused', nextTry } as const;
  expect(decideRetry(later, system.harness.clock.now())).toMatchObject({ kind: 'now' });
  await change(system, 2, { kind: 'now', sentence: '' });
  expect(system.job(2)).toMatchObject({ state: 'parked', nextTry: system.harness.clock.now().toISOString() });
});

describe('a machine that an operator ends', () => {
  test('goes within a sweep, and its job starts on another', async () => {
    const system = systemWithTenant(1);
    await system.queueJob(1);
    expect(decideKill(system.launchOf(1), false)).toMatchObject({ kind: 'request' });
    await requestEnd(system.launchOf(1), { force: false }, system.harness);
    await system.sweep();
    await system.drain();
    const ended = system.harness.state.launches.all().find(({ launchId }) => launchId === '1-1');
    expect(ended).toMatchObject({ state: 'ended', reason: 'ended-by-hand' });
    expect(ended && decideKill(ended, false).proof).toMatch(/^EC2 had ended i-\S+ by 2026/);
    await system.sweep();
    await system.drain();
    expect(system.job(1)).toMatchObject({ state: 'starting', launchId: '1-2', machineEnd: 'ended-by-hand' });
    expect(brokenPromises(system, 1)).toEqual([]);
  });

  test('stays while it has a job that its row does not know of', async () => {
    const system = systemWithTenant(1);
    await system.queueJob(1);
    const { instanceId } = system.machineOf(1);
    system.takeJob(instanceId, 1);
    await requestEnd(system.launchOf(1), { force: false }, system.harness);
    await system.sweep();
    expect(system.harness.state.fleet.machines.get(instanceId)?.state).not.toBe('shutting-down');
    expect(system.launchOf(1)).toMatchObject({ state: 'running' });
  });

  test('goes with its job where that is forced, which only GitHub ends', async () => {
    const system = systemWithTenant(1);
    await system.queueJob(1);
    const { instanceId } = system.machineOf(1);
    await system.jobEvent(system.takeJob(instanceId, 1));
    expect(decideKill(system.launchOf(1), false)).toMatchObject({ kind: 'refuse' });
    expect(decideKill(system.launchOf(1), true).sentence).toContain('and job 1 with it');
    await requestEnd(system.launchOf(1), { force: true }, system.harness);
    await system.sweep();
    expect(system.harness.state.fleet.machines.get(instanceId)?.state).toBe('shutting-down');
    expect(system.job(1)).toMatchObject({ state: 'running', machineEnd: 'ended-by-hand' });
    expect(system.slots()).toEqual([]);
  });
});
