import { decideSearchPause, type Allowance, type GitHubFailure, type Spending } from '@multi-tenant-runner/core';

/** GitHub calls for one tenant in one run: the rest of the run is the others'. */
const CALLS_A_VISIT = 100;

/** The calls of one visit. Starting runners comes first, so a search stops long before the allowance is used up. */
export class CallBudget {
  private spent = 0;
  private last: Allowance | undefined;

  record<T extends Spending | GitHubFailure>(answer: T): T {
    this.spent += 1;
    if ('budget' in answer && answer.budget !== undefined) this.last = answer.budget;
    return answer;
  }

  /** Until when to leave the installation alone; undefined: not yet. */
  closedUntil(now: Date): Date | undefined {
    const pause = this.last && decideSearchPause(this.last, now);
    return pause ?? (this.spent >= CALLS_A_VISIT ? now : undefined);
  }
}
