import type { Admissions, AdmittedJob, Job, TenantRegistry } from '@multi-tenant-runner/core';
import { applyChanges } from './apply-changes';
import { fitsJobGuard, type InMemoryJobStore } from './job-store';
import type { InMemoryLaunchStore } from './launch-store';
import type { InMemoryTenantRegistry } from './tenant-registry';

export interface InMemoryTables {
  readonly tenants: Pick<InMemoryTenantRegistry, 'takeSlot'> & Pick<TenantRegistry, 'get'>;
  readonly jobs: Pick<InMemoryJobStore, 'rows'>;
  readonly launches: Pick<InMemoryLaunchStore, 'rows'>;
}

/** The rows of the three stores, changed together: nothing here waits, so nothing comes between. */
export function createInMemoryAdmissions({ tenants, jobs, launches }: InMemoryTables): Admissions {
  return {
    admit: async ({ job, launch, limit }) => {
      const { installationId, launchId, jobId } = launch;
      const jobKey = `${installationId}/${jobId}`;
      const launchKey = `${installationId}/${launchId}`;
      const standing = jobs.rows.get(jobKey);
      const after = rowAfter(job, standing);
      if (after === undefined) return { kind: 'job', ...(standing && { row: standing }) };
      const begun = launches.rows.get(launchKey);
      if (begun !== undefined) return { kind: 'launch', row: begun };
      if (!tenants.takeSlot(installationId, launchId, limit))
        return { kind: 'tenant', lookup: await tenants.get(installationId) };
      jobs.rows.set(jobKey, after);
      launches.rows.set(launchKey, launch);
      return { kind: 'admitted' };
    },
  };
}

/** Undefined: the row as it is forbids the write. */
function rowAfter(job: AdmittedJob, standing: Job | undefined): Job | undefined {
  if (job.kind === 'new') return standing === undefined ? job.row : undefined;
  return standing !== undefined && fitsJobGuard(standing, job.guard) ? applyChanges(standing, job.changes) : undefined;
}
