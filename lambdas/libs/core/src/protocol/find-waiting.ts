import type { Job } from '../model/job';
import type { TenantLookup } from '../model/tenant';
import type { JobStore, TenantDirectory } from '../ports';

export interface TenantJob {
  readonly job: Job;
  /** Its tenant's row. */
  readonly lookup: TenantLookup;
}

/** The jobs of all tenants that wait, oldest first, each with its tenant. */
export async function findWaiting(
  limit: number,
  jobs: Pick<JobStore, 'listWaiting'>,
  directory: Pick<TenantDirectory, 'getAll' | 'tenantsWithMark'>,
): Promise<readonly TenantJob[]> {
  const oldest = await jobs.listWaiting(limit, await directory.tenantsWithMark());
  const lookups = await directory.getAll([...new Set(oldest.map(({ installationId }) => installationId))]);
  return oldest.flatMap((job) => {
    const lookup = lookups.get(job.installationId);
    return lookup === undefined ? [] : [{ job, lookup }];
  });
}
