import {
  DRESSING_RATE,
  LEASE_MARGIN,
  SECOND,
  type AccountLine,
  type Draw,
  type NotStarted,
} from '@multi-tenant-runner/core';
import { createFairQueue, pauseBy, type FairQueueOptions } from './fair-queue';
import type { ScaleUpDeps } from './deps';

/** How far ahead in the account's line a call may take its place: its container waits there, and calls nothing. */
const LONGEST_PLACE = 10 * SECOND;
/** The same of the calls that give machines their tenants: nothing is asked for that could not become a tenant's. */
const LONGEST_DRESSING = 15 * SECOND;
/** Of the function's time that a launch may wait for its turn. */
const SHARE_OF_TIME = 0.4;

/** Of the calls at once those that no tenant's own call takes: a shared one is for many of a burst. */
const KEPT_FOR_SHARED = 0.6;

/** As EC2 itself would say, a moment later. */
const NO_PLACE: NotStarted = {
  kind: 'throttled',
  code: 'NoPlaceInLine',
  message: "the account's calls of RunInstances are taken for longer than this launch may wait",
};

type Pacing = Pick<ScaleUpDeps, 'budgets' | 'scaleUp' | 'clock' | 'log'>;

/** The account's line, for calls that are for several tenants. */
export interface Line {
  /** Takes a place if it is now, and leaves some of the account's calls at once to those for several tenants. */
  startsNow(machines: number): Promise<boolean>;
  /** Waits for a place; false: there is none in time. */
  waitsFor(tenant: number, draw: LineDraw): Promise<boolean>;
  /** The same in the line of the calls that give so many machines their tenants. */
  mayDress(machines: number): Promise<boolean>;
}

interface LineDraw {
  /** Leaves some of the account's calls at once to those for several tenants. */
  readonly isOwn?: boolean;
  readonly calls: number;
  readonly machines: number;
}

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

  const pause = pauseBy(after);
  const ofOwnCalls = { ...calls, burst: Math.max(1, Math.floor(calls.burst * (1 - KEPT_FOR_SHARED))) };
  const drawsOf = (draw: LineDraw, rate = draw.isOwn === true ? ofOwnCalls : calls): readonly Draw[] => [
    { tokens: draw.calls, rate },
    { tokens: draw.machines, rate: instances },
  ];
  const hasGroups = deps.scaleUp.sharedSecurityGroupId === undefined;
  const dressingOf = (machines: number): readonly Draw[] => [
    { tokens: machines, rate: DRESSING_RATE.tags },
    { tokens: hasGroups ? machines : 0, rate: DRESSING_RATE.groups },
  ];
  /** Milliseconds until the place that it takes; undefined: there is none in time. */
  const takePlace = async (draws: readonly Draw[], longest: number, of?: AccountLine): Promise<number | undefined> => {
    try {
      const at = await deps.budgets.place(draws, longest, of);
      return at && at.getTime() - deps.clock.now().getTime();
    } catch (cause) {
      // The line is a courtesy: EC2 itself says when it is too much.
      deps.log.warn("The account's line of launches could not be read, so a launch goes without its place", { cause });
      return 0;
    }
  };
  const waitUntil = async (wait: number | undefined): Promise<boolean> => {
    if (wait !== undefined && wait > 0) await pause(wait);
    return wait !== undefined;
  };

  /** The last turn did not have to wait. */
  let isFree = true;
  const waitsFor = (tenant: number, draw: LineDraw): Promise<boolean> => {
    const asked = deps.clock.now().getTime();
    const isLate = (): boolean => deps.clock.now().getTime() - asked > mayWait;
    const inTurn = async (): Promise<boolean> => {
      if (isLate()) return false;
      const wait = await takePlace(drawsOf(draw), LONGEST_PLACE);
      isFree = wait !== undefined && wait <= 0;
      return waitUntil(wait);
    };
    // Beside another tenant's turn, and by the same write, where both may start now.
    const ride = async () =>
      isFree && !isLate() && (await takePlace(drawsOf(draw), 0)) !== undefined ? true : undefined;
    return turns.take(tenant, inTurn, ride);
  };
  const line: Line = {
    startsNow: async (machines) => waitUntil(await takePlace(drawsOf({ calls: 1, machines }, ofOwnCalls), 0)),
    waitsFor,
    mayDress: async (machines) => waitUntil(await takePlace(dressingOf(machines), LONGEST_DRESSING, 'dressing')),
  };
  const launch = async <A>(tenant: number, machines: number, call: () => Promise<A>): Promise<A | NotStarted> =>
    (await waitsFor(tenant, { calls: 1, machines })) ? call() : NO_PLACE;
  return { launch, line };
}
