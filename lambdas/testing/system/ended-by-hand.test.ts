import { MINUTE, takeLease } from '@multi-tenant-runner/core';
import { handleInstanceEvent } from '@multi-tenant-runner/scale-down/handle-instance-event';
import { brokenPromises, createSystem, type System } from './system';

async function systemWithRunner(): Promise<System> {
  const system = createSystem();
  system.harness.addTenant();
  await system.queueJob(1);
  return system;
}

const metric = (system: System, name: string) => system.harness.metrics.counted.filter((one) => one.name === name);

describe('an operator ends a machine', () => {
  test.each(['terminated', 'stopped'] as const)('%s: launch and job say so, while the job runs', async (state) => {
    const system = await systemWithRunner();
    const machine = system.machineOf(1);
    await system.jobEvent(system.takeJob(machine.instanceId, 1));
    Object.assign(machine, { state, stateReason: 'Client.UserInitiatedShutdown' });
    await handleInstanceEvent({ instanceId: machine.instanceId, state }, system.scaleDown());
    expect(system.job(1)).toMatchObject({ machineEnd: 'ended-by-hand' });
    expect(system.harness.state.launches.all()).toContainEqual(
      expect.objectContaining({ launchId: '1-1', state: 'ended', reason: 'ended-by-hand' }),
    );
    expect(system.slots()).toEqual([]);
    expect(system.harness.log.lines.filter(({ message }) => message.includes('CloudTrail'))).toHaveLength(1);
  });

  test('whose event is lost: the sweep finds it out', async () => {
    const system = await systemWithRunner();
    const machine = system.machineOf(1);
    await system.jobEvent(system.takeJob(machine.instanceId, 1));
    Object.assign(machine, { state: 'terminated', stateReason: 'Client.UserInitiatedShutdown' });
    system.harness.clock.advance(11 * MINUTE);
    await system.sweep();
    expect(system.job(1)).toMatchObject({ machineEnd: 'ended-by-hand' });
    expect(system.slots()).toEqual([]);
  });

  test('before it took its job: the job starts again three times, and the circuit does not count it', async () => {
    const system = await systemWithRunner();
    await system.queueJob(2);
    for (const [kill, jobId] of [
      [1, 1],
      [1, 2],
      [2, 1],
      [2, 2],
      [3, 1],
      [3, 2],
    ] as const) {
      const { instanceId } = system.machineOf(jobId);
      await system.harness.state.fleet.terminate([instanceId]);
      await handleInstanceEvent({ instanceId, state: 'shutting-down' }, system.scaleDown());
      await system.drain();
      expect(system.job(jobId)).toMatchObject({
        state: 'starting',
        launchId: `${jobId}-${kill + 1}`,
        machineEnd: 'ended-by-hand',
        restarts: kill,
      });
    }
    expect(metric(system, 'TenantCircuitOpened')).toEqual([]);
    expect(brokenPromises(system, 2)).toEqual([]);
  });

  test('is not said of an end that was ours', async () => {
    const system = await systemWithRunner();
    const { instanceId } = system.machineOf(1);
    system.harness.clock.advance(16 * MINUTE);
    await system.sweep();
    await handleInstanceEvent({ instanceId, state: 'terminated' }, system.scaleDown());
    expect(system.harness.state.launches.all()).toContainEqual(
      expect.objectContaining({ launchId: '1-1', state: 'ended', reason: 'idle' }),
    );
    expect(system.job(1).machineEnd).toBeUndefined();
  });

  test('is not said of an end that was ours and whose event overtakes our own write', async () => {
    const system = await systemWithRunner();
    const { instanceId } = system.machineOf(1);
    const launch = system.launchOf(1);
    const lease = { name: 'the-sweep', milliseconds: 90_000 };
    await takeLease(launch, lease, system.scaleDown());
    await system.harness.state.fleet.terminate([instanceId]);
    await handleInstanceEvent({ instanceId, state: 'shutting-down' }, system.scaleDown());
    expect(system.harness.state.launches.all()).toContainEqual(
      expect.objectContaining({ launchId: '1-1', reason: 'machine-gone' }),
    );
  });
});
