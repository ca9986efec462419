import {
  isEnded,
  isGated,
  jobIdOfLaunch,
  leadsTo,
  openAtOfJob,
  type Clock,
  type Job,
  type JobGuard,
  type JobStore,
} from '@multi-tenant-runner/core';
import { createEventuallyConsistentView, type Lag } from '../eventually-consistent';
import { applyChanges } from './apply-changes';
import { createInMemoryLaunchStore, type InMemoryLaunchStore } from './launch-store';
import { RowsByTenant, pageOf } from './rows-by-tenant';

export interface InMemoryJobStore extends JobStore {
  readonly rows: RowsByTenant<Job>;
  /** The index that `listDue` reads. */
  readonly dueIndex: Lag;
  /** The index that `tenantsWithUnadmitted` reads. */
  readonly openIndex: Lag;
  all(): Job[];
  /** It is open, and nobody can find it by its tenant: the index does not have it, and no open launch leads to it. */
  isLost(installationId: number, jobId: number): boolean;
}

interface JobStoreDeps {
  readonly clock: Clock;
  /** Each open one leads to the job that it was begun for. */
  readonly launches?: Pick<InMemoryLaunchStore, 'rows'>;
}

export function createInMemoryJobStore({
  clock,
  launches = createInMemoryLaunchStore(),
}: JobStoreDeps): InMemoryJobStore {
  const rows = new RowsByTenant<Job>((job) => !isEnded(job.state), undefined, isMarked);
  const key = (installationId: number, jobId: number): string => `${installationId}/${jobId}`;
  const due = createEventuallyConsistentView(() =>
    rows.allOpen().filter((job) => job.state === 'parked' && job.nextTry !== undefined),
  );

  const open = createEventuallyConsistentView(() => rows.tenantsWithUncovered());
  const checked = (): Job[] => [...rows.marked.values()];
  const getMany = (installationId: number, jobIds: Iterable<number>): Job[] =>
    [...new Set(jobIds)].flatMap((jobId) => rows.get(key(installationId, jobId)) ?? []);
  /** Those of the index, and those that open launches lead to. */
  const openOf = (installationId: number): Job[] => {
    const indexed = rows.indexedOf(installationId);
    const known = new Set(indexed.map(({ jobId }) => jobId));
    const led = launches.rows.openOf(installationId).map(({ launchId }) => jobIdOfLaunch(launchId));
    const others = getMany(
      installationId,
      led.filter((jobId) => !known.has(jobId)),
    );
    return [...indexed, ...others.filter(({ state }) => !isEnded(state))];
  };

  return {
    rows,
    dueIndex: due,
    openIndex: open,
    all: () => structuredClone([...rows.values()]),
    isLost: (installationId, jobId) => {
      const row = rows.get(key(installationId, jobId));
      if (row === undefined || isEnded(row.state) || rows.isIndexed(key(installationId, jobId))) return false;
      return !launches.rows.openOf(installationId).some(({ launchId }) => leadsTo(launchId, jobId));
    },
    get: async (installationId, jobId) => rows.get(key(installationId, jobId)),
    getMany: async (installationId, jobIds) => getMany(installationId, jobIds),
    create: async (job) => {
      const standing = rows.get(key(job.installationId, job.jobId));
      if (standing !== undefined) return { ok: false, row: standing };
      return { ok: true, row: rows.put(key(job.installationId, job.jobId), job) };
    },
    change: async (installationId, jobId, guard, changes) => {
      const row = rows.get(key(installationId, jobId));
      if (row === undefined) return { ok: false };
      if (!fitsJobGuard(row, guard)) return { ok: false, row };
      const after = applyChanges(row, { updatedAt: clock.now().toISOString(), ...changes });
      const how = changes.state === 'parked' ? { isCovered: false, isIndexed: true } : {};
      return { ok: true, row: rows.put(key(installationId, jobId), after, how) };
    },
    listOpen: async (installationId, options) => {
      const open = openOf(installationId)
        .filter((job) => options?.states === undefined || options.states.includes(job.state))
        .sort(byQueuedTime);
      return open.slice(0, options?.limit);
    },
    pageOpen: async (installationId, request) => pageOf(openOf(installationId), openAtOfJob, request),
    pageIndexed: async (installationId, request) => pageOf(rows.indexedOf(installationId), openAtOfJob, request),
    pageWaiting: async (installationId, request) =>
      pageOf(rows.indexedOf(installationId).filter(waits), openAtOfJob, request),
    tenantsWithUnadmitted: async () => open.read(),
    listWaiting: async (limit, marked) => {
      const shown = new Set([...open.read(), ...marked]);
      return [...shown]
        .flatMap((installationId) => openOf(installationId))
        .filter((job) => job.state !== 'running')
        .sort(byQueuedTime)
        .slice(0, limit);
    },
    listRecent: async (installationId, limit, before = Number.POSITIVE_INFINITY) =>
      rows
        .allOf(installationId)
        .filter((job) => job.jobId < before)
        .sort((a, b) => b.jobId - a.jobId)
        .slice(0, limit),
    listDue: async (now, limit) =>
      due
        .read()
        .filter((job) => (job.nextTry ?? '') <= now.toISOString())
        .sort((a, b) => compare(a.nextTry ?? '', b.nextTry ?? ''))
        .slice(0, limit)
        .map(({ installationId, jobId }) => ({ installationId, jobId })),
    tenantsWithChecks: async () => [...new Set(checked().map(({ installationId }) => installationId))],
    listChecks: async (installationId, limit) =>
      checked()
        .filter((job) => job.installationId === installationId)
        .slice(0, limit)
        .map(({ jobId, state, checkState }) => ({ jobId, state, ...(checkState && { checkState }) })),
  };
}

export function fitsJobGuard(row: Job, guard: JobGuard): boolean {
  return (
    guard.from.includes(row.state) &&
    (guard.startNumber === undefined || guard.startNumber === row.startNumber) &&
    (guard.launchId === undefined || guard.launchId === row.launchId) &&
    (guard.queuedAt === undefined || guard.queuedAt === row.queuedAt) &&
    (guard.ownerId === undefined || guard.ownerId === row.ownerId) &&
    (guard.runnerName === undefined || guard.runnerName === row.runnerName) &&
    (guard.checkAt === undefined || guard.checkAt === (row.checkAt ?? null))
  );
}

const isMarked = ({ state, checkState, checkAt }: Job): boolean =>
  checkState === undefined ? state === 'refused' || checkAt !== undefined : checkState !== 'done';

const waits = (job: Job): boolean => job.state === 'parked' && !isGated(job);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const byQueuedTime = (a: Job, b: Job): number => compare(openAtOfJob(a), openAtOfJob(b));
