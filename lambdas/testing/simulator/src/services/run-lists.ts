import { nameOf, type SimJob, type SimTenant } from '../scenario/model';

export interface NewestRun {
  readonly jobId: number;
  readonly isOpen: boolean;
  /** Milliseconds. */
  readonly createdAt: number;
}

/** A repository's runs, as GitHub lists them. Each job is a run of its own. */
export interface RunLists {
  add(job: SimJob): void;
  end(job: SimJob): void;
  /** Jobs of the repository that wait behind a gate, are queued, or run, oldest first. */
  openOf(tenant: SimTenant, repository: string): readonly SimJob[];
  /** The newest 100, the newest first, and whether there were more. */
  newestOf(tenant: SimTenant, repository: string): { readonly runs: readonly NewestRun[]; readonly more: boolean };
}

const PAGE = 100;

interface Repository {
  count: number;
  /** In their order, of which the last 100 count: a million jobs as objects would fill the memory. */
  ids: number[];
  times: number[];
}

export function createRunLists(): RunLists {
  const open = new Map<SimTenant, Map<number, SimJob>>();
  const listed = new Map<SimTenant, Map<string, Repository>>();
  const openJobs = (tenant: SimTenant): Map<number, SimJob> => open.get(tenant) ?? new Map<number, SimJob>();
  const repositoryOf = (tenant: SimTenant, repository: string): Repository | undefined => {
    for (const [repo, runs] of listed.get(tenant) ?? []) if (nameOf(tenant, repo) === repository) return runs;
    return undefined;
  };
  return {
    add(job) {
      // The App cannot access its repository.
      if (job.plan.groupOnly === 'unseen') return;
      open.set(job.tenant, openJobs(job.tenant).set(job.id, job));
      const own = listed.get(job.tenant) ?? new Map<string, Repository>();
      const runs = own.get(job.plan.repo) ?? { count: 0, ids: [], times: [] };
      runs.count += 1;
      runs.ids.push(job.id);
      runs.times.push(job.createdAt);
      if (runs.ids.length > 2 * PAGE) [runs.ids, runs.times] = [runs.ids.slice(-PAGE), runs.times.slice(-PAGE)];
      listed.set(job.tenant, own.set(job.plan.repo, runs));
    },
    end: ({ id, tenant }) => void open.get(tenant)?.delete(id),
    openOf: (tenant, repository) =>
      [...openJobs(tenant).values()].filter(({ plan }) => nameOf(tenant, plan.repo) === repository),
    newestOf(tenant, repository) {
      const runs = repositoryOf(tenant, repository);
      if (runs === undefined) return { runs: [], more: false };
      const going = openJobs(tenant);
      const from = Math.max(0, runs.ids.length - PAGE);
      const newest = runs.ids
        .slice(from)
        .map((jobId, place) => ({ jobId, isOpen: going.has(jobId), createdAt: runs.times[from + place] ?? 0 }));
      return { runs: newest.reverse(), more: runs.count > PAGE };
    },
  };
}
