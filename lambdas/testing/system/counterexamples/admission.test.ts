import type { JobMessage } from '@multi-tenant-runner/core';
import { jobEvent, jobMessage } from '@multi-tenant-runner/testing';
import { runCut } from '../crash/crash-injection';
import { brokenPromises, type System } from '../system';
import { gate, setRow, setUp, setUpWithRunner, sweepLater } from './setup';

const FIRST = jobMessage({ jobId: 1 });

/** Its gate has opened, and its row waits for a machine again; the worker that wrote that died right after it. */
async function setUpWithOpenedGate(): Promise<{ readonly system: System; readonly message: JobMessage }> {
  const system = setUp();
  await system.jobEvent(jobEvent({ jobId: 1, kind: 'waiting' }));
  const message = jobMessage({ jobId: 1, deliveryId: 'after-the-gate' });
  await runCut(system.harness, 'jobs.change', 'dies-after', () => system.deliver(message));
  expect(system.job(1).state).toBe('queued');
  return { system, message };
}

/** Job 1 is over, and its slot goes to job 2, which waits. */
async function setUpWithWaiting(): Promise<{ readonly system: System; readonly instanceId: string }> {
  const system = await setUpWithRunner({}, [1, 2]);
  const { instanceId } = system.machineOf(1);
  await system.jobEvent(system.takeJob(instanceId, 1));
  await system.deliver(jobMessage({ jobId: 2 }));
  expect(system.job(2)).toMatchObject({ state: 'parked', reason: 'limit' });
  expect(system.harness.state.launches.all().filter(({ jobId }) => jobId === 2)).toEqual([]);
  return { system, instanceId };
}

test('admit-blindly: a worker that asks once more begins no second launch of a job that a wake has begun', async () => {
  const system = await setUpWithRunner({}, [1, 2]);
  const { instanceId } = system.machineOf(1);
  await system.jobEvent(system.takeJob(instanceId, 1));
  const beforeParked = gate(system, 'jobs.create');
  const beforeAdmitted = gate(system, 'admissions.admit');
  const worker = system.deliver(jobMessage({ jobId: 2 }));
  await beforeParked.reached;
  await system.shutDown(instanceId);
  beforeParked.open();
  await beforeAdmitted.reached;
  await system.sweep();
  await system.drain();
  beforeAdmitted.open();
  await worker;
  expect(system.launchOf(2)).toMatchObject({ launchId: '2-1', state: 'running' });
  expect(system.slots()).toEqual(['2-1']);
  expect(brokenPromises(system, 1)).toEqual([]);
});

test('sweep-skips-held: a launch whose message was never sent is gone on with', async () => {
  const { system, instanceId } = await setUpWithWaiting();
  await runCut(system.harness, 'queue.sendJob', 'dies-before', () => system.shutDown(instanceId));
  expect(system.launchOf(2).state).toBe('held');
  await sweepLater(system);
  expect(system.launchOf(2)).toMatchObject({ launchId: '2-1', state: 'running' });
});

test('duplicate-ends-any: a message again goes on with a job whose row alone was written', async () => {
  const { system, message } = await setUpWithOpenedGate();
  await system.deliver(message);
  expect(system.job(1).state).toBe('starting');
});

test('sweep-skips-queued-job: a job whose row alone was written is found without its message', async () => {
  const { system } = await setUpWithOpenedGate();
  await sweepLater(system);
  expect(system.job(1).state).toBe('starting');
});

test('ended-job-keeps-slot: a job that ends while its launch has only its slot gives it back', async () => {
  const { system, instanceId } = await setUpWithWaiting();
  await system.shutDown(instanceId);
  system.harness.state.github.jobs.set(2, { status: 'completed', conclusion: 'cancelled' });
  await runCut(system.harness, 'launches.get', 'dies-before', () =>
    system.jobEvent(jobEvent({ jobId: 2, kind: 'completed', conclusion: 'cancelled' })),
  );
  expect(system.slots()).toEqual(['2-1']);
  await system.drain();
  expect(system.slots()).toEqual([]);
  expect(system.harness.state.fleet.alive()).toEqual([]);
});

test('wake-burns-number: a job keeps its start number however often a wake finds the slot gone', async () => {
  const { system, instanceId } = await setUpWithWaiting();
  const { tenants } = system.harness.state;
  const undo = system.harness.faults.before('admissions.admit', () => tenants.takeSlot(1001));
  await system.shutDown(instanceId);
  for (let round = 0; round < 6; round += 1) await system.sweep();
  expect(system.job(2)).toMatchObject({ state: 'parked', reason: 'limit', startNumber: 1, restarts: 0 });
  undo();
});

test('wake-skips-ended: a job that was parked on an ended launch starts under a new number', async () => {
  const system = setUp();
  const undo = system.harness.state.fleet.refuse(() => true);
  // The slot is given back; before the job learns of it something unforeseen happens on the last receive.
  system.harness.faults.fail('admissions.read', new Error('unforeseen'));
  await system.deliver(FIRST, { receiveCount: 5 });
  expect(system.job(1)).toMatchObject({ state: 'parked', reason: 'error', launchId: '1-1' });
  undo();
  await sweepLater(system);
  expect(system.job(1)).toMatchObject({ state: 'starting', launchId: '1-2' });
});

test('deleted-keeps-jobs: a job that loses its slot to an uninstallation has a recorded end', async () => {
  const system = setUp();
  system.harness.faults.before('admissions.admit', () => setRow(system, { status: 'deleted', cleanup: 'pending' }));
  await system.deliver(FIRST);
  expect(system.job(1)).toMatchObject({ state: 'refused', reason: 'tenant-deleted' });
});

test('no-wake: a slot that comes free between the refusal and the parking is taken', async () => {
  const system = await setUpWithRunner({}, [1, 2]);
  const { instanceId } = system.machineOf(1);
  await system.jobEvent(system.takeJob(instanceId, 1));
  const beforeParked = gate(system, 'jobs.create');
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
  const beforeConfigured = gate(system, 'github.createJitConfig');
  const worker = system.deliver(FIRST);
  await beforeConfigured.reached;
  const { instanceId } = system.machineOf(1);
  await system.shutDown(instanceId);
  await system.drain();
  beforeConfigured.open();
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
