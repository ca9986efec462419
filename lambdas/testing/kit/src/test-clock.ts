import type { Clock } from '@multi-tenant-runner/core';

export interface TestClock extends Clock {
  set(iso: string): void;
  advance(milliseconds: number): void;
}

/** A clock that stands still until a test moves it. */
export function createTestClock(start = '2026-01-15T12:00:00.000Z'): TestClock {
  let at = Date.parse(start);
  return {
    now: () => new Date(at),
    set: (iso) => {
      at = Date.parse(iso);
    },
    advance: (milliseconds) => {
      at += milliseconds;
    },
  };
}
