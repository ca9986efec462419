import type {
  GitHubFailure,
  JobSearch,
  OpenRunStatus,
  Repository,
  Spending,
  WaitingJob,
} from '@multi-tenant-runner/core';
import type { InMemoryGitHub } from './github-model';

export interface InMemoryRun {
  readonly runId: number;
  /** As at GitHub: of its least advanced job. */
  readonly status: OpenRunStatus | 'completed';
  readonly jobs: WaitingJob[];
  /** Default: when its first job was queued. ISO 8601. */
  readonly createdAt?: string;
}

export interface InMemoryJobSearch extends JobSearch {
  readonly repositories: Map<number, Repository[]>;
  /** By `owner/name`. */
  readonly runs: Map<string, InMemoryRun[]>;
  readonly pageSize: { value: number };
  /**
   * GitHub's index of runs has stopped, as it did for days in April 2022: lists of one status show nothing new.
   * https://github.com/dawidd6/action-download-artifact/issues/147
   */
  indexStopped: boolean;
  /** What every answer says of the installation's budget. */
  budget: Spending['budget'];
  addRepository(installationId: number, overrides?: Partial<Repository>): Repository;
  /** A job that waits at GitHub, in a run of its own unless one is named. */
  addJob(repository: Repository, job: WaitingJob): void;
  fail(
    failure: GitHubFailure,
    options?: {
      readonly installationId?: number;
      readonly repository?: string;
      readonly method?: keyof JobSearch;
      readonly times?: number;
    },
  ): () => void;
}

interface Fault {
  readonly failure: GitHubFailure;
  readonly installationId?: number;
  readonly repository?: string;
  readonly method?: keyof JobSearch;
  left: number;
}

/**
 * GitHub shows no more runs of one status:
 * https://docs.github.com/en/rest/actions/workflow-runs#list-workflow-runs-for-a-repository
 */
const SHOWN = 1_000;

const fullName = ({ owner, name }: { readonly owner: string; readonly name: string }): string =>
  `${owner}/${name}`.toLowerCase();

export function createInMemoryJobSearch({
  github,
}: {
  readonly github: Pick<InMemoryGitHub, 'installations'>;
}): InMemoryJobSearch {
  const repositories = new Map<number, Repository[]>();
  const runs = new Map<string, InMemoryRun[]>();
  const pageSize = { value: 100 };
  const faults = new Set<Fault>();

  const refusalOf = (
    method: keyof JobSearch,
    installationId: number,
    repository?: string,
  ): GitHubFailure | undefined => {
    for (const fault of faults) {
      const applies =
        (fault.method ?? method) === method &&
        (fault.installationId ?? installationId) === installationId &&
        (fault.repository === undefined || fault.repository === repository);
      if (!applies) continue;
      fault.left -= 1;
      if (fault.left <= 0) faults.delete(fault);
      return fault.failure;
    }
    const installation = github.installations.get(installationId);
    if (installation === undefined) return { kind: 'refused', status: 404, message: 'no such installation' };
    return installation.suspended
      ? { kind: 'refused', status: 403, message: 'the installation is suspended' }
      : undefined;
  };
  const spending = (): Spending => (search.budget === undefined ? {} : { budget: search.budget });

  const search: InMemoryJobSearch = {
    repositories,
    runs,
    pageSize,
    budget: undefined,
    indexStopped: false,
    addRepository: (installationId, overrides) => {
      const repository = {
        owner: 'acme',
        ownerId: 501,
        ownerType: 'Organization' as const,
        name: 'app',
        isPublic: false,
        dormant: false,
        ...overrides,
      };
      repositories.set(installationId, [...(repositories.get(installationId) ?? []), repository]);
      return repository;
    },
    addJob: (repository, job) => {
      const all = runs.get(fullName(repository)) ?? [];
      const run = all.find(({ runId }) => runId === job.runId) ?? {
        runId: job.runId,
        status: 'queued' as const,
        jobs: [],
      };
      run.jobs.push(job);
      runs.set(fullName(repository), [...all.filter((one) => one !== run), run]);
    },
    fail: (failure, options = {}) => {
      const { times = Number.POSITIVE_INFINITY, ...where } = options;
      const fault: Fault = { failure, left: times, ...where };
      faults.add(fault);
      return () => faults.delete(fault);
    },
    listRepositories: async (installationId, page) => {
      const refusal = refusalOf('listRepositories', installationId);
      if (refusal !== undefined) return refusal;
      const all = repositories.get(installationId) ?? [];
      const from = (page - 1) * pageSize.value;
      return {
        kind: 'found',
        repositories: all.slice(from, from + pageSize.value),
        more: all.length > from + pageSize.value,
        ...spending(),
      };
    },
    listNewestRuns: async (installationId, repository) => {
      const refusal = refusalOf('listNewestRuns', installationId, fullName(repository));
      if (refusal !== undefined) return refusal;
      const all = [...(runs.get(fullName(repository)) ?? [])].sort((a, b) => b.runId - a.runId);
      return {
        kind: 'found',
        runs: all.slice(0, pageSize.value).map((run) => ({
          runId: run.runId,
          isOpen: run.status !== 'completed',
          createdAt: run.createdAt ?? run.jobs[0]?.queuedAt ?? new Date(0).toISOString(),
        })),
        more: all.length > pageSize.value,
        ...spending(),
      };
    },
    listOpenRuns: async (installationId, repository, { status, page }) => {
      const refusal = refusalOf('listOpenRuns', installationId, fullName(repository));
      if (refusal !== undefined) return refusal;
      const indexed = search.indexStopped ? [] : (runs.get(fullName(repository)) ?? []);
      const found = indexed.filter((run) => run.status === status);
      const shown = found
        .map(({ runId }) => runId)
        .sort((a, b) => b - a)
        .slice(0, SHOWN);
      const from = (page - 1) * pageSize.value;
      return {
        kind: 'found',
        runIds: shown.slice(from, from + pageSize.value),
        more: shown.length > from + pageSize.value,
        ...spending(),
      };
    },
    listQueuedJobs: async (installationId, repository, runId) => {
      const refusal = refusalOf('listQueuedJobs', installationId, fullName(repository));
      if (refusal !== undefined) return refusal;
      const run = runs.get(fullName(repository))?.find((one) => one.runId === runId);
      return run === undefined
        ? { kind: 'refused', status: 404, message: 'Not Found' }
        : { kind: 'found', jobs: [...run.jobs], ...spending() };
    },
  };
  return search;
}
