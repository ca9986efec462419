import { MARK_REST, MINUTE } from '@multi-tenant-runner/core';
import { LAUNCHES_A_VISIT } from '@multi-tenant-runner/scale-down/read-rows';
import { jobMessage, launch } from '@multi-tenant-runner/testing';
import { takes } from './machines';
import { begin, setRow, started, type Scenario } from './scenario';

export const SWEEPS: readonly Scenario[] = [
  {
    name: 'the sweep of an idle runner whose job was cancelled',
    ends: { 1: 'cancelled' },
    arrange: async () => {
      const { system, functions } = await started();
      system.harness.state.github.jobs.set(1, { status: 'completed', conclusion: 'cancelled' });
      system.harness.clock.advance(16 * MINUTE);
      return { system, functions, act: () => functions.sweep() };
    },
  },
  {
    name: 'the sweep of a machine that never booted',
    arrange: async () => {
      const { system, functions } = begin();
      system.harness.faults.loseAnswer('configs.put');
      await functions.scaleUp(jobMessage({ jobId: 1 }));
      system.harness.clock.advance(16 * MINUTE);
      return { system, functions, act: () => functions.sweep() };
    },
  },
  {
    name: 'the sweep of an intent without an answer',
    arrange: async () => {
      const { system, functions } = begin();
      system.harness.state.fleet.answerUnknownOnce({ machineStarts: true });
      await functions.scaleUp(jobMessage({ jobId: 1 }));
      system.harness.clock.advance(16 * MINUTE);
      return { system, functions, act: () => functions.sweep() };
    },
  },
  {
    name: 'the sweep of an intent without a machine',
    arrange: async () => {
      const { system, functions } = begin();
      system.harness.state.fleet.answerUnknownOnce({ machineStarts: false });
      await functions.scaleUp(jobMessage({ jobId: 1 }));
      system.harness.clock.advance(16 * MINUTE);
      return { system, functions, act: () => functions.sweep() };
    },
  },
  {
    name: 'the sweep of a machine whose end went unreported',
    arrange: async () => {
      const { system, functions } = await started({}, [1, 2]);
      system.machineOf(1).state = 'terminated';
      system.harness.clock.advance(16 * MINUTE);
      return { system, functions, act: () => functions.sweep() };
    },
  },
  {
    name: 'the sweep of a machine past its lifetime',
    ends: { 1: 'cancelled' },
    arrange: async () => {
      const { system, functions } = await started();
      await functions.jobEvent(await takes(system, system.machineOf(1).instanceId, 1));
      system.harness.clock.advance(376 * MINUTE);
      return {
        system,
        functions,
        act: () => functions.sweep(),
        later: async () =>
          void system.harness.state.github.jobs.set(1, { status: 'completed', conclusion: 'cancelled' }),
      };
    },
  },
  {
    name: 'the sweep of a machine of no launch',
    damaged: true,
    arrange: async () => {
      const { system, functions } = await started();
      const { request } = system.machineOf(1);
      await functions.jobEvent(await takes(system, system.machineOf(1).instanceId, 1));
      system.harness.state.fleet.plant({
        instanceId: 'i-stranger',
        request: { ...request, launchId: '9-9', intent: { ...request.intent, clientToken: 'stranger' } },
      });
      system.harness.clock.advance(16 * MINUTE);
      return { system, functions, act: () => functions.sweep() };
    },
  },
  {
    name: 'the sweep of a count of slots that is none',
    damaged: true,
    arrange: async () => {
      const { system, functions } = await started();
      setRow(system, { slots_held: 'none' });
      system.harness.clock.advance(MARK_REST);
      return { system, functions, act: () => functions.sweep() };
    },
  },
  {
    name: 'the sweep of a slot of no launch',
    damaged: true,
    arrange: async () => {
      const { system, functions } = await started({ max_runners: 2 });
      setRow(system, { slots_held: 2 });
      system.harness.clock.advance(11 * MINUTE);
      return { system, functions, act: () => functions.sweep() };
    },
  },
  {
    name: 'the sweep of a tenant whose mark a hand took away',
    cuts: ['registry.markOpen'],
    arrange: async () => {
      const { system, functions } = await started();
      setRow(system, { open_shard: undefined });
      return { system, functions, act: () => functions.sweep() };
    },
  },
  {
    name: 'the sweep of more launches than a visit reads',
    cuts: ['launches.countOpen'],
    arrange: async () => {
      const { system, functions } = await started();
      const jobIds = Array.from({ length: LAUNCHES_A_VISIT }, (_, index) => 100 + index);
      for (const jobId of jobIds)
        await system.harness.state.launches.create(launch({ launchId: `${jobId}-1`, jobId, state: 'held' }));
      setRow(system, { slots_held: 1 + jobIds.length });
      return { system, functions, act: () => functions.sweep() };
    },
  },
];
