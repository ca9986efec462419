import {
  JOB_QUEUE_LIFETIME,
  MINUTE,
  OPEN_RUN_STATUSES,
  ageOf,
  routeJob,
  tiersThatFit,
  type GitHubFailure,
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

/** `stopped`: the time is up; `lastRunId` is the last run that was looked into. */
export type Searched =
  | { readonly kind: 'done' }
  | { readonly kind: 'stopped'; readonly lastRunId?: number }
  | { readonly kind: 'failed'; readonly failure: GitHubFailure };

/** The webhook of a job that was just queued is most likely on its way. */
const WEBHOOK_TIME = 2 * MINUTE;
/** Gone, renamed, or without Actions: the other repositories are looked at all the same. */
const ONLY_THIS_REPOSITORY: ReadonlySet<number> = new Set([404, 409, 410, 422]);

/**
 * Looks for waiting jobs in one repository and sends those without a row through the webhook's own admission. Newest
 * run first.
 */
export async function searchRepository(
  repository: Repository,
  state: ScanState,
  callBudget: CallBudget,
  deps: ScanDeps,
  outOfTime: OutOfTime,
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
    if (listed.kind === 'found') for (const job of listed.jobs) await admitIfUnheard(job, repository, state, deps);
    lastRunId = runId;
  }
  return { kind: 'done' };
}

/**
 * All that are not over. The lists of a repository are read to their end, even if that takes a little longer than the
 * visit may: its runs have an order only as a whole.
 */
async function listRuns(
  repository: Repository,
  { installationId }: ScanState,
  callBudget: CallBudget,
  deps: ScanDeps,
): Promise<ReadonlySet<number> | GitHubFailure> {
  const runs = new Set<number>();
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

function skipOrFail(failure: GitHubFailure, repository: Repository, deps: ScanDeps): Searched {
  if (failure.kind !== 'refused' || !ONLY_THIS_REPOSITORY.has(failure.status)) return { kind: 'failed', failure };
  deps.log.debug('GitHub does not show the runs of a repository, which is left out of the search', {
    repository: repository.name,
    status: failure.status,
  });
  return { kind: 'done' };
}

async function admitIfUnheard(
  found: WaitingJob,
  repository: Repository,
  { installationId, breadth }: ScanState,
  deps: ScanDeps,
): Promise<void> {
  const fitting = tiersThatFit(found.labels, deps.settings.tiers);
  const age = ageOf(found.queuedAt, deps.clock.now());
  // After a suspension nothing is on its way, so nothing is waited for.
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
  deps.log.info('Found a job that no webhook told of', {
    tenant_id: installationId,
    job_id: found.jobId,
    outcome: routed.kind,
  });
  deps.metrics.count('JobsFound', {
    tier: routed.tier,
    properties: { tenant_id: installationId, job_id: found.jobId },
  });
}
