import {
  instantOf,
  type AppInstallation,
  type Clock,
  type DeliveryAttempt,
  type GitHubApp,
  type GitHubFailure,
} from '@multi-tenant-runner/core';
import type { InMemoryGitHub } from './github-model';

export interface InMemoryGitHubApp extends GitHubApp {
  /** Newest first, as GitHub lists them. */
  readonly attempts: DeliveryAttempt[];
  /** GUIDs in the order in which they were asked for again. */
  readonly asked: string[];
  readonly pageSize: { value: number };
  /** `none`: an older GitHub, which lists everything whatever it is asked for. */
  filter: 'by-status' | 'none';
  /** Whose key the functions have. */
  appId: number;
  /** An attempt of now, under a new GUID unless one is given. */
  deliver(attempt: Partial<DeliveryAttempt> & { readonly succeeded: boolean }): DeliveryAttempt;
  /** An attempt without an answer, such as a time-out, which GitHub may not list among the failures. */
  deliverInVain(attempt?: Partial<DeliveryAttempt>): DeliveryAttempt;
  /** What a redelivery comes to; by default it succeeds. */
  onRedelivery(outcome: (guid: string) => 'succeeds' | 'fails' | 'never-shows'): void;
  fail(failure: GitHubFailure, options?: { readonly method?: keyof GitHubApp; readonly times?: number }): () => void;
}

/** The App's view of the same GitHub: its installations are the ones that `github` knows. */
export function createInMemoryGitHubApp({
  clock,
  github,
}: {
  readonly clock: Clock;
  readonly github: Pick<InMemoryGitHub, 'installations'>;
}): InMemoryGitHubApp {
  const attempts: DeliveryAttempt[] = [];
  const unanswered = new Set<string>();
  const asked: string[] = [];
  const pageSize = { value: 100 };
  const faults = new Set<{ readonly failure: GitHubFailure; readonly method?: keyof GitHubApp; left: number }>();
  let outcomeOf: (guid: string) => 'succeeds' | 'fails' | 'never-shows' = () => 'succeeds';
  let count = 0;

  const faultOf = (method: keyof GitHubApp): GitHubFailure | undefined => {
    for (const fault of faults) {
      if ((fault.method ?? method) !== method) continue;
      fault.left -= 1;
      if (fault.left <= 0) faults.delete(fault);
      return fault.failure;
    }
    return undefined;
  };
  const deliver: InMemoryGitHubApp['deliver'] = (given) => {
    count += 1;
    const attempt = {
      id: String(count),
      guid: `guid-${count}`,
      deliveredAt: clock.now().toISOString(),
      redelivery: false,
      event: 'workflow_job',
      ...given,
    };
    attempts.unshift(attempt);
    return attempt;
  };

  const app: InMemoryGitHubApp = {
    attempts,
    asked,
    pageSize,
    appId: 4711,
    deliver,
    deliverInVain: (attempt) => {
      const delivered = deliver({ ...attempt, succeeded: false });
      unanswered.add(delivered.id);
      return delivered;
    },
    filter: 'by-status',
    onRedelivery: (outcome) => void (outcomeOf = outcome),
    fail: (failure, { method, times = Number.POSITIVE_INFINITY } = {}) => {
      const fault = { failure, left: times, ...(method && { method }) };
      faults.add(fault);
      return () => faults.delete(fault);
    },
    getApp: async () => faultOf('getApp') ?? { kind: 'app', appId: app.appId },
    listDeliveries: async (cursor, only) => {
      const fault = faultOf('listDeliveries');
      if (fault !== undefined) return fault;
      const rest = attempts.filter(
        ({ id, succeeded }) =>
          (cursor === undefined || Number(id) < Number(cursor)) &&
          (only === undefined || app.filter === 'none' || (!succeeded && !unanswered.has(id))),
      );
      const page = rest.slice(0, pageSize.value);
      const last = page.at(-1);
      return {
        kind: 'page',
        attempts: page,
        ...(last !== undefined && rest.length > page.length && { cursor: last.id }),
      };
    },
    redeliver: async (attemptId) => {
      const fault = faultOf('redeliver');
      if (fault !== undefined) return fault;
      const attempt = attempts.find(({ id }) => id === attemptId);
      if (attempt === undefined) return { kind: 'refused', status: 404, message: 'Not Found' };
      asked.push(attempt.guid);
      const outcome = outcomeOf(attempt.guid);
      const { id: _id, deliveredAt: _deliveredAt, ...same } = attempt;
      if (outcome !== 'never-shows') deliver({ ...same, redelivery: true, succeeded: outcome === 'succeeds' });
      return { kind: 'asked' };
    },
    listInstallations: async (page) => {
      const fault = faultOf('listInstallations');
      if (fault !== undefined) return fault;
      const all = [...github.installations].map(([installationId, one]): AppInstallation => {
        const changedAt = instantOf(one.changedAt);
        const account =
          one.accountId === undefined
            ? ({ kind: 'unknown' } as const)
            : ({ kind: 'owner', id: one.accountId, login: one.login, type: one.type ?? 'Organization' } as const);
        return { installationId, account, suspended: one.suspended, ...(changedAt !== undefined && { changedAt }) };
      });
      const from = (page - 1) * pageSize.value;
      return {
        kind: 'page',
        installations: all.slice(from, from + pageSize.value),
        more: all.length > from + pageSize.value,
      };
    },
  };
  return app;
}
