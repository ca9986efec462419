import { SECOND } from '../model/time';
import type { Rate } from '../ports/budgets';

export type BucketDecision =
  | { readonly kind: 'taken'; readonly fullAt: number }
  | { readonly kind: 'refused'; readonly retryAt: number };

/** Milliseconds: far below a token, and above what sums of intervals such as a third lose. */
const ROUNDING = 1e-3;

/**
 * A token bucket as one number: the time at which it is full again, in milliseconds. Each token puts that off by one
 * interval, and no further ahead than the whole bucket takes to fill.
 */
export function decideTake(fullAt: number | undefined, tokens: number, rate: Rate, now: number): BucketDecision {
  const interval = SECOND / rate.perSecond;
  const next = Math.max(fullAt ?? now, now) + tokens * interval;
  const latest = now + Math.max(rate.burst, tokens) * interval;
  return next <= latest + ROUNDING
    ? { kind: 'taken', fullAt: next }
    : { kind: 'refused', retryAt: now + next - latest };
}
