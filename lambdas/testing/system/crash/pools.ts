import { MINUTE } from '@multi-tenant-runner/core';
import { jobMessage } from '@multi-tenant-runner/testing';
import { createMachineSide } from '../machine-side';
import { fillAndBoot, poolOf } from '../pools';
import { begin, type Scenario, type StartedSystem } from './scenario';

async function withPool(pool = poolOf(), jobIds: readonly number[] = [1]): Promise<StartedSystem> {
  const start = begin({}, jobIds, { pools: pool });
  await fillAndBoot(start.system, start.functions);
  return start;
}

export const POOLS: readonly Scenario[] = [
  {
    name: 'a launch that takes a machine of a pool',
    mayBeLost: true,
    arrange: async () => {
      const { system, functions } = await withPool();
      return { system, functions, act: (receiveCount) => functions.scaleUp(jobMessage({ jobId: 1 }), receiveCount) };
    },
  },
  {
    name: 'a launch whose machine of a pool gets no group and no tags, so that it takes another',
    mayBeLost: true,
    arrange: async () => {
      const { system, functions } = await withPool(poolOf({ size: 2 }));
      system.harness.faults.fail('blanks.dress', new Error('EC2 does not answer'));
      return { system, functions, act: (receiveCount) => functions.scaleUp(jobMessage({ jobId: 1 }), receiveCount) };
    },
  },
  {
    name: 'a launch whose machine of a pool was stopped by somebody',
    mayBeLost: true,
    arrange: async () => {
      const { system, functions } = await withPool();
      for (const machine of system.harness.state.fleet.alive()) machine.state = 'stopped';
      return { system, functions, act: (receiveCount) => functions.scaleUp(jobMessage({ jobId: 1 }), receiveCount) };
    },
  },
  {
    name: 'the filling of a pool',
    mayBeLost: true,
    arrange: async () => {
      const { system, functions } = begin({}, [], { pools: poolOf({ size: 2 }) });
      return { system, functions, act: () => functions.fill('small') };
    },
  },
  {
    name: 'the filling of a pool that EC2 has capacity for elsewhere only',
    mayBeLost: true,
    arrange: async () => {
      const { system, functions } = begin({}, [], { pools: poolOf() });
      let first: string | undefined;
      system.harness.state.fleet.refuse(({ candidate }) => candidate === (first ??= candidate));
      return { system, functions, act: () => functions.fill('small') };
    },
  },
  {
    name: 'the filling of a pool by a call that EC2 has room for one machine of',
    mayBeLost: true,
    arrange: async () => {
      const { system, functions } = begin({}, [], { pools: poolOf({ size: 2 }) });
      let first: string | undefined;
      system.harness.state.fleet.makeRoomFor(({ candidate }) => candidate === (first ??= candidate), 1);
      return { system, functions, act: () => functions.fill('small') };
    },
  },
  {
    name: 'a machine of a pool that announces itself',
    mayBeLost: true,
    arrange: async () => {
      const { system, functions } = begin({}, [], { pools: poolOf() });
      await functions.fill('small');
      const [{ instanceId = '' } = {}] = system.harness.state.fleet.alive();
      return { system, functions, act: () => createMachineSide(system).claim(instanceId) };
    },
  },
  {
    name: 'a machine of a pool that claims',
    arrange: async () => {
      const { system, functions } = await withPool();
      await functions.scaleUp(jobMessage({ jobId: 1 }));
      const { instanceId } = system.machineOf(1);
      return { system, functions, act: () => createMachineSide(system).claim(instanceId) };
    },
  },
  {
    name: 'the sweep of a pool whose machines are too old, lost, or too many, and one of which was taken long ago',
    arrange: async () => {
      const pools = new Map(poolOf({ size: 4, maxIdle: 60 * MINUTE }));
      const { system, functions } = await withPool(pools);
      await functions.scaleUp(jobMessage({ jobId: 1 }));
      const { state, clock } = system.harness;
      clock.advance(61 * MINUTE);
      await fillAndBoot(system, functions);
      const [lost] = [...state.pool.blanks.values()];
      const machine = state.fleet.machines.get(lost?.instanceId ?? '');
      if (machine !== undefined) machine.state = 'terminated';
      state.github.jobs.delete(1);
      state.github.jobs.set(1, { status: 'completed', conclusion: 'success' });
      pools.set('small', { ...pools.get('small')!, size: 2 });
      return { system, functions, act: () => functions.sweep() };
    },
    ends: { 1: 'completed' },
  },
];
