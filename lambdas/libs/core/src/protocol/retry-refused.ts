import type { JobReason } from '../model/job';
import { explainWait } from '../transitions';
import { dispatchNextJobs, type DispatchDeps } from './dispatch-next-jobs';

/** What a job waits for that an owner of its account can change at GitHub. */
const AT_GITHUB: ReadonlySet<JobReason | undefined> = new Set<JobReason>(['github-refused', 'no-runner-group']);

/** Of a tenant's open jobs, the oldest; the others are due by themselves within the hour. */
const RETRIED_AT_ONCE = 1_000;

/**
 * What GitHub refused may be granted now: the jobs that wait for it are due at once. Each is a write of its own, so a
 * repeat goes on where this was cut off.
 */
export async function retryRefused(installationId: number, deps: DispatchDeps): Promise<void> {
  const now = deps.clock.now();
  const { rows } = await deps.jobs.pageIndexed(installationId, { limit: RETRIED_AT_ONCE });
  for (const job of rows.filter(({ state }) => state === 'parked')) {
    if (!AT_GITHUB.has(job.reason) || job.nextTry === undefined || Date.parse(job.nextTry) <= now.getTime()) continue;
    await explainWait(job, { nextTry: now.toISOString() }, deps);
  }
  await dispatchNextJobs(installationId, deps);
}
