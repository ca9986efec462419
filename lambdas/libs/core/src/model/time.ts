/** The source of time, injected everywhere so that tests control it. */
export interface Clock {
  now(): Date;
}

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** GitHub cancels a job after this time in its queue, so older jobs are not started. */
export const JOB_QUEUE_LIFETIME = DAY;

/** Ended rows outlive every redelivery: GitHub keeps deliveries for 3 days, GitHub Enterprise Server for 7. */
export const ENDED_ROW_LIFETIME = 14 * DAY;

export function plus(at: Date, milliseconds: number): Date {
  return new Date(at.getTime() + milliseconds);
}

/**
 * Milliseconds from an ISO 8601 time to `now`; an invalid time counts as `now`, so that nothing expires by it.
 */
export function ageOf(iso: string | undefined, now: Date): number {
  const then = iso === undefined ? Number.NaN : Date.parse(iso);
  return Number.isNaN(then) ? 0 : now.getTime() - then;
}

/** Whether a text is a day of the calendar, `YYYY-MM-DD`: 2026-02-30 is none, which `Date` takes for 2 March. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}
