import { HOUR } from '@multi-tenant-runner/core';
import { jobEvent, jobMessage } from '@multi-tenant-runner/testing';
import { takes } from './final-checks';
import { begin, started, type Beginning, type Scenario } from './scenario';

/** GitHub said `queued`, and holds the job back now. */
async function gated(jobIds: readonly number[] = [1]): Promise<Beginning> {
  const beginning = await started({}, jobIds);
  beginning.system.harness.state.github.jobs.set(1, { status: 'waiting' });
  return beginning;
}

const gate = ({ functions }: Beginning) => functions.jobEvent(jobEvent({ jobId: 1, kind: 'waiting' }));
const open = ({ system }: Beginning) => void system.harness.state.github.jobs.set(1, { status: 'queued' });
const approved =
  ({ functions }: Beginning) =>
  (receiveCount: number) =>
    functions.scaleUp(jobMessage({ jobId: 1, deliveryId: 'delivery-2' }), receiveCount);

export const GATES: readonly Scenario[] = [
  {
    name: 'a job that GitHub holds back while its machine boots, and another waits',
    arrange: async () => {
      const scene = await gated([1, 2]);
      return { ...scene, act: () => gate(scene), later: async () => open(scene) };
    },
    mayBeLost: true,
  },
  {
    name: 'a job that GitHub holds back before it had a slot',
    arrange: async () => {
      const scene = await gated([2, 1]);
      return { ...scene, act: () => gate(scene), later: async () => open(scene) };
    },
    mayBeLost: true,
  },
  {
    name: 'a job that GitHub holds back from the first',
    arrange: async () => {
      const scene = begin();
      scene.system.harness.state.github.jobs.set(1, { status: 'waiting' });
      return {
        ...scene,
        act: () => gate(scene),
        later: async () => {
          open(scene);
          await approved(scene)(1);
        },
      };
    },
    mayBeLost: true,
  },
  {
    name: 'a gate that opens',
    mayBeLost: true,
    arrange: async () => {
      const scene = await gated();
      await gate(scene);
      open(scene);
      return { ...scene, act: approved(scene) };
    },
  },
  {
    name: 'a queued that comes while the gate is still shut',
    mayBeLost: true,
    arrange: async () => {
      const scene = await gated();
      await gate(scene);
      return { ...scene, act: approved(scene), later: async () => open(scene) };
    },
  },
  {
    name: 'a sweep that finds a gate open',
    mayBeLost: true,
    arrange: async () => {
      const scene = await gated();
      await gate(scene);
      scene.system.harness.clock.advance(HOUR);
      open(scene);
      return { ...scene, act: () => scene.functions.sweep() };
    },
  },
  {
    name: 'a job without labels that takes a runner',
    mayBeLost: true,
    arrange: async () => {
      const scene = await started({}, [1]);
      scene.system.harness.state.github.jobs.set(9, { status: 'in_progress' });
      const event = { ...takes(scene.system, scene.system.machineOf(1).instanceId, 9), labels: [], runnerOnly: true };
      return { ...scene, act: () => scene.functions.jobEvent(event) };
    },
  },
  {
    name: 'a public job that takes a runner',
    ends: { 9: 'refused' },
    arrange: async () => {
      const scene = await started({}, [1]);
      const { instanceId } = scene.system.machineOf(1);
      const event = { ...takes(scene.system, instanceId, 9), isPublic: true };
      return { ...scene, act: () => scene.functions.jobEvent(event) };
    },
  },
];
