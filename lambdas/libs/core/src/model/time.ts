/** Where the time comes from: injected everywhere, so that a test decides it. */
export interface Clock {
  now(): Date;
}

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** GitHub cancels a job that waited this long in its queue, so nothing is started for an older one. */
export const JOB_QUEUE_LIFETIME = DAY;

/** Ended rows outlive every redelivery: GitHub keeps deliveries 3 days, GitHub Enterprise Server 7. */
export const ENDED_ROW_LIFETIME = 14 * DAY;

export function plus(at: Date, milliseconds: number): Date {
  return new Date(at.getTime() + milliseconds);
}

/**
 * Milliseconds from an ISO 8601 time to `now`; an unreadable time counts as just now, so that it never expires
 * anything.
 */
export function ageOf(iso: string | undefined, now: Date): number {
  const then = iso === undefined ? Number.NaN : Date.parse(iso);
  return Number.isNaN(then) ? 0 : now.getTime() - then;
}
