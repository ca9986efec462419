import {
  JOB_QUEUE_LIFETIME,
  MINUTE,
  OPEN_RUN_STATUSES,
  ageOf,
  routeJob,
  tiersThatFit,
  type GitHubFailure,
  type ListedRun,
  type Repository,
  type ScanState,
  type WaitingJob,
} from '@multi-tenant-runner/core';
import type { CallBudget } from './call-budget';
import type { OutOfTime, RecoveryDeps } from './deps';

export type ScanDeps = Pick<
  RecoveryDeps,
  'search' | 'tenants' | 'jobs' | 'queue' | 'settings' | 'clock' | 'log' | 'metrics'
>;

/** What ends a search early. */
export interface SearchLimits {
  readonly callBudget: CallBudget;
  readonly outOfTime: OutOfTime;
}

/** `stopped`: out of time or calls; `lastRunId` is the last run that was searched. */
export type Searched =
  | { readonly kind: 'done' }
  | { readonly kind: 'stopped'; readonly lastRunId?: number }
  | { readonly kind: 'failed'; readonly failure: GitHubFailure };

/** The webhook of a job that was just queued is probably on its way. */
const WEBHOOK_TIME = 2 * MINUTE;
/** The repository is gone, renamed, or without Actions: the search continues with the others. */
const ONLY_THIS_REPOSITORY: ReadonlySet<number> = new Set([404, 409, 410, 422]);

/**
 * Searches one repository for waiting jobs, newest run first, and routes those without a row as the webhook does.
 */
export async function searchRepository(
  repository: Repository,
  state: ScanState,
  deps: ScanDeps,
  { callBudget, outOfTime }: SearchLimits,
): Promise<Searched> {
  const runs = await listRuns(repository, state, callBudget, deps);
  if ('kind' in runs) return skipOrFail(runs, repository, deps);
  let lastRunId = state.lastRunId;
  const left = [...runs]
    .filter((runId) => state.lastRunId === undefined || runId < state.lastRunId)
    .sort((a, b) => b - a);
  for (const runId of left) {
    if (outOfTime() || callBudget.closedUntil(deps.clock.now()) !== undefined)
      return { kind: 'stopped', ...(lastRunId !== undefined && { lastRunId }) };
    const listed = callBudget.record(await deps.search.listQueuedJobs(state.installationId, repository, runId));
    if (listed.kind !== 'found' && !(listed.kind === 'refused' && listed.status === 404))
      return skipOrFail(listed, repository, deps);
    if (listed.kind === 'found') for (const job of listed.jobs) await routeIfMissed(job, repository, state, deps);
    lastRunId = runId;
  }
  return { kind: 'done' };
}

/**
 * All open runs. The newest page of all runs costs one call and does not depend on GitHub's search index. For most
 * repositories it is enough: it has all runs, or all of the last day, and a search of recent ones asks for no more. A
 * run that is older and goes on, as it was started again or waited behind a gate, is in the lists of the statuses, and
 * so found by the next search of all. A repository's lists are always read to the end, even if that slightly exceeds
 * the time, as only all runs together can be ordered.
 */
async function listRuns(
  repository: Repository,
  { installationId, breadth }: ScanState,
  callBudget: CallBudget,
  deps: ScanDeps,
): Promise<ReadonlySet<number> | GitHubFailure> {
  const newest = callBudget.record(await deps.search.listNewestRuns(installationId, repository));
  if (newest.kind !== 'found') return newest;
  const runs = new Set(newest.runs.filter(({ isOpen }) => isOpen).map(({ runId }) => runId));
  if (!newest.more || (breadth === 'recent' && reachesBack(newest.runs, deps.clock.now()))) return runs;
  for (const status of OPEN_RUN_STATUSES) {
    for (let page = 1, more = true; more; page += 1) {
      const listed = callBudget.record(await deps.search.listOpenRuns(installationId, repository, { status, page }));
      if (listed.kind !== 'found') return listed;
      for (const runId of listed.runIds) runs.add(runId);
      ({ more } = listed);
    }
  }
  return runs;
}

/** Whether whatever is older waits no more, as GitHub cancels a job after a day. */
function reachesBack(newestFirst: readonly ListedRun[], now: Date): boolean {
  return ageOf(newestFirst.at(-1)?.createdAt, now) > JOB_QUEUE_LIFETIME;
}

function skipOrFail(failure: GitHubFailure, repository: Repository, deps: ScanDeps): Searched {
  if (failure.kind !== 'refused' || !ONLY_THIS_REPOSITORY.has(failure.status)) return { kind: 'failed', failure };
  deps.log.debug('GitHub does not list the runs of a repository; skipping it', {
    repository: repository.name,
    status: failure.status,
  });
  return { kind: 'done' };
}

async function routeIfMissed(
  found: WaitingJob,
  repository: Repository,
  { installationId, breadth }: ScanState,
  deps: ScanDeps,
): Promise<void> {
  const fitting = tiersThatFit(found.labels, deps.settings.tiers);
  const age = ageOf(found.queuedAt, deps.clock.now());
  // After a suspension no webhook is on its way, so there is no need to wait.
  const young = breadth !== 'everywhere' && age < WEBHOOK_TIME;
  if (fitting.length === 0 || young || age > JOB_QUEUE_LIFETIME) return;
  if ((await deps.jobs.get(installationId, found.jobId)) !== undefined) return;
  const job = {
    installationId,
    ...found,
    owner: repository.owner,
    ownerId: repository.ownerId,
    ownerType: repository.ownerType,
    repo: repository.name,
    ...(repository.id !== undefined && { repoId: repository.id }),
    isPublic: repository.isPublic,
    deliveryId: 'recovery',
  };
  const routed = await routeJob(job, fitting, {
    ...deps,
    tenants: { recent: () => undefined, read: (id) => deps.tenants.get(id) },
  });
  deps.log.info('Found a missed job', {
    tenant_id: installationId,
    job_id: found.jobId,
    outcome: routed.kind,
  });
  deps.metrics.count('JobsFound', {
    tier: routed.tier,
    properties: { tenant_id: installationId, job_id: found.jobId },
  });
}
