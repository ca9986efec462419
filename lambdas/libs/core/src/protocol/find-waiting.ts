import { WAITING_JOB_STATES, openAtOfJob, type Job } from '../model/job';
import type { TenantLookup } from '../model/tenant';
import type { JobStore } from '../ports';

/** Tenants that are asked at once. */
const AT_ONCE = 16;

export interface TenantJob {
  readonly job: Job;
  /** Its tenant's row. */
  readonly lookup: TenantLookup;
}

/**
 * The jobs of all tenants that wait, oldest first. Costs a read of each tenant that has something open, no more rows of
 * one than are asked for, and the rows of the tenants that are among them.
 */
export async function findWaiting(
  limit: number,
  jobs: Pick<JobStore, 'tenantsWithOpen' | 'listOpen'>,
  lookUp: (installationId: number) => Promise<TenantLookup>,
): Promise<readonly TenantJob[]> {
  const tenants = await jobs.tenantsWithOpen();
  let oldest: Job[] = [];
  for (let from = 0; from < tenants.length; from += AT_ONCE) {
    const asked = tenants.slice(from, from + AT_ONCE);
    const found = await Promise.all(asked.map((id) => jobs.listOpen(id, { states: WAITING_JOB_STATES, limit })));
    oldest = [...oldest, ...found.flat()].sort(byAge).slice(0, limit);
  }
  const lookups = new Map<number, Promise<TenantLookup>>();
  const lookupOf = (installationId: number): Promise<TenantLookup> => {
    const lookup = lookups.get(installationId) ?? lookUp(installationId);
    lookups.set(installationId, lookup);
    return lookup;
  };
  return Promise.all(oldest.map(async (job) => ({ job, lookup: await lookupOf(job.installationId) })));
}

function byAge(one: Job, other: Job): number {
  return openAtOfJob(one) < openAtOfJob(other) ? -1 : 1;
}
