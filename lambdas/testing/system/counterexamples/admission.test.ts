import { MINUTE } from '@multi-tenant-runner/core';
import { jobEvent, jobMessage } from '@multi-tenant-runner/testing';
import { brokenPromises } from '../system';
import { gate, setRow, setUp, setUpWithRunner, sweepLater, workerDies } from './setup';

const FIRST = jobMessage({ jobId: 1 });

test('held-failure-deletes: a worker that finds its launch held by another leaves the slot where it is', async () => {
  const system = setUp();
  await workerDies(system, 'dies-after', 'registry.admit');
  system.harness.clock.advance(11 * MINUTE);
  const beforeHeld = gate(system, 'launches.change');
  const worker = system.deliver(FIRST);
  await beforeHeld.reached;
  await system.sweep();
  expect(system.launchOf(1).state).toBe('held');
  beforeHeld.open();
  await worker;
  await system.drain();
  expect(system.launchOf(1).state).toBe('running');
  expect(system.slots()).toEqual(['1-1']);
  expect(brokenPromises(system, 1)).toEqual([]);
});

test('sweep-skips-wanted-slot: a slot whose launch is still `wanted` is gone on with', async () => {
  const system = setUp();
  await workerDies(system, 'dies-after', 'registry.admit');
  expect(system.launchOf(1).state).toBe('wanted');
  await sweepLater(system);
  expect(system.launchOf(1)).toMatchObject({ launchId: '1-1', state: 'running' });
});

test('duplicate-ends-any: a message again goes on with a job whose row alone was written', async () => {
  const system = setUp();
  await workerDies(system, 'dies-after', 'jobs.create');
  await system.deliver(FIRST);
  expect(system.job(1).state).toBe('starting');
});

test('sweep-skips-queued-job: a job whose row alone was written is found without its message', async () => {
  const system = setUp();
  await workerDies(system, 'dies-after', 'jobs.create');
  await sweepLater(system);
  expect(system.job(1).state).toBe('starting');
});

test('ended-job-keeps-slot: a job that ends while its launch has only its slot gives it back', async () => {
  const system = setUp();
  await workerDies(system, 'dies-after', 'registry.admit');
  system.harness.state.github.jobs.set(1, { status: 'completed', conclusion: 'cancelled' });
  await system.jobEvent(jobEvent({ jobId: 1, kind: 'completed', conclusion: 'cancelled' }));
  for (let round = 0; round < 3; round += 1) await sweepLater(system);
  expect(system.slots()).toEqual([]);
  expect(system.harness.state.fleet.machines.size).toBe(0);
});

test('wanted-burns-number: a job above the limit keeps its start number however often the sweep comes by', async () => {
  const system = await setUpWithRunner({}, [1, 2]);
  await system.deliver(jobMessage({ jobId: 2 }));
  await system.jobEvent(system.takeJob(system.machineOf(1).instanceId, 1));
  for (let round = 0; round < 6; round += 1) await sweepLater(system);
  expect(system.job(2)).toMatchObject({ state: 'parked', reason: 'limit', startNumber: 1, restarts: 0 });
});

test('wake-skips-ended: a job that was parked on an ended launch starts under a new number', async () => {
  const system = setUp();
  const undo = system.harness.state.fleet.refuse(() => true);
  // The slot is given back; before the job learns of it something unforeseen happens on the last receive.
  system.harness.faults.fail('jobs.get', new Error('unforeseen'));
  await system.deliver(FIRST, { receiveCount: 5 });
  expect(system.job(1)).toMatchObject({ state: 'parked', reason: 'error', launchId: '1-1' });
  undo();
  await sweepLater(system);
  expect(system.job(1)).toMatchObject({ state: 'starting', launchId: '1-2' });
});

test('deleted-keeps-jobs: a job that loses its slot to an uninstallation has a recorded end', async () => {
  const system = setUp();
  system.harness.faults.before('registry.admit', () => setRow(system, { status: 'deleted', cleanup: 'pending' }));
  await system.deliver(FIRST);
  expect(system.job(1)).toMatchObject({ state: 'refused', reason: 'tenant-deleted' });
});

test('no-wake: a slot that comes free between the refusal and the parking is taken', async () => {
  const system = await setUpWithRunner({}, [1, 2]);
  const { instanceId } = system.machineOf(1);
  await system.jobEvent(system.takeJob(instanceId, 1));
  const beforeParked = gate(system, 'jobs.change');
  const worker = system.deliver(jobMessage({ jobId: 2 }));
  await beforeParked.reached;
  await system.shutDown(instanceId);
  beforeParked.open();
  await worker;
  await system.drain();
  expect(system.job(2).state).toBe('starting');
  expect(brokenPromises(system, 1)).toEqual([]);
});

test('relaunch-same-number: an ended launch starts nothing, its job has a new one', async () => {
  const system = setUp();
  const beforeInstanceId = gate(system, 'registry.get');
  const worker = system.deliver(FIRST);
  await beforeInstanceId.reached;
  const { instanceId } = system.machineOf(1);
  await system.shutDown(instanceId);
  await system.drain();
  beforeInstanceId.open();
  await worker.catch(() => undefined);
  await sweepLater(system);
  const launches = [...system.harness.state.fleet.machines.values()].map(({ request }) => request.launchId);
  expect(new Set(launches).size).toBe(launches.length);
  expect(system.job(1).launchId).not.toBe('1-1');
  expect(brokenPromises(system, 1)).toEqual([]);
});

test('gate-unwatched: a gate that opens unheard is found open', async () => {
  const system = await setUpWithRunner();
  system.harness.state.github.jobs.set(1, { status: 'waiting' });
  await system.jobEvent(jobEvent({ jobId: 1, kind: 'waiting' }));
  expect(system.job(1)).toMatchObject({ state: 'parked', reason: 'github-waiting' });
  system.harness.state.github.jobs.set(1, { status: 'queued' });
  await sweepLater(system);
  expect(system.job(1).state).toBe('starting');
  expect(brokenPromises(system, 1)).toEqual([]);
});
