import { MINUTE, SECOND, newJob } from '@multi-tenant-runner/core';
import { jobEvent, jobMessage, tenantRow } from '@multi-tenant-runner/testing';
import type { Functions } from '../functions';
import { ID, begin, setRow, started, type Scenario } from './scenario';

const deliver = (functions: Functions, jobId: number) => (receiveCount: number) =>
  functions.scaleUp(jobMessage({ jobId }), receiveCount);

export const LAUNCHES: readonly Scenario[] = [
  {
    name: 'a launch',
    mayBeLost: true,
    arrange: async () => {
      const { system, functions } = begin();
      return { system, functions, act: deliver(functions, 1) };
    },
  },
  {
    name: 'a launch above the limit',
    mayBeLost: true,
    arrange: async () => {
      const { system, functions } = await started();
      system.harness.state.github.jobs.set(2, { status: 'queued' });
      return { system, functions, act: deliver(functions, 2) };
    },
  },
  {
    name: 'a launch that EC2 has capacity for elsewhere only',
    mayBeLost: true,
    arrange: async () => {
      const { system, functions } = begin();
      let first: string | undefined;
      system.harness.state.fleet.refuse(({ candidate }) => candidate === (first ??= candidate));
      return { system, functions, act: deliver(functions, 1) };
    },
  },
  {
    name: 'a launch without capacity',
    mayBeLost: true,
    arrange: async () => {
      const { system, functions } = begin();
      const undo = system.harness.state.fleet.refuse(() => true);
      return { system, functions, act: deliver(functions, 1), later: async () => undo() };
    },
  },
  ...[true, false].map(
    (machineStarts): Scenario => ({
      name: `a launch whose answer of EC2 is lost, ${machineStarts ? 'with' : 'without'} a machine`,
      mayBeLost: true,
      arrange: async () => {
        const { system, functions } = begin();
        system.harness.state.fleet.answerUnknownOnce({ machineStarts });
        return { system, functions, act: deliver(functions, 1) };
      },
    }),
  ),
  {
    name: 'a launch that GitHub limits',
    mayBeLost: true,
    arrange: async () => {
      const { system, functions } = begin();
      const retryAt = new Date(system.harness.clock.now().getTime() + 5 * MINUTE);
      system.harness.state.github.fail({ kind: 'limited', retryAt }, { method: 'createJitConfig', times: 1 });
      return { system, functions, act: deliver(functions, 1) };
    },
  },
  {
    name: 'a launch that finds its own registration',
    mayBeLost: true,
    arrange: async () => {
      const { system, functions } = begin();
      system.harness.faults.loseAnswer('github.createJitConfig');
      await functions.scaleUp(jobMessage({ jobId: 1 }));
      system.harness.clock.advance(2 * MINUTE);
      return { system, functions, act: deliver(functions, 1) };
    },
  },
  {
    name: 'a launch whose tenant is suspended while EC2 takes long',
    mayBeLost: true,
    arrange: async () => {
      const { system, functions } = begin();
      const undo = system.harness.faults.after('fleet.run', () => {
        system.harness.clock.advance(10 * SECOND);
        setRow(system, { status: 'suspended' });
      });
      const later = async (): Promise<void> => {
        undo();
        setRow(system, { status: 'active' });
      };
      return { system, functions, act: deliver(functions, 1), later };
    },
  },
  {
    name: 'a held launch whose job was cancelled',
    mayBeLost: true,
    ends: { 1: 'cancelled' },
    arrange: async () => {
      const { system, functions } = begin();
      await system.harness.state.jobs.create(
        newJob(jobMessage({ jobId: 1 }), system.harness.clock.now(), 'parked', 'limit'),
      );
      // A wake took the slot and sent the message; before it arrived the job was cancelled.
      await functions.stream([
        { installationId: ID, before: tenantRow({ max_runners: 0 }), after: tenantRow({ max_runners: 1 }) },
      ]);
      system.harness.state.queue.takeJob();
      system.harness.state.github.jobs.set(1, { status: 'completed', conclusion: 'cancelled' });
      await functions.jobEvent(jobEvent({ jobId: 1, kind: 'completed', conclusion: 'cancelled' }));
      return { system, functions, act: deliver(functions, 1) };
    },
  },
  {
    name: 'a job that failed on every receive',
    arrange: async () => {
      const { system, functions } = begin();
      const undo = system.harness.faults.before('github.authorize', () => {
        throw new Error('an unexpected error');
      });
      for (let receiveCount = 1; receiveCount <= 4; receiveCount += 1)
        await functions.scaleUp(jobMessage({ jobId: 1 }), receiveCount);
      return {
        system,
        functions,
        act: () => functions.scaleUp(jobMessage({ jobId: 1 }), 5),
        later: async () => undo(),
      };
    },
    mayBeLost: true,
  },
];
