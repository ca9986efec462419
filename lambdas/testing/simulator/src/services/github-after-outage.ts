import { MINUTE, SECOND, type GitHubApp, type JobSearch } from '@multi-tenant-runner/core';
import { createSearchAfterOutage } from './search-after-outage';

/** A webhook that failed for as long as the outage was. */
export interface Outage {
  readonly tenants: number;
  /** Queued meanwhile, by all of them; one tenant has a tenth. */
  readonly jobs: number;
  readonly minutes: number;
}

/** A job of the outage, from when it was queued until it was heard of. Milliseconds. */
export interface MissedJob {
  readonly id: number;
  readonly installationId: number;
  readonly queuedAt: number;
  heardAt?: number;
  by?: 'delivery' | 'search';
}

export interface GitHubAfterOutage {
  readonly jobs: readonly MissedJob[];
  /** When an installation was to be told of, and when it was. */
  readonly installation: { readonly failedAt: number; heardAt?: number };
  readonly app: Pick<GitHubApp, 'listDeliveries' | 'redeliver'>;
  readonly search: JobSearch;
  hear(jobId: number, by: 'delivery' | 'search'): void;
}

const PAGE = 100;
/** GitHub's list has a delivery for each of a job's `queued`, `in_progress` and `completed`. */
const ACTIONS = ['queued', 'in_progress', 'completed'] as const;
const HOT_SHARE = 0.1;
export const HOT = 1;
const REDELIVERED_AFTER = 2 * SECOND;

interface Attempt {
  readonly guid: number;
  readonly at: number;
  readonly event: string;
  readonly action: string;
  readonly installationId: number;
  readonly ok: boolean;
  readonly redelivery: boolean;
  readonly job?: MissedJob;
}

/**
 * GitHub once the webhook answers again: its list of deliveries, all of which failed during the outage, and the jobs
 * that wait. New deliveries arrive at the same rate and succeed. A job that was heard of leaves GitHub's queue.
 */
export function createGitHubAfterOutage(outage: Outage, now: () => number): GitHubAfterOutage {
  const began = now();
  const ended = began + outage.minutes * MINUTE;
  const jobs = drawJobs(outage, began);
  const byId = new Map(jobs.map((job) => [job.id, job]));
  const failed = failedAttempts(jobs, began);
  const all = [...failed];
  const coming: Attempt[] = [];
  let arrived = 0;
  const rate = failed.length / (ended - began);
  const installation: { failedAt: number; heardAt?: number } = { failedAt: failed[0]?.at ?? began };

  const hear = (jobId: number, by: 'delivery' | 'search'): void => {
    const job = byId.get(jobId);
    if (job === undefined || job.heardAt !== undefined) return;
    job.heardAt = now();
    job.by = by;
  };
  const land = (attempt: Attempt): void => {
    all.push(attempt);
    if (attempt.event === 'installation') installation.heardAt ??= attempt.at;
    if (attempt.job !== undefined && attempt.action === 'queued') hear(attempt.job.id, 'delivery');
  };
  /** What has been delivered by now, in its order. */
  const catchUp = (): void => {
    for (;;) {
      const next = ended + arrived / rate;
      const again = coming[0]?.at ?? Number.POSITIVE_INFINITY;
      if (Math.min(next, again) > now()) return;
      if (again <= next) {
        const attempt = coming.shift();
        if (attempt !== undefined) land(attempt);
        continue;
      }
      arrived += 1;
      const installationId = 1 + (arrived % outage.tenants);
      land({ guid: all.length, at: next, event: 'workflow_job', action: 'queued', installationId, ...FRESH });
    }
  };

  return {
    jobs,
    installation,
    hear,
    app: {
      listDeliveries: async (cursor, only) => {
        catchUp();
        const list = only === 'failure' ? failed : all;
        const end = cursor === undefined ? list.length : Number(cursor);
        const from = Math.max(0, end - PAGE);
        const attempts = list
          .slice(from, end)
          .map((attempt, place) => toAttempt(attempt, from + place))
          .reverse();
        return { kind: 'page', attempts, ...(from > 0 && { cursor: String(from) }) };
      },
      redeliver: async (id) => {
        const attempt = failed[Number(id)];
        if (attempt === undefined) return { kind: 'refused', status: 404, message: 'Not Found' };
        coming.push({ ...attempt, at: now() + REDELIVERED_AFTER, ok: true, redelivery: true });
        return { kind: 'asked' };
      },
    },
    search: createSearchAfterOutage(jobs, now),
  };
}

const FRESH = { ok: true, redelivery: false };

function drawJobs({ tenants, jobs, minutes }: Outage, began: number): MissedJob[] {
  return Array.from({ length: jobs }, (_, index) => ({
    id: 70_000 + index,
    installationId: index % (1 / HOT_SHARE) === 0 ? HOT : 1 + (index % tenants),
    queuedAt: began + (index * minutes * MINUTE) / jobs,
  }));
}

/** The first is of an installation: whatever else failed, every job of that tenant waits for it. */
function failedAttempts(jobs: readonly MissedJob[], began: number): Attempt[] {
  const first = { event: 'installation', action: 'created', installationId: HOT, at: began, ok: false };
  return [
    { ...first, guid: 0, redelivery: false },
    ...jobs
      .flatMap((job) =>
        ACTIONS.map((action) => ({
          event: 'workflow_job',
          action,
          installationId: job.installationId,
          at: job.queuedAt,
          ok: false,
          redelivery: false,
          job,
        })),
      )
      .map((attempt, index) => ({ ...attempt, guid: index + 1 })),
  ];
}

/** @param place in the list of all, which begins with those that failed */
function toAttempt({ guid, at, event, action, installationId, ok, redelivery }: Attempt, place: number) {
  return {
    id: String(place),
    guid: `guid-${guid}`,
    deliveredAt: new Date(at).toISOString(),
    succeeded: ok,
    redelivery,
    event,
    action,
    installationId,
  };
}
