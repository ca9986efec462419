import { MARK_REST } from '@multi-tenant-runner/core';
import { jobMessage } from '@multi-tenant-runner/testing';
import { brokenPromises } from '../system';
import { gate, setRow, setUp, setUpWithRunner, sweepLater } from './setup';

const FIRST = jobMessage({ jobId: 1 });
const SECOND = jobMessage({ jobId: 2 });

test('admit-uncounted: of two jobs that come together one has the only slot', async () => {
  const system = setUp();
  await Promise.all([system.deliver(FIRST), system.deliver(SECOND)]);
  expect(system.slots()).toHaveLength(1);
  expect([system.job(1).state, system.job(2).state].sort()).toEqual(['parked', 'starting']);
  expect(brokenPromises(system, 1)).toEqual([]);
});

test('release-in-any-state: an end that another one went before gives no slot back', async () => {
  const system = await setUpWithRunner({ max_runners: 2 }, [1, 2, 3]);
  const { instanceId } = system.machineOf(1);
  await system.jobEvent(system.takeJob(instanceId, 1));
  await system.jobEvent(system.finishJob(instanceId, 1));
  const late = gate(system, 'admissions.release');
  const event = system.shutDown(instanceId);
  await late.reached;
  await sweepLater(system);
  expect(system.launchOf(1).state).toBe('ended');
  await system.deliver(SECOND);
  late.open();
  await event;
  expect(system.slots()).toEqual(['2-1']);
  await system.deliver(jobMessage({ jobId: 3 }));
  expect(system.slots()).toEqual(['2-1', '3-1']);
  expect(brokenPromises(system, 2)).toEqual([]);
});

test('recount-over-changes: a job that starts while the sweep counts keeps its slot', async () => {
  // It is counted once its admission has rested.
  const system = setUp({ max_runners: 2 });
  setRow(system, { slots_held: 1 });
  const undo = system.harness.faults.after('launches.listOpen', async () => {
    undo();
    await system.deliver(FIRST);
  });
  await sweepLater(system);
  expect(system.harness.state.tenants.rows.get(1001)).toMatchObject({ slots_held: 2 });
  system.harness.clock.advance(MARK_REST);
  await system.sweep();
  expect(system.slots()).toEqual(['1-1']);
  expect(brokenPromises(system, 2)).toEqual([]);
});

test('a count right after an admission, whose launch a query may miss, waits for it to rest', async () => {
  const system = setUp({ max_runners: 2 });
  await system.deliver(FIRST);
  setRow(system, { slots_held: 2 });
  await system.sweep();
  expect(system.harness.names()).not.toContain('registry.recountSlots');
  expect(system.harness.state.tenants.rows.get(1001)).toMatchObject({ slots_held: 2 });
  system.harness.clock.advance(MARK_REST);
  await system.sweep();
  expect(system.slots()).toEqual(['1-1']);
});

test('no-recount: a slot that no launch holds goes to the job that waits for it', async () => {
  const system = setUp();
  setRow(system, { slots_held: 1 });
  await system.deliver(FIRST);
  expect(system.job(1)).toMatchObject({ state: 'parked', reason: 'limit' });
  await sweepLater(system);
  expect(system.launchOf(1).state).toBe('running');
  expect(system.slots()).toEqual(['1-1']);
});
