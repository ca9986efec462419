import { release } from '@multi-tenant-runner/core';
import { handleInstanceEvent } from '@multi-tenant-runner/scale-down/handle-instance-event';
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

test('a job on its own machine begins by a write of its launch and one of its row, and ends by one', async () => {
  const { system, instanceId } = await withRunningJob();
  const begun = await callsOf(system, () => system.jobEvent(system.takeJob(instanceId, 1)));
  const ended = await callsOf(system, () => system.jobEvent(system.finishJob(instanceId, 1)));
  expect(begun).toEqual(['launches.change', 'jobs.change']);
  expect(ended).toEqual(['jobs.change']);
  expect(system.launchOf(1).takenBy).toBe(1);
  expect(system.job(1).state).toBe('completed');
});

describe('the runner of a job that was not started for it', () => {
  async function withTwo(): Promise<System> {
    const system = createSystem();
    system.harness.addTenant({ max_runners: 2 });
    for (const jobId of [1, 2]) await system.queueJob(jobId);
    return system;
  }

  test('is read by its machine, however many launches its tenant has', async () => {
    const system = await withTwo();
    const calls = await callsOf(system, () => system.jobEvent(system.takeJob(system.machineOf(1).instanceId, 2)));
    expect(calls.slice(0, 4)).toEqual([
      'launches.change',
      'launches.findByInstance',
      'launches.get',
      'launches.change',
    ]);
    expect(system.launchOf(2)).toMatchObject({ launchId: '1-1', takenBy: 2 });
  });

  test('is found among the open launches where the index does not know its machine yet', async () => {
    const system = createSystem();
    system.harness.addTenant({ max_runners: 2 });
    system.harness.state.launches.instanceIndex.hold();
    for (const jobId of [1, 2]) await system.queueJob(jobId);
    const calls = await callsOf(system, () => system.jobEvent(system.takeJob(system.machineOf(1).instanceId, 2)));
    expect(calls.slice(0, 3)).toEqual(['launches.change', 'launches.findByInstance', 'launches.listOpen']);
    expect(system.launchOf(2)).toMatchObject({ launchId: '1-1', takenBy: 2 });
  });
});

describe('the start of a job on its own machine', () => {
  const REFUSED = { allow_public_repositories: false };

  test('is looked at in the light of its tenant where its repository is public', async () => {
    const system = createSystem();
    system.harness.addTenant({ max_runners: 1, ...REFUSED });
    await system.queueJob(1);
    const { instanceId } = system.machineOf(1);
    const begun = { ...system.takeJob(instanceId, 1), isPublic: true };
    const calls = await callsOf(system, () => system.jobEvent(begun));
    expect(calls).toContain('registry.get');
    expect(system.job(1)).toMatchObject({ state: 'refused', reason: 'public-repository' });
  });

  test('and where its repository is of another account than when it was let in', async () => {
    const system = createSystem();
    const { account_id: accountId } = system.harness.addTenant({ max_runners: 1 });
    await system.queueJob(1);
    const begun = { ...system.takeJob(system.machineOf(1).instanceId, 1), ownerId: Number(accountId) + 1 };
    await system.jobEvent(begun);
    expect(system.job(1)).toMatchObject({ state: 'refused', reason: 'foreign-owner' });
  });
});

describe('the end of a machine', () => {
  const gone = async (maxRunners: number) => {
    const system = createSystem();
    system.harness.addTenant({ max_runners: maxRunners });
    await system.queueJob(1);
    const { instanceId } = system.machineOf(1);
    return { system, instanceId, functions: createFunctions(system) };
  };

  test('is looked up by the launch that the container has heard of with its job', async () => {
    const { system, instanceId, functions } = await gone(1);
    await functions.jobEvent(system.takeJob(instanceId, 1));
    await functions.jobEvent(system.finishJob(instanceId, 1));
    const calls = await callsOf(system, () => functions.instanceEvent(instanceId, 'shutting-down'));
    expect(calls).toEqual(['admissions.read', 'configs.remove', 'admissions.release', 'jobs.pageWaiting']);
    expect(system.slots()).toEqual([]);
  });

  test("is looked up in the index where a tenant gave its own runner another's name", async () => {
    const { system, instanceId } = await gone(1);
    const deps = system.scaleDown();
    deps.known.remember(instanceId, { installationId: 2002, launchId: '7-1' });
    await handleInstanceEvent({ instanceId, state: 'shutting-down' }, deps);
    expect(system.slots()).not.toContain('1-1');
  });

  test('asks for waiting jobs only where its slot was the last', async () => {
    const { system: other, instanceId: second } = await gone(2);
    await other.jobEvent(other.takeJob(second, 1));
    const ended = await callsOf(other, () => other.shutDown(second));
    expect(ended).not.toContain('jobs.pageWaiting');
    expect(other.slots()).toEqual([]);
    // A word that comes twice cannot know what the first one left undone.
    expect(await callsOf(other, () => repeatEnd(other, second))).toContain('jobs.pageWaiting');
  });
});

/** As the release of a launch that another invocation has ended. */
const repeatEnd = (system: System, instanceId: string) => {
  const launch = system.harness.state.launches.all().find((row) => row.instanceId === instanceId);
  if (launch === undefined) throw new Error(`no launch of ${instanceId}`);
  return release(launch, { reason: 'machine-gone', followUp: { kind: 'ask' } }, system.scaleDown());
};

test('the second word of a machine that is gone costs two reads', async () => {
  const { system, instanceId } = await withRunningJob();
  await system.jobEvent(system.takeJob(instanceId, 1));
  await system.jobEvent(system.finishJob(instanceId, 1));
  const first = await callsOf(system, () => createFunctions(system).instanceEvent(instanceId, 'shutting-down'));
  expect(first).toEqual([
    'launches.findByInstance',
    'admissions.read',
    'configs.remove',
    'admissions.release',
    'jobs.pageWaiting',
  ]);
  const second = await callsOf(system, () => system.shutDown(instanceId));
  expect(second).toEqual(['launches.findByInstance', 'launches.get']);
  process.stdout.write(`calls of shutting-down: ${first.length}, of terminated: ${second.length}\n`);
});
