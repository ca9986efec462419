import { ofThisInvocation } from '@multi-tenant-runner/runtime';

/** Lets calls through one after the other, or so many at once, in turn by tenant. */
export interface FairQueue {
  /**
   * @param ride may be tried beside the turn of another tenant, once for each; undefined: not now, so it waits on
   */
  take<T>(tenant: number, call: () => Promise<T>, ride?: () => Promise<T | undefined>): Promise<T>;
}

export interface FairQueueOptions {
  /** Calls that may be under way. Default 1. */
  readonly atOnce?: number;
  /**
   * Milliseconds after which a turn counts as over although its call is not: a slow answer delays no other for long.
   */
  readonly longest: number;
  /** Calls back after so many milliseconds, unless undone. */
  readonly after: (milliseconds: number, callBack: () => void) => () => void;
}

interface Waiting {
  /** Counts up. */
  readonly asked: number;
  readonly start: () => void;
  /** False: it could not, and waits on. */
  readonly ride?: () => Promise<boolean>;
}

/**
 * Of those who wait, the tenant goes next whose turn is longest ago: before a call, at most one call of each other
 * tenant and what its own tenant asked earlier. With a turn the first call of each other tenant may ride along whose
 * turn is as long ago.
 */
export function createFairQueue({ atOnce = 1, longest, after }: FairQueueOptions): FairQueue {
  const waiting = new Map<number, readonly Waiting[]>();
  const riding = new Set<Waiting>();
  /** The round in which each tenant had its last turn, since somebody has been waiting. */
  const lastRounds = new Map<number, number>();
  let round = 0;
  let asked = 0;
  let underWay = 0;

  const lastOf = (tenant: number): number => lastRounds.get(tenant) ?? 0;
  const askedOf = (tenant: number): number => waiting.get(tenant)?.[0]?.asked ?? 0;
  /** The tenants that wait and had their last turn longest ago, in the order in which they asked. */
  const longestAgo = (): readonly number[] => {
    const last = Math.min(...[...waiting.keys()].map(lastOf));
    return [...waiting.keys()].filter((tenant) => lastOf(tenant) === last).sort((a, b) => askedOf(a) - askedOf(b));
  };
  const takeFirst = (tenant: number): Waiting | undefined => {
    const [first, ...later] = waiting.get(tenant) ?? [];
    if (later.length > 0) waiting.set(tenant, later);
    else waiting.delete(tenant);
    return first;
  };
  const next = (): void => {
    // Whoever can't ride waits on, and must not find that another had two turns meanwhile.
    if (underWay === atOnce || riding.size > 0) return;
    const [tenant, ...others] = longestAgo();
    if (tenant === undefined) return lastRounds.clear();
    underWay += 1;
    lastRounds.set(tenant, (round += 1));
    takeFirst(tenant)?.start();
    for (const other of others) void rideAlong(other);
  };
  const rideAlong = async (tenant: number): Promise<void> => {
    const first = waiting.get(tenant)?.[0];
    if (first?.ride === undefined) return;
    const before = lastOf(tenant);
    lastRounds.set(tenant, round);
    takeFirst(tenant);
    riding.add(first);
    const end = (): void => {
      riding.delete(first);
      next();
    };
    const cancel = after(longest, end);
    if (!(await first.ride())) {
      waiting.set(tenant, [first, ...(waiting.get(tenant) ?? [])]);
      lastRounds.set(tenant, before);
    }
    cancel();
    end();
  };
  const turn = async <T>(call: () => Promise<T>): Promise<T> => {
    let over = false;
    const end = (): void => {
      if (over) return;
      over = true;
      underWay -= 1;
      next();
    };
    const cancel = after(longest, end);
    try {
      return await call();
    } finally {
      cancel();
      end();
    }
  };

  return {
    take: <T>(tenant: number, call: () => Promise<T>, ride?: () => Promise<T | undefined>) =>
      new Promise<T>((resolve, reject) => {
        const start = ofThisInvocation(() => void turn(call).then(resolve, reject));
        const tryRide = ofThisInvocation(async () => {
          try {
            const got = await ride?.();
            if (got === undefined) return false;
            resolve(got);
          } catch (cause) {
            reject(cause);
          }
          return true;
        });
        const own = { asked: (asked += 1), start, ...(ride && { ride: tryRide }) };
        waiting.set(tenant, [...(waiting.get(tenant) ?? []), own]);
        next();
      }),
  };
}

export type Pause = (milliseconds: number) => Promise<void>;

export const pauseBy =
  (after: FairQueueOptions['after']): Pause =>
  (milliseconds) =>
    new Promise((resolve) => void after(milliseconds, resolve));

export const onTimer: FairQueueOptions['after'] = (milliseconds, callBack) => {
  const timer = setTimeout(callBack, milliseconds);
  return () => clearTimeout(timer);
};
