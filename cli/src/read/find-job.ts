import type { Job, TenantLookup } from '@multi-tenant-runner/core';
import type { Fleet } from '../fleet';
import { notFound, usage } from '../problem';
import { findTenant } from './find-tenant';
import { parseJobName } from './parse-job';

/** A job as the command line names it. */
export interface JobRef {
  /** Its id, or the address of its page. */
  readonly job: string;
  readonly tenant?: string;
}

/** @throws Problem when there is none, or when it is not clear whose it is */
export async function findJob(
  { job: name, tenant }: JobRef,
  { directory, jobs }: Pick<Fleet, 'directory' | 'jobs'>,
): Promise<{ readonly job: Job; readonly lookup: TenantLookup }> {
  const { jobId, owner } = parseJobName(name);
  const tenantName = tenant ?? owner;
  if (tenantName === undefined) throw usage(`Whose job is ${jobId}? Give the address of its page, or --tenant.`);
  const lookup = await findTenant(tenantName, directory);
  const job = await jobs.get(lookup.installationId, jobId);
  if (job === undefined)
    throw notFound(
      `${tenantName} has no job ${jobId} here: GitHub did not send it, its labels are no size of ours, or it ended ` +
        'more than 14 days ago. The App\'s "Recent Deliveries" at GitHub have our answer.',
    );
  return { job, lookup };
}
