import { explainJob, type JobExplanation } from '../decisions/explain-job';
import { WAITING_JOB_STATES, openAtOfJob, type Job } from '../model/job';
import type { TenantLookup } from '../model/tenant';
import type { JobStore } from '../ports/jobs';

/** Bounded: a place far behind is told as "more than". */
const COUNTED = 1000;
const PAGE = 100;

/** Why a job does what it does, with its place among the tenant's waiting jobs where it waits for the limit. */
export async function explainJobNow(
  job: Job,
  lookup: TenantLookup,
  jobs: Pick<JobStore, 'pageIndexed'>,
): Promise<JobExplanation> {
  if (job.state !== 'parked' || (job.reason ?? 'limit') !== 'limit') return explainJob(job, { lookup });
  return explainJob(job, { lookup, ahead: await countAhead(job, jobs) });
}

/** Reads no further than to the job itself. What a launch leads to has its slot, and stands in no line. */
async function countAhead(job: Job, jobs: Pick<JobStore, 'pageIndexed'>): Promise<number> {
  const own = openAtOfJob(job);
  let ahead = 0;
  for (let after: string | undefined; ahead < COUNTED; ) {
    const { rows, next } = await jobs.pageIndexed(job.installationId, { limit: PAGE, ...(after && { after }) });
    ahead += rows.filter((row) => waits(row) && openAtOfJob(row) < own).length;
    if (next === undefined || next >= own) break;
    after = next;
  }
  return Math.min(ahead, COUNTED);
}

const waits = ({ state }: Job): boolean => (WAITING_JOB_STATES as readonly string[]).includes(state);
