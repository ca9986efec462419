import {
  isEnded,
  isOpenLaunch,
  isTooOld,
  jobIdOfLaunch,
  refreshUsage,
  type Job,
  type Launch,
  type Machine,
} from '@multi-tenant-runner/core';
import { neededJobs } from './needed-jobs';
import { createSnapshot, type Rows, type Snapshot } from './snapshot';
import type { ScaleDownDeps } from './deps';
import type { VisitNote } from './visit-note';

/** Rows that one visit reads at most; those that they refer to come besides, one each. */
export const LAUNCHES_A_VISIT = 300;
export const JOBS_A_VISIT = 1_000;
const SIDE_BY_SIDE = 10;

export interface VisitRows {
  readonly snapshot: Snapshot;
  /** Where the next visit goes on if this one gets to the end of its pages. */
  readonly next: Pick<VisitNote, 'launches' | 'jobs'>;
}

/** What the run read before its first visit. */
export interface SeenBefore {
  /** Of this tenant. */
  readonly machines: readonly Machine[];
  /** Of all tenants; absent: the fleet has no limit. */
  readonly fleetSlots?: ReadonlySet<string>;
}

type ReadDeps = Pick<ScaleDownDeps, 'launches' | 'jobs' | 'tenants' | 'usage' | 'prices' | 'clock' | 'log' | 'metrics'>;

/** The next pages of a tenant's open launches and jobs, behind those of the last visit. */
export async function readRows(
  installationId: number,
  { note, seen }: { readonly note: VisitNote; readonly seen: SeenBefore },
  deps: ReadDeps,
): Promise<VisitRows> {
  const { machines, fleetSlots } = seen;
  const [launches, jobs] = await Promise.all([
    deps.launches.pageOpen(installationId, { ...pageAfter(note.launches), limit: LAUNCHES_A_VISIT }),
    deps.jobs.pageIndexed(installationId, { ...pageAfter(note.jobs), limit: JOBS_A_VISIT }),
  ]);
  const isFirst = note.launches === undefined;
  const allLaunches = isFirst && launches.next === undefined;
  const [row, openLaunches] = await Promise.all([
    deps.tenants.get(installationId),
    isFirst && !allLaunches ? deps.launches.countOpen(installationId) : undefined,
  ]);
  const lookup = await refreshUsage(row, deps);
  const allJobs = note.jobs === undefined && jobs.next === undefined;
  const pages = { launches: launches.rows, jobs: jobs.rows, allLaunches, allJobs };
  const byKey = await readByKey(installationId, pages, deps);
  const checked = note.machine === undefined ? {} : { machine: note.machine };
  const known = { ...(openLaunches !== undefined && { openLaunches }), ...(fleetSlots && { fleetSlots }) };
  return {
    snapshot: createSnapshot({ ...pages, ...known, ...byKey, lookup, machines, checked }),
    next: { ...(launches.next && { launches: launches.next }), ...(jobs.next && { jobs: jobs.next }) },
  };
}

const pageAfter = (after: string | undefined): { readonly after?: string } => (after === undefined ? {} : { after });

interface Pages {
  readonly launches: readonly Launch[];
  readonly jobs: readonly Job[];
  readonly allLaunches: boolean;
  readonly allJobs: boolean;
}

/** Rows beyond the pages without which rows of the pages can't be judged. */
async function readByKey(
  installationId: number,
  pages: Pages,
  deps: ReadDeps,
): Promise<Pick<Rows, 'led' | 'others' | 'lookedUp'>> {
  const now = deps.clock.now();
  const inPage = new Set(pages.jobs.map(({ jobId }) => jobId));
  const lookedUp = neededJobs(pages.launches, now).filter((id) => !inPage.has(id));
  const found = lookedUp.length === 0 ? [] : await deps.jobs.getMany(installationId, lookedUp);
  const open = found.filter(({ state }) => !isEnded(state));
  const leading = new Set(pages.launches.map(({ launchId }) => jobIdOfLaunch(launchId)));
  const led = open.filter(({ jobId }) => leading.has(jobId));
  const knownLaunches = new Set(pages.launches.map(({ launchId }) => launchId));
  // A parked job rarely has a launch, and its launch matters only to its end.
  const launchIds = pages.allLaunches
    ? []
    : [...pages.jobs, ...led]
        .filter((job) => job.state !== 'parked' || isTooOld(job, now))
        .map(({ launchId }) => launchId)
        .filter((id) => !knownLaunches.has(id));
  const launches = await sideBySide(launchIds, (id) => deps.launches.get(installationId, id));
  return {
    led,
    others: {
      launches: launches.filter(({ state }) => isOpenLaunch(state)),
      jobs: open.filter(({ jobId }) => !leading.has(jobId)),
    },
    lookedUp: new Set(lookedUp),
  };
}

async function sideBySide<K, T>(keys: readonly K[], read: (key: K) => Promise<T | undefined>): Promise<T[]> {
  const found: T[] = [];
  for (let from = 0; from < keys.length; from += SIDE_BY_SIDE) {
    const some = await Promise.all(keys.slice(from, from + SIDE_BY_SIDE).map(read));
    found.push(...some.filter((row) => row !== undefined));
  }
  return found;
}
