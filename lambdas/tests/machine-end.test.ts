import { MINUTE } from '@multi-tenant-runner/core';
import { handleInstanceEvent } from '../functions/scale-down/src/handle-instance-event';
import { brokenPromises, createSystem, type System } from './system';

async function systemWithRunner(): Promise<System> {
  const system = createSystem();
  system.world.addTenant();
  await system.queueJob(1);
  return system;
}

const interrupt = (system: System, instanceId: string): Promise<void> => handleInstanceEvent({ instanceId, state: 'interrupted' }, system.scaleDown());
const say = (system: System, instanceId: string, value: string): void => {
  const machine = system.world.state.fleet.machines.get(instanceId);
  if (machine !== undefined) machine.tags['ghr:boot'] = value;
};
const metric = (system: System, name: string) => system.world.metrics.counted.filter((one) => one.name === name);

describe('AWS takes a spot machine back', () => {
  test('a runner without a job is deregistered and ended, and its job is started again once', async () => {
    const system = await systemWithRunner();
    const { instanceId } = system.machineOf(1);
    await interrupt(system, instanceId);
    await interrupt(system, instanceId);
    await system.drain();
    expect(system.world.state.fleet.machines.get(instanceId)?.state).toBe('shutting-down');
    expect(system.world.state.launches.all().find(({ launchId }) => launchId === '1-1')).toMatchObject({ state: 'ended', reason: 'spot-interrupted' });
    expect(system.job(1)).toMatchObject({ state: 'starting', launchId: '1-2', machineEnd: 'spot-interrupted' });
    expect(system.world.state.github.registrations).toHaveLength(1);
    expect(metric(system, 'SpotInterrupted')).toMatchObject([{ tier: 'small', properties: { busy: false } }]);
    expect(brokenPromises(system, 2)).toEqual([]);
  });

  test('a busy runner keeps its two minutes, and its end is explained', async () => {
    const system = await systemWithRunner();
    const { instanceId } = system.machineOf(1);
    await system.jobEvent(system.takeJob(instanceId, 1));
    await interrupt(system, instanceId);
    expect(system.world.state.fleet.machines.get(instanceId)?.state).not.toBe('shutting-down');
    expect(system.job(1)).toMatchObject({ state: 'running', machineEnd: 'spot-interrupted' });
    await system.shutDown(instanceId);
    expect(system.launchOf(1)).toMatchObject({ state: 'ended', reason: 'spot-interrupted' });
    expect(system.live()).toEqual([]);
  });

  test('a notice of somebody else’s machine changes nothing', async () => {
    const system = await systemWithRunner();
    await interrupt(system, 'i-of-somebody-else');
    expect(metric(system, 'SpotInterrupted')).toEqual([]);
    expect(system.job(1).state).toBe('starting');
  });

  test('a notice that comes after the end changes nothing', async () => {
    const system = await systemWithRunner();
    const { instanceId } = system.machineOf(1);
    await system.jobEvent(system.takeJob(instanceId, 1));
    await system.jobEvent(system.finishJob(instanceId, 1));
    await system.shutDown(instanceId);
    await interrupt(system, instanceId);
    expect(system.launchOf(1)).toMatchObject({ state: 'ended', reason: 'machine-gone' });
    expect(system.job(1).machineEnd).toBeUndefined();
  });
});

describe('a machine that says why it ended', () => {
  test('its word is on launch and job, and counted, however often its end is told', async () => {
    const system = await systemWithRunner();
    const { instanceId } = system.machineOf(1);
    say(system, instanceId, 'failed:runner-deprecated metadata=90ms');
    await system.shutDown(instanceId);
    await system.shutDown(instanceId);
    await system.drain();
    expect(system.world.state.launches.all()).toContainEqual(expect.objectContaining({ launchId: '1-1', state: 'ended', reason: 'machine:runner-deprecated' }));
    expect(system.job(1)).toMatchObject({ machineEnd: 'machine:runner-deprecated', launchId: '1-2', restarts: 1 });
    expect(metric(system, 'RunnerBootFailed')).toMatchObject([{ tier: 'small', properties: { code: 'runner-deprecated' } }]);
  });

  test('the sweep finds it too, when EC2’s event was lost', async () => {
    const system = await systemWithRunner();
    const { instanceId } = system.machineOf(1);
    say(system, instanceId, 'failed:config-timeout');
    await system.shutDown(instanceId, { eventLost: true });
    system.world.clock.advance(20 * MINUTE);
    await system.sweep();
    expect(system.world.state.launches.all()).toContainEqual(expect.objectContaining({ launchId: '1-1', reason: 'machine:config-timeout' }));
  });

  test('the job that ran on it has the word, not the one that it was started for', async () => {
    const system = createSystem();
    system.world.addTenant();
    await system.queueJob(1);
    await system.queueJob(2);
    const { instanceId } = system.machineOf(1);
    await system.jobEvent(system.takeJob(instanceId, 2));
    say(system, instanceId, 'failed:disk-full');
    await system.shutDown(instanceId);
    expect(system.job(2).machineEnd).toBe('machine:disk-full');
    expect(system.job(1).machineEnd).toBeUndefined();
  });

  test('an EC2 that does not answer keeps no slot', async () => {
    const system = await systemWithRunner();
    const { instanceId } = system.machineOf(1);
    const deps = system.scaleDown();
    const fleet = { ...deps.fleet, describe: () => Promise.reject(new Error('no answer')) };
    await handleInstanceEvent({ instanceId, state: 'terminated' }, { ...deps, fleet });
    expect(system.world.state.launches.all()).toContainEqual(expect.objectContaining({ launchId: '1-1', reason: 'machine-gone' }));
  });

  test('nothing it says ends or spares a machine', async () => {
    const system = await systemWithRunner();
    const { instanceId } = system.machineOf(1);
    say(system, instanceId, 'failed:disk-full');
    await system.sweep();
    expect(system.world.state.fleet.alive()).toHaveLength(1);
  });

  test('the sweep counts the age of the oldest runner', async () => {
    const system = createSystem();
    system.world.addTenant();
    await system.queueJob(1);
    await system.queueJob(2);
    say(system, system.machineOf(1).instanceId, 'ok metadata=90ms version=2.336.0 age=3');
    say(system, system.machineOf(2).instanceId, 'ok metadata=90ms version=2.330.0 age=17');
    await system.sweep();
    expect(metric(system, 'RunnerVersionAgeDays')).toMatchObject([{ value: 17 }]);
  });
});

describe('EC2 has no room', () => {
  test('the job says what was refused, by market, type, subnet and code', async () => {
    const system = createSystem();
    system.world.addTenant();
    const lift = system.world.state.fleet.refuse(() => true);
    await system.queueJob(1);
    expect(system.job(1)).toMatchObject({ state: 'parked', reason: 'capacity' });
    expect([...(system.job(1).refusals ?? [])].sort()).toEqual(['on-demand/t3.medium/subnet-a InsufficientInstanceCapacity', 'on-demand/t3.medium/subnet-b InsufficientInstanceCapacity']);
    lift();
  });
});
