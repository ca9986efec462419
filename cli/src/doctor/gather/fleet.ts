import { holdsSlot, isGated, type Job, type Launch, type TenantLookup } from '@multi-tenant-runner/core';
import type { Fleet } from '../../fleet';
import type { FleetFact, JobFact, LaunchFact, TenantFact } from '../facts';

/** So many tenants, and rows of one, are looked at; of a larger fleet it is a sample. */
const TENANTS = 1_000;
const ROWS = 200;
const AT_ONCE = 16;
const STATUSES = ['active', 'suspended'] as const;

export interface Registered {
  readonly ids: readonly number[];
  readonly partial: boolean;
}

export async function listRegistered({ directory }: Pick<Fleet, 'directory'>): Promise<Registered> {
  const pages = await Promise.all(STATUSES.map((status) => directory.list(status, { limit: TENANTS })));
  return {
    ids: pages.flatMap(({ tenants }) => tenants.map(({ installationId }) => installationId)),
    partial: pages.some(({ next }) => next !== undefined),
  };
}

export async function findFleet(
  { ids, partial }: Registered,
  fleet: Pick<Fleet, 'directory' | 'jobs' | 'launches'>,
): Promise<FleetFact> {
  const tenants: TenantFact[] = [];
  const launches: LaunchFact[] = [];
  const jobs: JobFact[] = [];
  for (let from = 0; from < ids.length; from += AT_ONCE)
    await Promise.all(
      ids.slice(from, from + AT_ONCE).map(async (id) => {
        const lookup = await fleet.directory.get(id);
        const open = await fleet.launches.listOpen(id);
        tenants.push(tenantOf(lookup, open.filter(holdsSlot).length));
        launches.push(...open.map(launchOf));
        jobs.push(...(await fleet.jobs.listOpen(id, { limit: ROWS })).map(jobOf));
      }),
    );
  return { tenants, launches, jobs, isSample: partial };
}

function tenantOf(lookup: TenantLookup, launchesWithSlot: number): TenantFact {
  const problems = (lookup.problems ?? []).map(({ attribute, problem }) => `${attribute} ${problem}`);
  if (lookup.kind !== 'tenant')
    return {
      name: String(lookup.installationId),
      ...{ slots: launchesWithSlot, launchesWithSlot, maxRunners: launchesWithSlot },
      ...{ isUser: false, openCircuits: [], problems },
    };
  const { orgName, orgType, slotsHeld, maxRunners, circuits } = lookup.tenant;
  return {
    name: orgName,
    slots: slotsHeld,
    launchesWithSlot,
    maxRunners,
    isUser: orgType === 'User',
    openCircuits: [...circuits].filter(([, { openedAt }]) => openedAt !== undefined).map(([size]) => size),
    problems,
  };
}

function launchOf({ launchId, state, updatedAt, instanceId, reports }: Launch): LaunchFact {
  const runnerVersion = reports?.runnerVersion;
  return {
    launchId,
    state,
    updatedAt,
    ...(instanceId !== undefined && { instanceId }),
    ...(runnerVersion !== undefined && { runnerVersion }),
  };
}

function jobOf(job: Job): JobFact {
  const { jobId, state, reason, queuedAt, nextTry } = job;
  return {
    jobId,
    state,
    queuedAt,
    gated: isGated(job),
    ...(reason !== undefined && { reason }),
    ...(nextTry !== undefined && { nextTry }),
  };
}
