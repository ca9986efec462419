import {
  isEnded,
  isGated,
  openAtOfJob,
  type Clock,
  type Job,
  type JobGuard,
  type JobStore,
} from '@multi-tenant-runner/core';
import { createEventuallyConsistentView, type Lag } from '../eventually-consistent';
import { applyChanges } from './apply-changes';
import { RowsByTenant, pageOf } from './rows-by-tenant';

export interface InMemoryJobStore extends JobStore {
  readonly rows: RowsByTenant<Job>;
  /** The index that `listDue` reads. */
  readonly dueIndex: Lag;
  /** The index that `tenantsWithUnadmitted` reads. */
  readonly openIndex: Lag;
  all(): Job[];
}

export function createInMemoryJobStore({ clock }: { readonly clock: Clock }): InMemoryJobStore {
  const rows = new RowsByTenant<Job>((job) => !isEnded(job.state), undefined, isMarked);
  const key = (installationId: number, jobId: number): string => `${installationId}/${jobId}`;
  const due = createEventuallyConsistentView(() =>
    rows.allOpen().filter((job) => job.state === 'parked' && job.nextTry !== undefined),
  );

  const open = createEventuallyConsistentView(() => rows.tenantsWithUncovered());
  const checked = (): Job[] => [...rows.marked.values()];

  return {
    rows,
    dueIndex: due,
    openIndex: open,
    all: () => structuredClone([...rows.values()]),
    get: async (installationId, jobId) => rows.get(key(installationId, jobId)),
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
      return {
        ok: true,
        row: rows.put(key(installationId, jobId), after, changes.state === 'parked' ? false : undefined),
      };
    },
    listOpen: async (installationId, options) => {
      const open = rows
        .openOf(installationId)
        .filter((job) => options?.states === undefined || options.states.includes(job.state))
        .sort(byQueuedTime);
      return open.slice(0, options?.limit);
    },
    pageOpen: async (installationId, request) => pageOf(rows.openOf(installationId), openAtOfJob, request),
    pageWaiting: async (installationId, request) =>
      pageOf(rows.openOf(installationId).filter(waits), openAtOfJob, request),
    tenantsWithUnadmitted: async () => open.read(),
    listWaiting: async (limit, marked) => {
      const shown = new Set([...open.read(), ...marked]);
      return rows
        .allOpen()
        .filter((job) => shown.has(job.installationId) && job.state !== 'running')
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
