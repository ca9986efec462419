import { availableParallelism } from 'node:os';

/**
 * Two kinds of checks share the machine. Those of the lane `cpu` need a core from start to end: as many run at once as
 * there are workers for. Those of the lane `waiting` mostly wait for a system to settle, and run one after another
 * beside them. Answers each check's result, in the order in which they end, by `onEnd`.
 */
export async function runInLanes(checks, { slots = SLOTS, run, onEnd }) {
  const lane = async (queue) => {
    for (let check = queue.shift(); check !== undefined; check = queue.shift()) onEnd(check, await run(check));
  };
  const waiting = checks.filter((check) => check.lane === 'waiting');
  const cpu = checks.filter((check) => check.lane !== 'waiting');
  await Promise.all([lane(waiting), ...Array.from({ length: slots }, () => lane(cpu))]);
}

const CORES = availableParallelism();
/** How many processes a check may start: TEST_WORKERS, or one for each core. */
export const ownWorkers = () => Number(process.env.TEST_WORKERS ?? CORES);
/** Two checks at a time, so that one that uses a single core leaves none idle; each gets its share of the cores. */
const SLOTS = Math.min(2, CORES);
export const WORKERS = Math.max(1, Math.floor(CORES / SLOTS));

/** Calls `print` for each check in the order of `names`, each as soon as it and all before it have ended. */
export function inOrder(names, print) {
  const ended = new Map();
  let next = 0;
  return (name, value) => {
    ended.set(name, value);
    for (; next < names.length && ended.has(names[next]); next += 1) print(names[next], ended.get(names[next]));
  };
}
