import { HOUR, MINUTE, SECOND, decideTake, type Bookmarks, type CheckStep, type Rate } from '@multi-tenant-runner/core';

/** What a tenant's checks have used, and until when GitHub wants none. */
export interface CheckBudget {
  /** Of the bucket: when it is full again, in milliseconds. */
  readonly fullAt?: number;
  /** ISO 8601. */
  readonly notBefore?: string;
}

/**
 * Writes of one installation. GitHub takes 80 a minute and 500 an hour of all that an App writes there.
 * https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
 */
export const CHECK_RATE: Rate = { perSecond: 120 / (HOUR / SECOND), burst: 30 };
/** An installation that gives no right to write checks is asked again after this long. */
export const WITHOUT_RIGHT = HOUR;
/** After GitHub gave no answer. */
export const UNANSWERED = 2 * MINUTE;

/** A check that goes on is paid together with its end, so that there is always enough to end it. */
const PRICE: Readonly<Record<CheckStep['kind'], number>> = {
  open: 2,
  settle: 2,
  tell: 1,
  change: 1,
  close: 0,
  forget: 0,
};

/** The budget after the step; undefined: there is not enough left. Pure. */
export function payFor(step: CheckStep, budget: CheckBudget, now: Date): CheckBudget | undefined {
  const price = PRICE[step.kind];
  if (price === 0) return budget;
  const taken = decideTake(budget.fullAt, price, CHECK_RATE, now.getTime());
  return taken.kind === 'taken' ? { ...budget, fullAt: taken.fullAt } : undefined;
}

export function isClosed({ notBefore }: CheckBudget, now: Date): boolean {
  return notBefore !== undefined && Date.parse(notBefore) > now.getTime();
}

const nameOf = (installationId: number): string => `checks-${installationId}`;

export async function readCheckBudget(installationId: number, bookmarks: Bookmarks): Promise<CheckBudget> {
  const text = await bookmarks.readCursor(nameOf(installationId));
  // Only the function below writes it.
  return text === undefined ? {} : (JSON.parse(text) as CheckBudget);
}

export async function writeCheckBudget(
  installationId: number,
  { before, after }: { readonly before: CheckBudget; readonly after: CheckBudget },
  bookmarks: Bookmarks,
): Promise<void> {
  const text = JSON.stringify(after);
  if (text !== JSON.stringify(before)) await bookmarks.writeCursor(nameOf(installationId), text);
}
