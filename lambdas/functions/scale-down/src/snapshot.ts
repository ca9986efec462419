import {
  belongsTo,
  githubLimitedUntil,
  jobIdOfLaunch,
  type Job,
  type Launch,
  type Machine,
  type TenantLookup,
  type Tiers,
} from '@multi-tenant-runner/core';
import type { RunnerLimits } from './decide-runner';

/** What one visit knows of one tenant, machines read before rows: pages of its open rows, and what these refer to. */
export interface Rows {
  readonly lookup: TenantLookup;
  /** All of them. Not terminated, not shutting down. */
  readonly machines: readonly Machine[];
  /** The slots of the fleet; absent: it has no limit. */
  readonly fleetSlots?: ReadonlySet<string>;
  /** Not ended. */
  readonly launches: readonly Launch[];
  /** Whether these are all that the tenant has. */
  readonly allLaunches: boolean;
  /** Not ended, oldest first: those of the tenant's index. */
  readonly jobs: readonly Job[];
  /** Whether these are all that the index has. */
  readonly allJobs: boolean;
  /** Not ended and not of the page: what launches of the page lead to, as far as it was looked up. */
  readonly led?: readonly Job[];
  /** What was looked up by key. A job that was not, and is not of the page, may be open or over. */
  readonly lookedUp?: ReadonlySet<number>;
  /** Open rows beyond the pages that rows of the pages refer to. */
  readonly others?: { readonly launches: readonly Launch[]; readonly jobs: readonly Job[] };
  /** How many open launches there are, where these are not all; absent: an earlier visit of the round has asked. */
  readonly openLaunches?: number;
  /** Where the last visit stopped among machines that no launch of its page accounts for. */
  readonly checked?: { readonly machine?: string };
}

export interface Snapshot extends Rows {
  /** By id. */
  readonly launch: ReadonlyMap<string, Launch>;
  readonly job: ReadonlyMap<number, Job>;
  /** It was looked up, and is not open. */
  isJobOver(jobId: number): boolean;
  /** The jobs that launches of the page lead to, by the first launch that does. */
  readonly ledBy: ReadonlyMap<string, Job>;
  machineOf(launch: Launch): Machine | undefined;
}

export interface SweepLimits extends RunnerLimits {
  /** Milliseconds. */
  readonly grace: number;
  /** Those that are configured. */
  readonly tiers: Tiers;
}

/** The rows with what finds one of them at once: a tenant may have thousands of each kind. */
export function createSnapshot(rows: Rows): Snapshot {
  const byId = new Map(rows.machines.map((machine) => [machine.instanceId, machine]));
  const byToken = new Map(
    rows.machines.map((machine) => [startedBy(machine.clientToken, machine.launchIndex), machine]),
  );
  const launches = [...rows.launches, ...(rows.others?.launches ?? [])];
  const led = new Map((rows.led ?? []).map((job) => [job.jobId, job]));
  const jobs = [...rows.jobs, ...led.values(), ...(rows.others?.jobs ?? [])];
  const open = new Map(jobs.map((job) => [job.jobId, job]));
  const ledBy = new Map<string, Job>();
  for (const { launchId } of rows.launches) {
    const job = led.get(jobIdOfLaunch(launchId));
    if (job === undefined) continue;
    ledBy.set(launchId, job);
    led.delete(job.jobId);
  }
  return {
    ...rows,
    ledBy,
    isJobOver: (jobId) => rows.lookedUp?.has(jobId) === true && !open.has(jobId),
    launch: new Map(launches.map((launch) => [launch.launchId, launch])),
    job: open,
    machineOf: (launch) => {
      const machine =
        launch.instanceId === undefined
          ? byToken.get(startedBy(launch.intent?.clientToken, launch.intent?.group?.index))
          : byId.get(launch.instanceId);
      return machine !== undefined && belongsTo(machine, launch) ? machine : undefined;
    },
  };
}

/** One machine of one call. */
const startedBy = (clientToken = '', index = 0): string => `${clientToken} ${index}`;

/** GitHub limits the tenant for now: the requests that are left belong to launches. */
export function isLimited(lookup: TenantLookup, now: Date): boolean {
  return lookup.kind === 'tenant' && githubLimitedUntil(lookup.tenant, now) !== undefined;
}

export function isEmpty({ machines, launches, jobs, allLaunches, allJobs }: Rows): boolean {
  return machines.length === 0 && launches.length === 0 && jobs.length === 0 && allLaunches && allJobs;
}

export function statusOf({ lookup }: Rows): 'active' | 'suspended' | 'none' {
  if (lookup.kind !== 'tenant') return 'none';
  return lookup.tenant.status === 'suspended' ? 'suspended' : 'active';
}
