import { MINUTE, buildTenantNote } from '@multi-tenant-runner/core';
import { jobMessage } from '@multi-tenant-runner/testing';
import { createFunctions } from './functions';
import { brokenPromises, createSystem, type System } from './system';

/** Past every lease, and the grace. */
const PAST_GRACE = 12 * MINUTE;
const messages = (...jobIds: readonly number[]) => jobIds.map((jobId) => jobMessage({ jobId }));
const callsOf = ({ harness }: System, name: string) => harness.names().filter((call) => call === name).length;

function setUp(jobIds: readonly number[] = [1, 2, 3], limit = 10) {
  const system = createSystem();
  system.harness.addTenant({ max_runners: limit });
  for (const jobId of jobIds) system.harness.state.github.jobs.set(jobId, { status: 'queued' });
  return { system, functions: createFunctions(system), fleet: system.harness.state.fleet };
}

describe('jobs of one tenant and size in one event', () => {
  test('get their machines by one call, each its own', async () => {
    const { system, functions, fleet } = setUp();
    await expect(functions.scaleUpAll(messages(1, 2, 3))).resolves.toEqual({ batchItemFailures: [] });
    expect(callsOf(system, 'fleet.runGroup')).toBe(1);
    expect(callsOf(system, 'fleet.run')).toBe(0);
    for (const jobId of [1, 2, 3]) {
      expect(system.launchOf(jobId)).toMatchObject({ state: 'running', intent: { group: { size: 3 } } });
      expect(system.machineOf(jobId).request.launchId).toBe(system.launchOf(jobId).launchId);
      expect(system.launchOf(jobId).interfaceId).toBe(system.machineOf(jobId).interfaceId);
    }
    expect(fleet.machines.size).toBe(3);
    expect(brokenPromises(system, 3)).toEqual([]);
  });

  test('get them by one call, too, where their messages say what the row of their tenant says', async () => {
    const { system, functions } = setUp();
    const tenant = buildTenantNote(await system.harness.state.tenants.get(1001));
    const queuedAt = system.harness.clock.now().toISOString();
    await functions.scaleUpAll([1, 2, 3].map((jobId) => jobMessage({ jobId, queuedAt, ...(tenant && { tenant }) })));
    expect(callsOf(system, 'registry.get')).toBe(0);
    expect([callsOf(system, 'fleet.runGroup'), callsOf(system, 'fleet.run')]).toEqual([1, 0]);
  });

  test('get as many as the limit allows, and the others wait', async () => {
    const { system, functions, fleet } = setUp([1, 2, 3], 2);
    await functions.scaleUpAll(messages(1, 2, 3));
    expect(fleet.machines.size).toBe(2);
    expect([1, 2, 3].map((jobId) => system.job(jobId).state).sort()).toEqual(['parked', 'starting', 'starting']);
    expect(brokenPromises(system, 2)).toEqual([]);
  });

  test('and the one that comes alone asks alone', async () => {
    const { system, functions } = setUp([1]);
    await functions.scaleUpAll(messages(1));
    expect(callsOf(system, 'fleet.run')).toBe(1);
    expect(system.launchOf(1).intent).not.toHaveProperty('group');
  });

  test('share no call with another tenant’s', async () => {
    const { system, functions, fleet } = setUp([1, 2]);
    system.harness.addTenant({ installation_id: 1002, max_runners: 10, security_group_id: 'sg-other' });
    for (const jobId of [3, 4]) system.harness.state.github.jobs.set(jobId, { status: 'queued' });
    const others = [3, 4].map((jobId) => jobMessage({ jobId, installationId: 1002 }));
    await functions.scaleUpAll([...messages(1, 2), ...others]);
    expect(callsOf(system, 'fleet.runGroup')).toBe(2);
    for (const machine of fleet.machines.values())
      expect(machine.request.intent.securityGroupId === 'sg-other').toBe(machine.request.installationId === 1002);
    expect(new Set([...fleet.machines.values()].map(({ clientToken }) => clientToken)).size).toBe(2);
  });

  test('try the next place for those that EC2 had no room for', async () => {
    const { system, functions, fleet } = setUp();
    let first: string | undefined;
    fleet.makeRoomFor(({ candidate }) => candidate === (first ??= candidate), 2);
    await functions.scaleUpAll(messages(1, 2, 3));
    expect(fleet.machines.size).toBe(3);
    const places = [1, 2, 3].map((jobId) => system.launchOf(jobId).intent?.candidate);
    expect(places.filter((place) => place === first)).toHaveLength(2);
    for (const jobId of [1, 2, 3]) expect(system.launchOf(jobId).state).toBe('running');
  });

  test('wait where no place has room for any', async () => {
    const { system, functions, fleet } = setUp();
    fleet.refuse(() => true);
    await functions.scaleUpAll(messages(1, 2, 3));
    for (const jobId of [1, 2, 3]) expect(system.job(jobId)).toMatchObject({ state: 'parked', reason: 'capacity' });
    expect(system.slots()).toEqual([]);
  });

  test('are not asked for where their intent could not be written', async () => {
    const { system, functions, fleet } = setUp();
    let count = 0;
    const undo = system.harness.faults.before('launches.change', () => {
      if ((count += 1) === 1) throw new Error('no answer');
    });
    await expect(functions.scaleUpAll(messages(1, 2, 3))).resolves.toMatchObject({
      batchItemFailures: [{ itemIdentifier: 'message-1' }],
    });
    undo();
    expect(fleet.machines.size).toBe(2);
    expect(system.launchOf(1)).toMatchObject({ state: 'held' });
    await functions.scaleUpAll(messages(1), 2);
    expect([...fleet.machines.values()].map(({ request }) => request.launchId).sort()).toEqual(['1-1', '2-1', '3-1']);
  });
});

describe('when the answer of a call for several is lost', () => {
  test('each is found by its own number, and nothing is asked for again', async () => {
    const { system, functions, fleet } = setUp();
    fleet.answerUnknownOnce({ machineStarts: true });
    const { batchItemFailures } = await functions.scaleUpAll(messages(1, 2, 3));
    expect(batchItemFailures).toHaveLength(3);
    await functions.scaleUpAll(messages(3, 1, 2), 2);
    expect(fleet.machines.size).toBe(3);
    for (const jobId of [1, 2, 3])
      expect(system.machineOf(jobId).request.launchId).toBe(system.launchOf(jobId).launchId);
    expect(brokenPromises(system, 3)).toEqual([]);
  });

  test('a young intent without a machine is waited for, and nobody sends the call again', async () => {
    const { system, functions, fleet } = setUp();
    fleet.answerUnknownOnce({ machineStarts: false });
    await functions.scaleUpAll(messages(1, 2, 3));
    system.harness.clock.advance(6 * MINUTE);
    await expect(functions.scaleUpAll(messages(1), 2)).resolves.toMatchObject({
      batchItemFailures: [{ itemIdentifier: 'message-1' }],
    });
    expect(fleet.machines.size).toBe(0);
    expect(callsOf(system, 'fleet.runGroup')).toBe(1);
  });

  test('past the grace that proves that there is none: the launch asks alone, by a token of its own', async () => {
    const { system, functions, fleet } = setUp();
    fleet.answerUnknownOnce({ machineStarts: false });
    await functions.scaleUpAll(messages(1, 2, 3));
    system.harness.clock.advance(PAST_GRACE);
    await functions.scaleUpAll(messages(1), 3);
    expect(fleet.machines.size).toBe(1);
    expect(system.machineOf(1).request.launchId).toBe('1-1');
    expect(system.launchOf(1).intent).not.toHaveProperty('group');
    // The other two are the sweep's.
    await system.sweep();
    expect(system.slots()).toEqual(['1-1', ...system.slots().slice(1)]);
    expect(brokenPromises(system, 3)).toEqual([]);
  });

  test('the sweep gives each launch its own machine, and ends those that have none', async () => {
    const { system, functions, fleet } = setUp();
    fleet.makeRoomFor(() => true, 2);
    fleet.answerUnknownOnce({ machineStarts: true });
    await functions.scaleUpAll(messages(1, 2, 3));
    const before = new Map([1, 2, 3].map((jobId) => [jobId, system.launchOf(jobId).launchId]));
    system.harness.clock.advance(PAST_GRACE);
    await system.sweep();
    for (const jobId of [1, 2]) {
      const machine = [...fleet.machines.values()].find(({ request }) => request.launchId === before.get(jobId));
      const row = system.harness.state.launches.all().find(({ launchId }) => launchId === before.get(jobId));
      expect(row).toMatchObject({ instanceId: machine?.instanceId, interfaceId: machine?.interfaceId });
    }
    const third = system.harness.state.launches.all().find(({ launchId }) => launchId === before.get(3));
    expect(third).toMatchObject({ state: 'ended', reason: 'no-machine' });
    expect(brokenPromises(system, 3)).toEqual([]);
  });
});
