import { LEASE_MARGIN, SECOND, type NotStarted } from '@multi-tenant-runner/core';
import { createFairQueue, type FairQueueOptions } from './fair-queue';
import type { ScaleUpDeps } from './deps';

/** How far ahead in the account's line a call may take its place: its container waits there, and calls nothing. */
const LONGEST_PLACE = 10 * SECOND;
/** Of the function's time that a launch may wait for its turn. */
const SHARE_OF_TIME = 0.4;

/** As EC2 itself would say, a moment later. */
const NO_PLACE: NotStarted = {
  kind: 'throttled',
  code: 'NoPlaceInLine',
  message: "the account's calls of RunInstances are taken for longer than this launch may wait",
};

type Pacing = Pick<ScaleUpDeps, 'budgets' | 'scaleUp' | 'clock' | 'log'>;

/**
 * Calls of RunInstances, in turn by tenant within this container, each at its place in the line that all containers of
 * all sizes share. A call holds up the next one until it starts, not until it is answered.
 *
 * @param after for pauses
 */
export function createPacedLaunches(deps: Pacing, after: FairQueueOptions['after']) {
  const turns = createFairQueue({ longest: 2 * LONGEST_PLACE, after });
  const { calls, machines: instances } = deps.scaleUp.launchRate;
  const mayWait = (deps.scaleUp.leaseMilliseconds - LEASE_MARGIN) * SHARE_OF_TIME;

  /** Whether the call may start now; false: not in time. */
  const waitForPlace = async (machines: number, asked: number): Promise<boolean> => {
    if (deps.clock.now().getTime() - asked > mayWait) return false;
    const draws = [
      { tokens: 1, rate: calls },
      { tokens: machines, rate: instances },
    ];
    let at: Date | undefined;
    try {
      at = await deps.budgets.place(draws, LONGEST_PLACE);
    } catch (cause) {
      // The line is a courtesy: EC2 itself says when it is too much.
      deps.log.warn("The account's line of launches could not be read, so a launch goes without its place", { cause });
      return true;
    }
    if (at === undefined) return false;
    const pause = at.getTime() - deps.clock.now().getTime();
    if (pause > 0) await new Promise<void>((resolve) => void after(pause, resolve));
    return true;
  };

  return async <A>(tenant: number, machines: number, call: () => Promise<A>): Promise<A | NotStarted> => {
    const asked = deps.clock.now().getTime();
    const mayStart = await turns.take(tenant, () => waitForPlace(machines, asked));
    return mayStart ? call() : NO_PLACE;
  };
}
