import { MINUTE, SECOND } from '@multi-tenant-runner/core';
import { jobEvent } from '@multi-tenant-runner/testing';
import { runCut } from './crash/crash-injection';
import { LONG, gate, setUp, sweepLater } from './counterexamples/setup';
import { createMachineSide } from './machine-side';
import { brokenPromises, type System } from './system';

/** What the row of job 1's launch is at each of its writes after the intent, with whether it names the machine. */
function writesOf(system: System): string[] {
  const writes: string[] = [];
  system.harness.faults.after('launches.change', () => {
    for (const { state, instanceId } of system.harness.state.launches.all())
      writes.push(`${state} ${instanceId === undefined ? 'without' : 'with'} machine`);
  });
  return writes;
}

const TOGETHER = ['running with machine'];
const MACHINE_FIRST = ['launching with machine', 'running with machine'];

describe('a machine and the word that it can have its configuration', () => {
  test('are one write, and everything that the row says of both is there', async () => {
    const system = setUp();
    const writes = writesOf(system);
    await system.queueJob(1);
    expect(writes.slice(-1)).toEqual(TOGETHER);
    expect(writes).not.toContain('launching with machine');
    const { instanceId } = system.machineOf(1);
    expect(system.launchOf(1)).toMatchObject({ instanceId, jitStored: true, runnerId: expect.any(Number) });
    expect(system.launchOf(1).launchedAt).toBeDefined();
    expect(system.launchOf(1).leaseOwner).toBeUndefined();
  });

  test.each<[string, (system: System) => unknown]>([
    [
      'GitHub gives no answer at first',
      ({ harness }) =>
        harness.state.github.fail({ kind: 'unavailable', message: '502' }, { method: 'createJitConfig', times: 1 }),
    ],
    [
      'EC2 had no room for it elsewhere',
      ({ harness }) => {
        let first: string | undefined;
        harness.state.fleet.refuse(({ candidate }) => candidate === (first ??= candidate));
      },
    ],
  ])('are two where %s', async (_why, arrange) => {
    const system = setUp();
    arrange(system);
    const writes = writesOf(system);
    await system.queueJob(1);
    expect(writes.slice(-2)).toEqual(MACHINE_FIRST);
  });

  test('are two where something unforeseen happens in between', async () => {
    const system = setUp();
    system.harness.faults.fail('github.createJitConfig', new Error('unforeseen'), 1);
    await expect(system.queueJob(1)).rejects.toThrow('unforeseen');
    expect(system.launchOf(1)).toMatchObject({ state: 'launching', instanceId: system.machineOf(1).instanceId });
  });

  test('are two where the tenant is suspended meanwhile, so that its end is in the books', async () => {
    const system = setUp();
    const writes = writesOf(system);
    const { rows } = system.harness.state.tenants;
    system.harness.faults.after('fleet.run', () => {
      system.harness.clock.advance(10 * SECOND);
      rows.set(1001, { ...rows.get(1001), status: 'suspended' });
    });
    await system.queueJob(1);
    expect(writes).toContain('launching with machine');
    const [machine] = system.harness.state.fleet.machines.values();
    expect(system.harness.state.launches.all()).toMatchObject([{ instanceId: machine?.instanceId }]);
  });
});

describe('a machine that no row names yet', () => {
  test('is told to wait when it asks for its configuration, though that is there', async () => {
    const system = setUp();
    const beforeWritten = gate(system, 'configs.put');
    const worker = system.queueJob(1);
    await beforeWritten.reached;
    const side = createMachineSide(system);
    const { instanceId } = system.machineOf(1);
    expect((await side.claim(instanceId)).statusCode).toBe(202);
    beforeWritten.open();
    await worker;
    expect((await side.claim(instanceId)).statusCode).toBe(200);
  });

  test('and ends before that is released by the sweep within four minutes', async () => {
    const system = setUp();
    const beforeWritten = gate(system, 'configs.put');
    const worker = system.queueJob(1);
    await beforeWritten.reached;
    const { instanceId } = system.machineOf(1);
    await system.shutDown(instanceId);
    expect(system.slots()).toEqual(['1-1']);
    beforeWritten.open();
    await worker;
    expect(system.launchOf(1)).toMatchObject({ state: 'running', instanceId });
    system.harness.clock.advance(4 * MINUTE);
    await system.sweep();
    await system.drain();
    expect(system.job(1)).toMatchObject({ state: 'starting', launchId: '1-2' });
    expect(brokenPromises(system, 1)).toEqual([]);
  });

  test('is ended with what was made for it where its tenant is gone', async () => {
    const system = setUp();
    const atLast = gate(system, 'configs.put');
    const worker = system.queueJob(1);
    await atLast.reached;
    const { rows } = system.harness.state.tenants;
    rows.set(1001, { ...rows.get(1001), status: 'deleted', cleanup: 'pending' });
    await system.sweep();
    atLast.open();
    await worker;
    for (let round = 0; round < 3; round += 1) await sweepLater(system);
    expect(system.harness.state.fleet.alive()).toEqual([]);
    expect(system.harness.state.configs.entries.size).toBe(0);
    expect(system.slots()).toEqual([]);
  });

  test.each(['before', 'after'] as const)(
    'and whose worker dies %s it stores the configuration is found by its token, and nothing of it stays',
    async (when) => {
      const system = setUp();
      await runCut(system.harness, 'configs.put', `dies-${when}`, () => system.queueJob(1));
      expect(system.launchOf(1).instanceId).toBeUndefined();
      const { instanceId } = system.machineOf(1);
      await system.shutDown(instanceId);
      system.harness.state.github.jobs.set(1, { status: 'completed', conclusion: 'cancelled' });
      await system.jobEvent(jobEvent({ jobId: 1, kind: 'completed', conclusion: 'cancelled' }));
      await sweepLater(system);
      expect(system.launchOf(1)).toMatchObject({ state: 'ended', instanceId });
      expect(system.harness.state.configs.entries.size).toBe(0);
      expect(system.harness.state.github.registrations.all()).toEqual([]);
      expect(system.slots()).toEqual([]);
    },
  );

  test('is named a lease and a moment after that, where it lives', async () => {
    const system = setUp();
    await runCut(system.harness, 'configs.put', 'dies-after', () => system.queueJob(1));
    system.harness.clock.advance(LONG);
    await system.sweep();
    expect(system.launchOf(1).instanceId).toBe(system.machineOf(1).instanceId);
  });
});
