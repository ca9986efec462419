import { createFunctions } from './functions';
import { createSystem, type System } from './system';

/** The calls of AWS and GitHub that one step makes, by port and method. */
async function callsOf(system: System, work: () => Promise<unknown>): Promise<readonly string[]> {
  const before = system.harness.calls.length;
  await work();
  return system.harness.calls.slice(before).map(({ port, method }) => `${port}.${method}`);
}

async function withRunningJob(): Promise<{ readonly system: System; readonly instanceId: string }> {
  const system = createSystem();
  system.harness.addTenant({ max_runners: 1 });
  await system.queueJob(1);
  const { instanceId } = system.machineOf(1);
  return { system, instanceId };
}

test('the runner of an event is read by its machine, however many launches its tenant has', async () => {
  const { system, instanceId } = await withRunningJob();
  const begun = await callsOf(system, () => system.jobEvent(system.takeJob(instanceId, 1)));
  expect(begun.slice(0, 2)).toEqual(['launches.findByInstance', 'launches.get']);
  const ended = await callsOf(system, () => system.jobEvent(system.finishJob(instanceId, 1)));
  expect([...begun, ...ended]).not.toContain('launches.listOpen');
  expect(system.launchOf(1).takenBy).toBe(1);
  process.stdout.write(`calls of in_progress: ${begun.length}, of completed: ${ended.length}\n`);
});

test('a runner whose machine the index does not know yet is found among the open launches', async () => {
  const system = createSystem();
  system.harness.addTenant({ max_runners: 1 });
  system.harness.state.launches.instanceIndex.hold();
  await system.queueJob(1);
  const calls = await callsOf(system, () => system.jobEvent(system.takeJob(system.machineOf(1).instanceId, 1)));
  expect(calls.slice(0, 2)).toEqual(['launches.findByInstance', 'launches.listOpen']);
  expect(system.launchOf(1).takenBy).toBe(1);
});

test('the second word of a machine that is gone costs two reads', async () => {
  const { system, instanceId } = await withRunningJob();
  await system.jobEvent(system.takeJob(instanceId, 1));
  await system.jobEvent(system.finishJob(instanceId, 1));
  const first = await callsOf(system, () => createFunctions(system).instanceEvent(instanceId, 'shutting-down'));
  expect(first).toEqual([
    'launches.findByInstance',
    'launches.get',
    'configs.remove',
    'registry.get',
    'jobs.get',
    'admissions.release',
    'jobs.pageWaiting',
  ]);
  const second = await callsOf(system, () => system.shutDown(instanceId));
  expect(second).toEqual(['launches.findByInstance', 'launches.get']);
  process.stdout.write(`calls of shutting-down: ${first.length}, of terminated: ${second.length}\n`);
});
