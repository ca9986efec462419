import { HOUR } from '@multi-tenant-runner/core';
import { jobEvent, jobMessage } from '@multi-tenant-runner/testing';
import { takes } from './machines';
import { begin, started, type StartedSystem, type Scenario } from './scenario';

/** GitHub said `queued`, and holds the job back now. */
async function gated(jobIds: readonly number[] = [1]): Promise<StartedSystem> {
  const start = await started({}, jobIds);
  start.system.harness.state.github.jobs.set(1, { status: 'waiting' });
  return start;
}

const gate = ({ functions }: StartedSystem) => functions.jobEvent(jobEvent({ jobId: 1, kind: 'waiting' }));
const open = ({ system }: StartedSystem) => void system.harness.state.github.jobs.set(1, { status: 'queued' });
const approved =
  ({ functions }: StartedSystem) =>
  (receiveCount: number) =>
    functions.scaleUp(jobMessage({ jobId: 1, deliveryId: 'delivery-2' }), receiveCount);

export const GATES: readonly Scenario[] = [
  {
    name: 'a job that GitHub holds back while its machine boots, and another waits',
    arrange: async () => {
      const arranged = await gated([1, 2]);
      return { ...arranged, act: () => gate(arranged), later: async () => open(arranged) };
    },
    mayBeLost: true,
  },
  {
    name: 'a job that GitHub holds back before it had a slot',
    arrange: async () => {
      const arranged = await gated([2, 1]);
      return { ...arranged, act: () => gate(arranged), later: async () => open(arranged) };
    },
    mayBeLost: true,
  },
  {
    name: 'a job that GitHub holds back from the first',
    arrange: async () => {
      const arranged = begin();
      arranged.system.harness.state.github.jobs.set(1, { status: 'waiting' });
      return {
        ...arranged,
        act: () => gate(arranged),
        later: async () => {
          open(arranged);
          await approved(arranged)(1);
        },
      };
    },
    mayBeLost: true,
  },
  {
    name: 'a gate that opens',
    mayBeLost: true,
    arrange: async () => {
      const arranged = await gated();
      await gate(arranged);
      open(arranged);
      return { ...arranged, act: approved(arranged) };
    },
  },
  {
    name: 'a queued that comes while the gate is still shut',
    mayBeLost: true,
    arrange: async () => {
      const arranged = await gated();
      await gate(arranged);
      return { ...arranged, act: approved(arranged), later: async () => open(arranged) };
    },
  },
  {
    name: 'a sweep that finds a gate open',
    mayBeLost: true,
    arrange: async () => {
      const arranged = await gated();
      await gate(arranged);
      arranged.system.harness.clock.advance(HOUR);
      open(arranged);
      return { ...arranged, act: () => arranged.functions.sweep() };
    },
  },
  {
    name: 'a job without labels that takes a runner',
    mayBeLost: true,
    arrange: async () => {
      const arranged = await started({}, [1]);
      arranged.system.harness.state.github.jobs.set(9, { status: 'in_progress' });
      const event = {
        ...(await takes(arranged.system, arranged.system.machineOf(1).instanceId, 9)),
        labels: [],
        runnerOnly: true,
      };
      return { ...arranged, act: () => arranged.functions.jobEvent(event) };
    },
  },
  {
    name: 'a public job that takes a runner',
    ends: { 9: 'refused' },
    arrange: async () => {
      const arranged = await started({}, [1]);
      const { instanceId } = arranged.system.machineOf(1);
      const event = { ...(await takes(arranged.system, instanceId, 9)), isPublic: true };
      return { ...arranged, act: () => arranged.functions.jobEvent(event) };
    },
  },
];
