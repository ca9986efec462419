import type {
  AdmissionSettings,
  Bookmarks,
  Clock,
  EventBus,
  GitHub,
  GitHubApp,
  GitHubFailure,
  JobQueue,
  JobSearch,
  JobStore,
  Log,
  Metrics,
  RecoveryStore,
  TenantRegistry,
} from '@multi-tenant-runner/core';

export interface RecoveryDeps {
  readonly app: GitHubApp;
  readonly search: JobSearch;
  readonly github: Pick<GitHub, 'getInstallation'>;
  readonly recovery: RecoveryStore;
  readonly bookmarks: Bookmarks;
  readonly tenants: Pick<TenantRegistry, 'get' | 'list'>;
  readonly jobs: Pick<JobStore, 'get' | 'create' | 'change' | 'listRecent'>;
  readonly queue: Pick<JobQueue, 'sendJob'>;
  readonly bus: Pick<EventBus, 'publishLifecycle'>;
  readonly settings: AdmissionSettings;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Asked between two steps: what is left goes to the next run. */
export type OutOfTime = () => boolean;

const PAUSE = 'recovery-app-pause';

/**
 * GitHub asked the App itself to wait: every run until then leaves it alone.
 * How much the App may ask is not documented, so only GitHub's own word counts.
 */
export async function isAppPaused(deps: Pick<RecoveryDeps, 'bookmarks' | 'clock'>): Promise<boolean> {
  const until = await deps.bookmarks.readCursor(PAUSE);
  return until !== undefined && Date.parse(until) > deps.clock.now().getTime();
}

/** Notes why GitHub did not answer the App, and for how long it is left alone if it asked for that. */
export async function handleFailure(
  failure: GitHubFailure,
  what: string,
  deps: Pick<RecoveryDeps, 'bookmarks' | 'log'>,
): Promise<void> {
  if (failure.kind === 'limited') await deps.bookmarks.writeCursor(PAUSE, failure.retryAt.toISOString());
  const detail = failure.kind === 'limited' ? { retry_at: failure.retryAt.toISOString() } : { reason: failure.message };
  deps.log.warn(`GitHub did not answer the App when it ${what}; a later run tries again`, {
    answer: failure.kind,
    ...detail,
  });
}
