import type { Agenda } from '../engine/scheduler';
import type { Trace } from '../engine/trace';

/** What no run may ever show. */
export const PROMISES = ['lost', 'doubled', 'over the limit', 'killed busy', 'cross-tenant', 'left over', 'looped'] as const;
export type Promised = (typeof PROMISES)[number];

export interface Violation {
  readonly promise: Promised;
  readonly at: string;
  readonly what: string;
}

/** Collects what the world itself (EC2's machines, GitHub's jobs) shows to be broken. */
export interface Checker {
  broken(promise: Promised, what: string): void;
  readonly violations: readonly Violation[];
  count(promise: Promised): number;
}

export function createChecker(agenda: Agenda, trace: Trace): Checker {
  const violations: Violation[] = [];
  return {
    violations,
    count: (promise) => violations.filter((violation) => violation.promise === promise).length,
    broken(promise, what) {
      trace.note(agenda.now(), `BROKEN ${promise}: ${what}`);
      violations.push({ promise, at: agenda.iso(), what });
    },
  };
}
