import { WAITING_JOB_STATES, openAtOfJob, type Job } from '../model/job';
import type { JobStore } from '../ports';

/** Tenants that are asked at once. */
const AT_ONCE = 16;

/**
 * The jobs of all tenants that wait, oldest first. Costs a read of each tenant that has something open, and no more
 * rows of one than are asked for.
 */
export async function findWaiting(
  limit: number,
  { jobs }: { readonly jobs: Pick<JobStore, 'tenantsWithOpen' | 'listOpen'> },
): Promise<readonly Job[]> {
  const tenants = await jobs.tenantsWithOpen();
  let oldest: Job[] = [];
  for (let from = 0; from < tenants.length; from += AT_ONCE) {
    const asked = tenants.slice(from, from + AT_ONCE);
    const found = await Promise.all(asked.map((id) => jobs.listOpen(id, { states: WAITING_JOB_STATES, limit })));
    oldest = [...oldest, ...found.flat()].sort(byAge).slice(0, limit);
  }
  return oldest;
}

function byAge(one: Job, other: Job): number {
  return openAtOfJob(one) < openAtOfJob(other) ? -1 : 1;
}
