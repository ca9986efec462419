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
] as const;
export type Promised = (typeof PROMISES)[number];

export interface Violation {
  readonly promise: Promised;
  readonly at: string;
  readonly what: string;
}

/** Collects what the world itself (EC2's machines, GitHub's jobs) shows to be broken. */
export interface Violations {
  broken(promise: Promised, what: string): void;
  readonly violations: readonly Violation[];
  count(promise: Promised): number;
}

export function createViolations(scheduler: Scheduler, trace: Trace): Violations {
  const violations: Violation[] = [];
  return {
    violations,
    count: (promise) => violations.filter((violation) => violation.promise === promise).length,
    broken(promise, what) {
      trace.note(scheduler.now(), `BROKEN ${promise}: ${what}`);
      violations.push({ promise, at: scheduler.iso(), what });
    },
  };
}
