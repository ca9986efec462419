import { jobMessage } from '@multi-tenant-runner/testing';
import { begin, type Scenario } from './scenario';

const JOBS = [1, 2];
const all = JOBS.map((jobId) => jobMessage({ jobId }));

/** Two jobs in one event: one call for two machines. */
const start = () => {
  const { system, functions } = begin({ max_runners: JOBS.length }, JOBS);
  return { system, functions, act: (receiveCount: number) => functions.scaleUpAll(all, receiveCount) };
};

/** A lost event may leave one of them without a row, which is the redelivery's to bring. */
export const GROUPS: readonly Scenario[] = [
  { name: 'two launches by one call', arrange: async () => start() },
  {
    name: 'two launches by one call that EC2 has room for one of',
    arrange: async () => {
      const arranged = start();
      let first: string | undefined;
      arranged.system.harness.state.fleet.makeRoomFor(({ candidate }) => candidate === (first ??= candidate), 1);
      return arranged;
    },
  },
  ...[true, false].map(
    (machineStarts): Scenario => ({
      name: `two launches by one call whose answer is lost, ${machineStarts ? 'with' : 'without'} machines`,
      arrange: async () => {
        const arranged = start();
        arranged.system.harness.state.fleet.answerUnknownOnce({ machineStarts });
        return arranged;
      },
    }),
  ),
  {
    name: 'two launches whose call gave no answer, found by their tokens',
    mayBeLost: true,
    arrange: async () => {
      const arranged = start();
      arranged.system.harness.state.fleet.answerUnknownOnce({ machineStarts: true });
      await arranged.act(1);
      return arranged;
    },
  },
];
