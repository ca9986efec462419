import { MINUTE, plus } from '../model/time';

/** `launch`: a job waits for the answer. `housekeeping`: looks, deletions and searches, which can wait an hour. */
export type Purpose = 'launch' | 'housekeeping';

/** One of an installation's hourly allowances of calls, as GitHub's last answer gave it. */
export interface Allowance {
  readonly limit: number;
  readonly remaining: number;
  readonly resetAt: Date;
}

const AFTER_HALF = 15 * MINUTE;

/** Left to launches: a tenth, and never less than a burst of jobs needs. */
export function reserveOf({ limit }: Pick<Allowance, 'limit'>): number {
  return Math.max(50, Math.ceil(limit / 10));
}

/** When a call may be made, if not now. An allowance whose hour is over says nothing any more. */
export function decideCall(
  known: { readonly allowance?: Allowance; readonly pausedUntil?: Date },
  purpose: Purpose,
  now: Date,
): Date | undefined {
  const { allowance, pausedUntil } = known;
  if (pausedUntil !== undefined && pausedUntil > now) return pausedUntil;
  if (allowance === undefined || allowance.resetAt <= now) return undefined;
  const kept = purpose === 'housekeeping' ? reserveOf(allowance) : 0;
  return allowance.remaining <= kept ? allowance.resetAt : undefined;
}

/**
 * When a search for missed jobs goes on, if not now. It needs many calls, so it rests from the half on and reaches the
 * reserve slowly.
 */
export function decideSearchPause(allowance: Allowance, now: Date): Date | undefined {
  const closed = decideCall({ allowance }, 'housekeeping', now);
  if (closed !== undefined) return closed;
  return allowance.remaining < allowance.limit / 2 ? plus(now, AFTER_HALF) : undefined;
}
