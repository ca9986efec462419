import { MINUTE, endMachine } from '@multi-tenant-runner/core';
import { jobMessage } from '@multi-tenant-runner/testing';
import { handleJob } from '@multi-tenant-runner/scale-up/handle-job';
import { handleInstanceEvent } from '@multi-tenant-runner/scale-down/handle-instance-event';
import { createMachineSide } from './machine-side';
import { brokenPromises, createSystem, type System } from './system';

async function systemWithRunner(): Promise<System> {
  const system = createSystem();
  system.harness.addTenant();
  await system.queueJob(1);
  return system;
}

const interrupt = (system: System, instanceId: string): Promise<void> =>
  handleInstanceEvent({ instanceId, state: 'interrupted' }, system.scaleDown());
const endsWith = (system: System, instanceId: string, reason: string): Promise<void> =>
  createMachineSide(system).says(instanceId, { kind: 'end', reason, timings: { metadata: 90 } });
const metric = (system: System, name: string) => system.harness.metrics.counted.filter((one) => one.name === name);

describe('AWS takes a spot machine back', () => {
  test('a runner without a job is deregistered and ended, and its job is started again once', async () => {
    const system = await systemWithRunner();
    const { instanceId } = system.machineOf(1);
    await interrupt(system, instanceId);
    await interrupt(system, instanceId);
    await system.drain();
    expect(system.harness.state.fleet.machines.get(instanceId)?.state).toBe('shutting-down');
    expect(system.harness.state.launches.all().find(({ launchId }) => launchId === '1-1')).toMatchObject({
      state: 'ended',
      reason: 'spot-interrupted',
    });
    expect(system.job(1)).toMatchObject({ state: 'starting', launchId: '1-2', machineEnd: 'spot-interrupted' });
    expect(system.harness.state.github.registrations.all()).toHaveLength(1);
    expect(metric(system, 'SpotInterrupted')).toMatchObject([{ tier: 'small', properties: { busy: false } }]);
    expect(brokenPromises(system, 2)).toEqual([]);
  });

  test('a busy runner keeps its two minutes, and its end is explained', async () => {
    const system = await systemWithRunner();
    const { instanceId } = system.machineOf(1);
    await system.jobEvent(system.takeJob(instanceId, 1));
    await interrupt(system, instanceId);
    expect(system.harness.state.fleet.machines.get(instanceId)?.state).not.toBe('shutting-down');
    expect(system.job(1)).toMatchObject({ state: 'running', machineEnd: 'spot-interrupted' });
    await system.shutDown(instanceId);
    expect(system.launchOf(1)).toMatchObject({ state: 'ended', reason: 'spot-interrupted' });
    expect(system.slots()).toEqual([]);
  });

  test('a notice about a foreign machine changes nothing', async () => {
    const system = await systemWithRunner();
    await interrupt(system, 'i-foreign');
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
  test('its reason is on launch and job, and counted once, however often its end is reported', async () => {
    const system = await systemWithRunner();
    const { instanceId } = system.machineOf(1);
    await endsWith(system, instanceId, 'runner-deprecated');
    await system.shutDown(instanceId);
    await system.shutDown(instanceId);
    await system.drain();
    expect(system.harness.state.launches.all()).toContainEqual(
      expect.objectContaining({ launchId: '1-1', state: 'ended', reason: 'machine:runner-deprecated' }),
    );
    expect(system.job(1)).toMatchObject({ machineEnd: 'machine:runner-deprecated', launchId: '1-2', restarts: 1 });
    expect(metric(system, 'RunnerBootFailed')).toMatchObject([
      { tier: 'small', properties: { code: 'runner-deprecated' } },
    ]);
  });

  test('the sweep finds it too, when EC2’s event was lost', async () => {
    const system = await systemWithRunner();
    const { instanceId } = system.machineOf(1);
    await endsWith(system, instanceId, 'no-job');
    await system.shutDown(instanceId, { eventLost: true });
    system.harness.clock.advance(20 * MINUTE);
    await system.sweep();
    expect(system.harness.state.launches.all()).toContainEqual(
      expect.objectContaining({ launchId: '1-1', reason: 'machine:no-job' }),
    );
  });

  test('the job that ran on it has the word, not the one that it was started for', async () => {
    const system = createSystem();
    system.harness.addTenant();
    await system.queueJob(1);
    await system.queueJob(2);
    const { instanceId } = system.machineOf(1);
    await system.jobEvent(system.takeJob(instanceId, 2));
    await endsWith(system, instanceId, 'disk-full');
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
    expect(system.harness.state.launches.all()).toContainEqual(
      expect.objectContaining({ launchId: '1-1', reason: 'machine-gone' }),
    );
  });

  test('a job that is done is no failure', async () => {
    const system = await systemWithRunner();
    const { instanceId } = system.machineOf(1);
    await endsWith(system, instanceId, 'job-done');
    await system.shutDown(instanceId);
    expect(metric(system, 'RunnerBootFailed')).toEqual([]);
    expect(system.harness.state.launches.all()).toContainEqual(
      expect.objectContaining({ launchId: '1-1', reason: 'machine-gone' }),
    );
  });

  test('no end that it announces ends it', async () => {
    const system = await systemWithRunner();
    const { instanceId } = system.machineOf(1);
    await endsWith(system, instanceId, 'disk-full');
    await system.sweep();
    expect(system.harness.state.fleet.alive()).toHaveLength(1);
  });
});

/** EC2 starts a machine and ends it by itself a moment later. */
async function endByEc2(system: System, jobId: number, stateReason: string): Promise<void> {
  const machine = system.machineOf(jobId);
  machine.stateReason = stateReason;
  await system.shutDown(machine.instanceId);
}

describe('EC2 ends a machine of its own accord', () => {
  test.each([
    'Client.InternalError',
    'Client.VolumeLimitExceeded',
    'Client.InvalidSnapshot.NotFound',
    'Server.InternalError',
  ])('%s is on launch and job, counted, and waited for', async (code) => {
    const system = await systemWithRunner();
    await endByEc2(system, 1, code);
    await system.drain();
    expect(system.harness.state.launches.all()).toContainEqual(
      expect.objectContaining({ launchId: '1-1', state: 'ended', reason: `ec2:${code}` }),
    );
    expect(system.job(1)).toMatchObject({ state: 'parked', reason: 'error', machineEnd: `ec2:${code}`, restarts: 0 });
    expect(metric(system, 'RunnerEndedByEc2')).toMatchObject([
      { tier: 'small', properties: { code, instance_type: 't3.medium' } },
    ]);
    expect(metric(system, 'RunnerBootFailed')).toEqual([]);
  });

  test('and the one that it stops for a retirement, which is then ended', async () => {
    const system = await systemWithRunner();
    const machine = system.machineOf(1);
    Object.assign(machine, { state: 'stopped', stateReason: 'Server.ScheduledStop' });
    await handleInstanceEvent({ instanceId: machine.instanceId, state: 'stopped' }, system.scaleDown());
    expect(machine.state).toBe('shutting-down');
    expect(system.harness.state.launches.all()).toContainEqual(
      expect.objectContaining({ launchId: '1-1', state: 'ended', reason: 'ec2:Server.ScheduledStop' }),
    );
    expect(system.job(1)).toMatchObject({ machineEnd: 'ec2:Server.ScheduledStop', restarts: 0 });
    expect(metric(system, 'RunnerEndedByEc2')).toHaveLength(1);
  });

  test('and the sweep that finds it by its token, as the worker died before it wrote the id', async () => {
    const system = createSystem();
    system.harness.addTenant();
    system.harness.faults.loseAnswer('fleet.run', new Error('the process ended'));
    await expect(system.queueJob(1)).rejects.toThrow('ended');
    const [machine] = system.harness.state.fleet.alive();
    Object.assign(machine ?? {}, { state: 'terminated', stateReason: 'Client.InternalError' });
    system.harness.clock.advance(20 * MINUTE);
    await system.sweep();
    expect(system.harness.state.launches.all()).toContainEqual(
      expect.objectContaining({ launchId: '1-1', reason: 'ec2:Client.InternalError' }),
    );
    expect(metric(system, 'RunnerEndedByEc2')).toHaveLength(1);
  });

  test('want of capacity after the answer is want of capacity', async () => {
    const system = await systemWithRunner();
    await endByEc2(system, 1, 'Server.InsufficientInstanceCapacity');
    expect(system.job(1)).toMatchObject({ state: 'parked', reason: 'capacity', restarts: 0 });
  });

  test("opens no tenant's circuit, and costs a job few machines", async () => {
    const system = createSystem();
    system.harness.addTenant();
    await system.queueJob(1);
    for (let minute = 0; minute < 24 * 60; minute += 1) {
      system.harness.clock.advance(MINUTE);
      for (const machine of system.harness.state.fleet.alive()) {
        machine.stateReason = 'Client.InternalError';
        await system.shutDown(machine.instanceId);
      }
      await system.sweep();
      await system.drain();
    }
    expect(system.harness.metrics.total('TenantCircuitOpened')).toBe(0);
    expect(system.harness.state.tenants.rows.get(1001)).not.toHaveProperty('circuit_small');
    expect(system.harness.state.fleet.machines.size).toBeGreaterThan(4);
    expect(system.harness.state.fleet.machines.size).toBeLessThanOrEqual(28);
  });

  test.each([
    ['Client.UserInitiatedShutdown', 'ended-by-hand'],
    ['Client.InstanceInitiatedShutdown', 'machine-gone'],
  ])('%s was asked for', async (code, reason) => {
    const system = await systemWithRunner();
    await endByEc2(system, 1, code);
    expect(system.harness.state.launches.all()).toContainEqual(expect.objectContaining({ launchId: '1-1', reason }));
    expect(metric(system, 'RunnerEndedByEc2')).toEqual([]);
  });

  test('a spot machine that goes without notice went to AWS', async () => {
    const system = await systemWithRunner();
    await endByEc2(system, 1, 'Server.SpotInstanceTermination');
    await system.drain();
    expect(system.job(1)).toMatchObject({ state: 'starting', launchId: '1-2', machineEnd: 'spot-interrupted' });
    expect(metric(system, 'RunnerEndedByEc2')).toEqual([]);
  });

  test('so does the answer to a repeated call', async () => {
    const system = createSystem();
    system.harness.addTenant();
    system.harness.state.fleet.answerUnknownOnce({ machineStarts: true });
    await expect(system.queueJob(1)).rejects.toThrow('the same call is repeated');
    const [machine] = system.harness.state.fleet.alive();
    Object.assign(machine ?? {}, { state: 'terminated', stateReason: 'Client.VolumeLimitExceeded' });
    system.harness.clock.advance(2 * MINUTE);
    await system.deliver(jobMessage({ jobId: 1 }), { receiveCount: 2 });
    expect(system.job(1)).toMatchObject({
      state: 'parked',
      reason: 'error',
      machineEnd: 'ec2:Client.VolumeLimitExceeded',
      restarts: 0,
    });
    expect(metric(system, 'RunnerEndedByEc2')).toHaveLength(1);
  });
});

describe('a machine that EC2 does not know', () => {
  const forget = (system: System, instanceId: string) => system.harness.state.fleet.machines.delete(instanceId);

  test('is not believed gone as long as it may be too young to be known', async () => {
    const system = await systemWithRunner();
    const { instanceId } = system.machineOf(1);
    const deps = system.scaleDown();
    const launch = { ...system.launchOf(1), instanceId };
    const how = { reason: 'idle', followUp: { kind: 'ask' }, lease: deps.lease, registration: 'must-go' } as const;
    forget(system, instanceId);
    expect(await endMachine(launch, how, deps)).toBe('unsure');
    expect(system.slots()).toEqual(['1-1']);
    system.harness.clock.advance(11 * MINUTE);
    expect(await endMachine(launch, how, deps)).toBe('ended');
    expect(system.slots()).not.toContain('1-1');
  });

  test("of a deleted tenant is gone, and the tenant's clean-up comes to its end", async () => {
    const system = await systemWithRunner();
    forget(system, system.machineOf(1).instanceId);
    system.harness.state.tenants.rows.set(1001, {
      ...system.harness.state.tenants.rows.get(1001),
      status: 'deleted',
      cleanup: 'pending',
    });
    system.harness.clock.advance(61 * MINUTE);
    await system.sweep();
    expect(system.harness.state.tenants.rows.get(1001)).toMatchObject({ cleanup: 'done' });
    expect(system.harness.state.launches.all()).toContainEqual(
      expect.objectContaining({ launchId: '1-1', state: 'ended', reason: 'tenant-deleted' }),
    );
  });
});

describe('EC2 has no room', () => {
  test('the job says what was refused, by market, type, subnet and code', async () => {
    const system = createSystem();
    system.harness.addTenant();
    const lift = system.harness.state.fleet.refuse(() => true);
    await system.queueJob(1);
    expect(system.job(1)).toMatchObject({ state: 'parked', reason: 'capacity' });
    expect([...(system.job(1).capacityErrors ?? [])].sort()).toEqual([
      'on-demand/t3.medium/subnet-a InsufficientInstanceCapacity',
      'on-demand/t3.medium/subnet-b InsufficientInstanceCapacity',
    ]);
    lift();
  });
});

test('a machine that ends while SSM throttles its configuration leaves neither that nor a registration', async () => {
  const system = createSystem();
  system.harness.addTenant();
  const { configs, ...ports } = system.scaleUp();
  const put: typeof configs.put = async (config, onWait) => {
    await onWait?.();
    await system.shutDown(system.machineOf(1).instanceId);
    return configs.put(config);
  };
  system.harness.state.github.jobs.set(1, { status: 'completed', conclusion: 'cancelled' });
  const delivery = { receiveCount: 1, lease: { name: 'a-slow-worker', milliseconds: 90_000 } };
  await handleJob(jobMessage({ jobId: 1 }), delivery, { ...ports, configs: { ...configs, put } });
  expect([...system.harness.state.configs.entries.keys()]).toEqual([]);
  expect(system.harness.state.github.registrations.all()).toEqual([]);
  expect(system.slots()).toEqual([]);
});
