import type { Clock, GitHubFailure } from '@multi-tenant-runner/core';
import { isSecondary, type Budgets, type Headers } from './budgets';
import { decideFailure, parseFailedRequest } from './read-failure';
import type { Request } from './requests';

/** One request, with what it leaves of the installation's allowance. */
export interface BudgetedRequest {
  readonly installationId: number;
  readonly route: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
}

export type BudgetedAnswer = {
  readonly kind: 'answer';
  readonly status: number;
  readonly data: unknown;
  readonly headers: Headers;
};

/** Sends a request and records what GitHub says about the rate limit, in an answer and in a refusal alike. */
export async function sendWithinBudget(
  { installationId, route, parameters }: BudgetedRequest,
  request: Request,
  budgets: Budgets,
  clock: Clock,
): Promise<BudgetedAnswer | GitHubFailure> {
  try {
    const { status, data, headers }: { status: number; data: unknown; headers: Headers } = await request(route, {
      ...parameters,
    });
    budgets.record(installationId, route, headers);
    return { kind: 'answer', status, data, headers };
  } catch (error) {
    const failed = parseFailedRequest(error);
    const failure = decideFailure(failed, clock.now());
    budgets.record(installationId, route, failed.headers);
    return failure.kind === 'limited' && isSecondary(failed)
      ? { kind: 'limited', retryAt: budgets.pause(installationId, failed) }
      : failure;
  }
}
