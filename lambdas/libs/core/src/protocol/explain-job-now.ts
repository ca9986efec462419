import { explainJob, type JobExplanation } from '../decisions/explain-job';
import { WAITING_JOB_STATES, type Job } from '../model/job';
import type { TenantLookup } from '../model/tenant';
import type { JobStore } from '../ports/jobs';

/** Bounded: a place far behind is told as "more than". */
const COUNTED = 1000;

/** Why a job does what it does, with its place among the tenant's waiting jobs where it waits for the limit. */
export async function explainJobNow(
  job: Job,
  lookup: TenantLookup,
  jobs: Pick<JobStore, 'listOpen'>,
): Promise<JobExplanation> {
  if (job.state !== 'parked') return explainJob(job, { lookup });
  const waiting = await jobs.listOpen(job.installationId, { states: WAITING_JOB_STATES, limit: COUNTED });
  const place = waiting.findIndex(({ jobId }) => jobId === job.jobId);
  return explainJob(job, { lookup, ahead: place === -1 ? waiting.length : place });
}
