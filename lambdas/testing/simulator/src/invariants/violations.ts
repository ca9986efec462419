import type { Scheduler } from '../engine/scheduler';
import type { Trace } from '../engine/trace';

/** What no run may ever show. */
export const PROMISES = [
  'lost',
  'doubled',
  'over the limit',
  'killed busy',
  'cross-tenant',
  'left over',
  'looped',
  'miscounted',
] as const;
export type Promised = (typeof PROMISES)[number];

export interface Violation {
  readonly promise: Promised;
  readonly at: string;
  readonly what: string;
}

/** Collects the promises that EC2's machines and GitHub's jobs show to be broken. */
export interface Violations {
  record(promise: Promised, what: string): void;
  readonly list: readonly Violation[];
  count(promise: Promised): number;
}

export function createViolations(scheduler: Scheduler, trace: Trace): Violations {
  const list: Violation[] = [];
  return {
    list,
    count: (promise) => list.filter((violation) => violation.promise === promise).length,
    record(promise, what) {
      trace.note(scheduler.now(), `BROKEN ${promise}: ${what}`);
      list.push({ promise, at: scheduler.iso(), what });
    },
  };
}
