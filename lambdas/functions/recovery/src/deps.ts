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

/** Checked between two steps: the next run continues with the rest. */
export type OutOfTime = () => boolean;

const PAUSE = 'recovery-app-pause';

/**
 * GitHub asked the App itself to wait: no run calls GitHub as the App before then. The App's own rate limit is not
 * documented, so only GitHub's responses count.
 */
export async function isAppPaused(deps: Pick<RecoveryDeps, 'bookmarks' | 'clock'>): Promise<boolean> {
  const until = await deps.bookmarks.readCursor(PAUSE);
  return until !== undefined && Date.parse(until) > deps.clock.now().getTime();
}

/** Logs why GitHub did not answer the App, and stores until when to wait if GitHub asked for that. */
export async function handleFailure(
  failure: GitHubFailure,
  what: string,
  deps: Pick<RecoveryDeps, 'bookmarks' | 'log'>,
): Promise<void> {
  if (failure.kind === 'limited') await deps.bookmarks.writeCursor(PAUSE, failure.retryAt.toISOString());
  const detail = failure.kind === 'limited' ? { retry_at: failure.retryAt.toISOString() } : { reason: failure.message };
  deps.log.warn(`GitHub did not answer when the App ${what}; a later run tries again`, {
    answer: failure.kind,
    ...detail,
  });
}
