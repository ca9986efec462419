import {
  fleetSlotOf,
  givesSlotBack,
  leadsTo,
  type AdmissionAnswer,
  type Admissions,
  type AdmittedJob,
  type Job,
} from '@multi-tenant-runner/core';
import { applyChanges } from './apply-changes';
import { fitsJobGuard, type InMemoryJobStore } from './job-store';
import type { InMemoryFleetSlots } from './fleet-slots';
import { fitsLaunchGuard, type InMemoryLaunchStore } from './launch-store';
import type { InMemoryTenantRegistry } from './tenant-registry';
import type { InMemoryUsageLedger } from './usage-ledger';

export interface InMemoryTables {
  readonly tenants: Pick<InMemoryTenantRegistry, 'get' | 'hasSlot' | 'isAsExpected' | 'takeSlot' | 'giveSlotBack'>;
  readonly jobs: Pick<InMemoryJobStore, 'rows'>;
  readonly launches: Pick<InMemoryLaunchStore, 'rows'>;
  readonly fleetSlots: Pick<InMemoryFleetSlots, 'hasRoom' | 'take' | 'free'>;
  readonly usage: Pick<InMemoryUsageLedger, 'record' | 'standing'>;
}

/** The rows of all the stores, changed together: nothing here waits, so nothing comes between. */
export function createInMemoryAdmissions({ tenants, jobs, launches, fleetSlots, usage }: InMemoryTables): Admissions {
  const admissions: Admissions = {
    read: async ({ installationId, launchId, jobIds }) => {
      const launch = launches.rows.get(`${installationId}/${launchId}`);
      const found = jobIds.flatMap((jobId) => jobs.rows.get(`${installationId}/${jobId}`) ?? []);
      const lookup = await tenants.get(installationId);
      return { lookup, ...(launch && { launch }), jobs: new Map(found.map((job) => [job.jobId, job])) };
    },
    admit: async ({ job, launch, limit, shareLimit, expected }) => {
      const { installationId, launchId, jobId } = launch;
      const jobKey = `${installationId}/${jobId}`;
      const launchKey = `${installationId}/${launchId}`;
      const standing = jobs.rows.get(jobKey);
      const after = rowAfter(job, standing);
      if (after === undefined) return { kind: 'job', ...(standing && { row: standing }) };
      const begun = launches.rows.get(launchKey);
      if (begun !== undefined) return { kind: 'launch', row: begun };
      const { fleetShare } = launch;
      const isCounted = fleetShare !== undefined && shareLimit !== undefined;
      if (!tenants.hasSlot(installationId, limit) || !tenants.isAsExpected(installationId, expected))
        return { kind: 'tenant', lookup: await tenants.get(installationId) };
      if (isCounted && !fleetSlots.hasRoom(fleetShare, shareLimit)) return { kind: 'share' };
      tenants.takeSlot(installationId, limit);
      if (isCounted) fleetSlots.take(fleetShare, fleetSlotOf(launch));
      jobs.rows.put(jobKey, after, { isCovered: true, ...(leadsTo(launchId, after.jobId) && { isIndexed: false }) });
      launches.rows.set(launchKey, launch);
      return { kind: 'admitted' };
    },
    admitAll: async (requests) => {
      const answers: AdmissionAnswer[] = [];
      for (const request of requests) answers.push(await admissions.admit(request));
      return answers;
    },
    release: async ({ installationId, launchId, guard, changes, fleetShare, life, jobBack }) => {
      const isGivenBack = givesSlotBack(guard.from);
      const key = `${installationId}/${launchId}`;
      const row = launches.rows.get(key);
      if (row === undefined || !fitsLaunchGuard(row, guard)) return { kind: 'launch', ...(row && { row }) };
      const jobKey = `${installationId}/${jobBack?.jobId}`;
      const job = jobs.rows.get(jobKey);
      if (jobBack !== undefined && (job === undefined || !fitsJobGuard(job, jobBack.guard))) return { kind: 'job' };
      const standing = life && usage.standing(life);
      if (standing !== undefined) return { kind: 'recorded', life: standing };
      if (life !== undefined) usage.record(life);
      launches.rows.set(key, applyChanges(row, { ...changes, version: row.version + 1 }));
      if (jobBack !== undefined && job !== undefined) jobs.rows.put(jobKey, job, { isIndexed: true });
      if (isGivenBack) tenants.giveSlotBack(installationId);
      // It changes its map before it first waits for anything.
      if (fleetShare !== undefined) void fleetSlots.free(fleetShare, fleetSlotOf({ installationId, launchId }));
      return { kind: 'released' };
    },
  };
  return admissions;
}

/** Undefined: the row as it is forbids the write. */
function rowAfter(job: AdmittedJob, standing: Job | undefined): Job | undefined {
  if (job.kind === 'new') return standing === undefined ? job.row : undefined;
  return standing !== undefined && fitsJobGuard(standing, job.guard) ? applyChanges(standing, job.changes) : undefined;
}
