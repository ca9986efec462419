import { jobMessage } from '@multi-tenant-runner/testing';
import { useUpTheLine } from '../shared-calls';
import { begin, type Scenario } from './scenario';

const JOBS = [1, 2];
const SHARING = new Map([['small', new Set<number>()]]);

/**
 * Two jobs that share a call, as none can start at once. One tenant's, since what is counted at the end is one's: an
 * order looks at no tenant.
 *
 * @param apart in an invocation each, of which one makes the order and the other joins it
 */
async function start(apart = false) {
  const { system, functions } = begin({ max_runners: JOBS.length }, JOBS, { sharing: SHARING });
  await useUpTheLine(system);
  const messages = JOBS.map((jobId) => jobMessage({ jobId }));
  const act = (receiveCount: number) =>
    apart
      ? Promise.all(messages.map((message) => functions.scaleUp(message, receiveCount)))
      : functions.scaleUpAll(messages, receiveCount);
  return { system, functions, act };
}

export const ORDERS: readonly Scenario[] = [
  { name: 'launches that share a call', arrange: () => start() },
  { name: 'launches of two invocations that share a call', arrange: () => start(true) },
  {
    name: 'launches that share a call that EC2 has room for one of',
    arrange: async () => {
      const arranged = await start();
      let first: string | undefined;
      arranged.system.harness.state.fleet.makeRoomFor(({ candidate }) => candidate === (first ??= candidate), 1);
      return arranged;
    },
  },
  {
    name: 'launches that share a call, one of whose machines can not be made its tenant’s',
    arrange: async () => {
      const arranged = await start();
      arranged.system.harness.faults.fail('blanks.dress', new Error('EC2 does not answer'));
      return arranged;
    },
  },
  {
    name: 'launches whose shared call gave no answer, found by their tokens',
    mayBeLost: true,
    arrange: async () => {
      const arranged = await start();
      arranged.system.harness.state.fleet.answerUnknownOnce({ machineStarts: true });
      await arranged.act(1);
      return arranged;
    },
  },
];
