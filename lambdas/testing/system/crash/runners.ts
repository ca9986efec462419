import { MINUTE } from '@multi-tenant-runner/core';
import { jobEvent } from '@multi-tenant-runner/testing';
import { createMachineSide } from '../machine-side';
import { drain } from './final-checks';
import { takes } from './machines';
import { started, type Scenario } from './scenario';

export const RUNNERS: readonly Scenario[] = [
  {
    name: 'a job that starts on its own runner',
    mayBeLost: true,
    arrange: async () => {
      const { system, functions } = await started();
      const event = await takes(system, system.machineOf(1).instanceId, 1);
      return { system, functions, act: () => functions.jobEvent(event) };
    },
  },
  {
    name: 'a job that ends',
    mayBeLost: true,
    arrange: async () => {
      const { system, functions } = await started();
      const { instanceId } = system.machineOf(1);
      await functions.jobEvent(await takes(system, instanceId, 1));
      const event = system.finishJob(instanceId, 1);
      return { system, functions, act: () => functions.jobEvent(event) };
    },
  },
  {
    name: 'a machine that is gone while another job waits',
    mayBeLost: true,
    arrange: async () => {
      const { system, functions } = await started({}, [1, 2]);
      const { instanceId } = system.machineOf(1);
      await functions.jobEvent(await takes(system, instanceId, 1));
      await functions.jobEvent(system.finishJob(instanceId, 1));
      system.machineOf(1).state = 'terminated';
      return { system, functions, act: () => functions.instanceEvent(instanceId, 'terminated') };
    },
  },
  {
    name: 'a machine that is gone and used up a part of what its tenant may use',
    mayBeLost: true,
    arrange: () => goneAfterAMinute({ max_minutes_per_day: 600 }),
  },
  {
    name: 'a machine that is gone and used up all that its tenant may use',
    mayBeLost: true,
    arrange: () => goneAfterAMinute({ max_minutes_per_day: 1 }),
  },
  {
    name: 'a machine that died without its job',
    mayBeLost: true,
    arrange: async () => {
      const { system, functions } = await started();
      const machine = system.machineOf(1);
      machine.state = 'terminated';
      return { system, functions, act: () => functions.instanceEvent(machine.instanceId, 'terminated') };
    },
  },
  {
    name: 'a machine that stopped',
    mayBeLost: true,
    arrange: async () => {
      const { system, functions } = await started();
      const machine = system.machineOf(1);
      machine.state = 'stopped';
      return { system, functions, act: () => functions.instanceEvent(machine.instanceId, 'stopped') };
    },
  },
  {
    name: 'a job that takes the runner of another, which inherits its own',
    mayBeLost: true,
    arrange: async () => {
      const { system, functions } = await started({ max_runners: 2 }, [1, 2]);
      const event = await takes(system, system.machineOf(1).instanceId, 2);
      return { system, functions, act: () => functions.jobEvent(event) };
    },
  },
  {
    name: 'a job that takes the only runner of another',
    mayBeLost: true,
    arrange: async () => {
      const { system, functions } = await started({}, [1, 2]);
      const event = await takes(system, system.machineOf(1).instanceId, 2);
      return { system, functions, act: () => functions.jobEvent(event) };
    },
  },
  {
    name: 'a job that is cancelled while its machine boots',
    mayBeLost: true,
    ends: { 1: 'cancelled' },
    arrange: async () => {
      const { system, functions } = await started();
      system.harness.state.github.jobs.set(1, { status: 'completed', conclusion: 'cancelled' });
      return {
        system,
        functions,
        act: () => functions.jobEvent(jobEvent({ jobId: 1, kind: 'completed', conclusion: 'cancelled' })),
      };
    },
  },
  {
    name: 'a machine that EC2 ended by itself',
    mayBeLost: true,
    arrange: async () => {
      const { system, functions } = await started();
      const machine = system.machineOf(1);
      Object.assign(machine, { state: 'terminated', stateReason: 'Client.InternalError' });
      return { system, functions, act: () => functions.instanceEvent(machine.instanceId, 'terminated') };
    },
  },
  {
    name: 'a relaunch',
    mayBeLost: true,
    arrange: async () => {
      const { system, functions } = await started();
      const machine = system.machineOf(1);
      machine.state = 'terminated';
      await functions.instanceEvent(machine.instanceId, 'terminated');
      return { system, functions, act: () => drain(system, functions) };
    },
  },
  {
    name: 'a machine that claims its configuration',
    mayBeLost: true,
    arrange: async () => {
      const { system, functions } = await started();
      const { instanceId } = system.machineOf(1);
      return { system, functions, act: () => createMachineSide(system).claim(instanceId) };
    },
  },
  {
    name: 'a machine that reports for the first time',
    mayBeLost: true,
    arrange: async () => {
      const { system, functions } = await started();
      const { instanceId } = system.machineOf(1);
      const side = createMachineSide(system);
      await side.claim(instanceId);
      return { system, functions, act: () => side.says(instanceId, { kind: 'boot', timings: {} }, { kind: 'busy' }) };
    },
  },
];

async function goneAfterAMinute(tenant: Parameters<typeof started>[0]) {
  const { system, functions } = await started(tenant);
  const { instanceId } = system.machineOf(1);
  await functions.jobEvent(await takes(system, instanceId, 1));
  await functions.jobEvent(system.finishJob(instanceId, 1));
  system.harness.clock.advance(MINUTE);
  system.machineOf(1).state = 'terminated';
  return { system, functions, act: () => functions.instanceEvent(instanceId, 'terminated') };
}
