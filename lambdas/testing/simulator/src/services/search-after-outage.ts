import { HOUR, plus, type JobSearch, type Spending } from '@multi-tenant-runner/core';
import type { MissedJob } from './github-after-outage';

const PAGE = 100;
/** Of one tenant: its jobs come from three of five. */
const REPOSITORIES = 5;
const BUSY = 3;
/** Of an installation in an hour: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api */
const ALLOWANCE = 5_000;
const LABELS = ['self-hosted', 'linux', 'x64', 'small'];
/** What an account's id is more than its installation's. */
export const ACCOUNT = 500;

/** Each job is a run of its own, as a workflow of one job is. */
export function createSearchAfterOutage(jobs: readonly MissedJob[], now: () => number): JobSearch {
  const byRepository = new Map<string, MissedJob[]>();
  for (const job of jobs) {
    const key = `${job.installationId}/${nameOf(job)}`;
    byRepository.set(key, [...(byRepository.get(key) ?? []), job]);
  }
  const byRun = new Map(jobs.map((job) => [job.id, job]));
  const spent = new Map<number, { readonly resetAt: Date; used: number }>();
  const spend = (installationId: number): Required<Spending> => {
    const known = spent.get(installationId);
    const own = known !== undefined && known.resetAt.getTime() > now() ? known : { resetAt: later(now), used: 0 };
    own.used += 1;
    spent.set(installationId, own);
    return { budget: { limit: ALLOWANCE, remaining: Math.max(0, ALLOWANCE - own.used), resetAt: own.resetAt } };
  };
  return {
    listRepositories: async (installationId) => ({
      kind: 'found',
      repositories: Array.from({ length: REPOSITORIES }, (_, index) => ({
        owner: `org-${installationId}`,
        ownerId: ACCOUNT + installationId,
        ownerType: 'Organization',
        name: `app-${index}`,
        isPublic: false,
        dormant: false,
        ...(index < BUSY && { pushedAt: new Date(now() - HOUR).toISOString() }),
      })),
      more: false,
      ...spend(installationId),
    }),
    listNewestRuns: async (installationId, { name }) => {
      const all = byRepository.get(`${installationId}/${name}`) ?? [];
      return {
        kind: 'found',
        runs: all
          .slice(-PAGE)
          .reverse()
          .map(({ id, queuedAt, heardAt }) => ({
            runId: id,
            isOpen: heardAt === undefined,
            createdAt: new Date(queuedAt).toISOString(),
          })),
        more: all.length > PAGE,
        ...spend(installationId),
      };
    },
    listOpenRuns: async (installationId, { name }, { status, page }) => {
      const open = (status === 'queued' ? (byRepository.get(`${installationId}/${name}`) ?? []) : [])
        .filter(({ heardAt }) => heardAt === undefined)
        .map(({ id }) => id)
        .reverse();
      const from = (page - 1) * PAGE;
      return {
        kind: 'found',
        runIds: open.slice(from, from + PAGE),
        more: open.length > from + PAGE && page < 10,
        ...spend(installationId),
      };
    },
    listQueuedJobs: async (installationId, _repository, runId) => {
      const job = byRun.get(runId);
      const waits = job !== undefined && job.heardAt === undefined;
      return {
        kind: 'found',
        jobs: waits ? [{ jobId: job.id, runId, labels: LABELS, queuedAt: new Date(job.queuedAt).toISOString() }] : [],
        ...spend(installationId),
      };
    },
  };
}

const nameOf = ({ id, installationId }: MissedJob): string => `app-${(id + installationId) % BUSY}`;
const later = (now: () => number): Date => plus(new Date(now()), HOUR);
