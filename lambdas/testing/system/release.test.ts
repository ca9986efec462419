import { MINUTE } from '@multi-tenant-runner/core';
import { jobMessage } from '@multi-tenant-runner/testing';
import { setUp, setUpWithRunner, sweepLater, workerDies } from './counterexamples/setup';
import { createFunctions } from './functions';

const FIRST = jobMessage({ jobId: 1 });

async function withEndedJob() {
  const system = await setUpWithRunner();
  const { instanceId } = system.machineOf(1);
  await system.jobEvent(system.takeJob(instanceId, 1));
  await system.jobEvent(system.finishJob(instanceId, 1));
  return { system, instanceId };
}

test('a release looks again where another has taken the launch since it was read', async () => {
  const system = setUp();
  await workerDies(system, 'dies-before', 'github.createJitConfig');
  system.harness.clock.advance(5 * MINUTE);
  const { instanceId } = system.machineOf(1);
  // As a worker leaves it that had to wait for GitHub or SSM.
  await system.harness.state.launches.change(1001, '1-1', { from: ['launching'] }, { instanceId });
  const undo = system.harness.faults.before('admissions.release', async () => {
    undo();
    const leaseUntil = system.harness.clock.now().getTime() + MINUTE;
    await system.harness.state.launches.change(
      1001,
      '1-1',
      { from: ['launching'] },
      { leaseOwner: 'another', leaseUntil },
    );
  });
  await system.shutDown(instanceId);
  expect(system.harness.names().filter((name) => name === 'admissions.release')).toHaveLength(2);
  expect(system.slots()).not.toContain('1-1');
  expect(system.harness.state.launches.rows.get('1001/1-1')?.state).toBe('ending');
  await sweepLater(system);
  expect(system.harness.state.launches.rows.get('1001/1-1')?.state).toBe('ended');
});

test('a life that stands in the ledger already stays, and its launch ends with the same figures', async () => {
  const { system, instanceId } = await withEndedJob();
  system.harness.faults.loseAnswer('admissions.release');
  const undo = system.harness.faults.before('admissions.release', () => {
    // What was written before this call is taken back but for the ledger: an operator's hand.
    const row = system.harness.state.launches.rows.get('1001/1-1');
    if (row?.state === 'ended') system.harness.state.launches.rows.set('1001/1-1', { ...row, state: 'ending' });
  });
  await system.shutDown(instanceId);
  undo();
  system.harness.clock.advance(30 * MINUTE);
  await system.sweep();
  const [life, ...others] = system.harness.state.usage.lives.values();
  expect(others).toEqual([]);
  expect(system.launchOf(1)).toMatchObject({ state: 'ended', machineEndedAt: life?.endedAt });
});

test('an answer that was lost ends nothing twice', async () => {
  const { system, instanceId } = await withEndedJob();
  system.harness.faults.loseAnswer('admissions.release');
  await system.shutDown(instanceId);
  expect(system.launchOf(1).state).toBe('ended');
  expect(system.harness.state.usage.lives.size).toBe(1);
});

test('a machine that ran its job and then ended itself is not asked about', async () => {
  const { system, instanceId } = await withEndedJob();
  const before = system.harness.calls.length;
  Object.assign(system.machineOf(1), { state: 'shutting-down' });
  await createFunctions(system).instanceEvent(instanceId, 'shutting-down');
  const names = system.harness.names().slice(before);
  expect(names).not.toContain('fleet.describe');
  expect(system.launchOf(1)).toMatchObject({ state: 'ended', reason: 'machine-gone' });
});

test('two machines that end at once give both of their slots to waiting jobs', async () => {
  const system = setUp({ max_runners: 2 }, [1, 2, 3, 4]);
  for (const jobId of [1, 2, 3, 4]) await system.deliver({ ...FIRST, jobId });
  const ids = [1, 2].map((jobId) => system.machineOf(jobId).instanceId);
  for (const [index, id] of ids.entries()) {
    await system.jobEvent(system.takeJob(id, index + 1));
    await system.jobEvent(system.finishJob(id, index + 1));
  }
  await Promise.all(ids.map((id) => system.shutDown(id)));
  expect(system.slots()).toEqual(['3-1', '4-1']);
  await system.drain();
  expect([system.job(3).state, system.job(4).state]).toEqual(['starting', 'starting']);
});
