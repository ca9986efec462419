import { MINUTE, plus, type GitHubFailure, type Spending } from '@multi-tenant-runner/core';

/** GitHub calls for one tenant in one run, so that every tenant has its turn. */
const CALLS_A_VISIT = 100;
/** How long the search rests once half of the rate limit is used up. */
const AFTER_HALF = 15 * MINUTE;

/**
 * Counts the GitHub calls of one visit. Starting runners comes first: a search stops long before the installation's
 * rate limit is used up.
 */
export class CallBudget {
  private calls = 0;
  private last: NonNullable<Spending['budget']> | undefined;

  record<T extends Spending | GitHubFailure>(answer: T): T {
    this.calls += 1;
    if ('budget' in answer && answer.budget !== undefined) this.last = answer.budget;
    return answer;
  }

  /** When the search may go on; undefined: now. */
  closedUntil(now: Date): Date | undefined {
    if (this.last !== undefined && this.last.remaining < this.last.limit / 10) return this.last.resetAt;
    if (this.last !== undefined && this.last.remaining < this.last.limit / 2) return plus(now, AFTER_HALF);
    return this.calls >= CALLS_A_VISIT ? now : undefined;
  }
}
