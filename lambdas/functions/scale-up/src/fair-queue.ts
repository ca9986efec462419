import { ofThisInvocation } from '@multi-tenant-runner/runtime';

/** Lets calls through one after the other, or so many at once, in turn by tenant. */
export interface FairQueue {
  take<T>(tenant: number, call: () => Promise<T>): Promise<T>;
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

/**
 * Of those who wait, the tenant goes next whose turn is longest ago: before a call, at most one call of each other
 * tenant and what its own tenant asked earlier.
 */
export function createFairQueue({ atOnce = 1, longest, after }: FairQueueOptions): FairQueue {
  const waiting = new Map<number, (() => void)[]>();
  /** When each tenant had its last turn, since somebody has been waiting. */
  const lastTurns = new Map<number, number>();
  let turns = 0;
  let underWay = 0;

  const longestAgo = (): number | undefined =>
    [...waiting.keys()].reduce<number | undefined>((first, tenant) => {
      if (first === undefined) return tenant;
      return (lastTurns.get(tenant) ?? 0) < (lastTurns.get(first) ?? 0) ? tenant : first;
    }, undefined);
  const next = (): void => {
    if (underWay === atOnce) return;
    const tenant = longestAgo();
    if (tenant === undefined) return lastTurns.clear();
    underWay += 1;
    const [start, ...later] = waiting.get(tenant) ?? [];
    if (later.length > 0) waiting.set(tenant, later);
    else waiting.delete(tenant);
    lastTurns.set(tenant, (turns += 1));
    start?.();
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
    take: (tenant, call) =>
      new Promise((resolve, reject) => {
        const start = ofThisInvocation(() => void turn(call).then(resolve, reject));
        waiting.set(tenant, [...(waiting.get(tenant) ?? []), start]);
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
