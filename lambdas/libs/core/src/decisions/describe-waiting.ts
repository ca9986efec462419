import type { Job, JobReason } from '../model/job';
import type { TenantLookup } from '../model/tenant';
import { CAUSES, type Actor } from './job-causes';

/** What a tenant's open jobs do, told together. */
export interface WaitingSummary {
  readonly running: number;
  /** They hold a slot; their machines are on the way. */
  readonly starting: number;
  readonly waiting: number;
  /** ISO 8601: when the oldest waiting job came into GitHub's queue. */
  readonly oldestQueuedAt?: string;
  /** Why they wait, that of most jobs first. */
  readonly reasons: readonly WaitReason[];
}

export interface WaitReason {
  readonly reason: JobReason;
  /** In the words of the oldest job that waits for it. */
  readonly words: string;
  readonly ends: string;
  readonly actor: Actor;
  readonly jobs: number;
}

/** Sums up a tenant's open jobs, given oldest first. Pure. */
export function describeWaiting(jobs: readonly Job[], lookup: TenantLookup): WaitingSummary {
  const waiting = jobs.filter(({ state }) => state === 'queued' || state === 'parked');
  const byReason = new Map<JobReason, readonly Job[]>();
  for (const job of waiting) {
    if (job.state !== 'parked') continue;
    const reason = job.reason ?? 'limit';
    byReason.set(reason, [...(byReason.get(reason) ?? []), job]);
  }
  const [oldest] = waiting;
  return {
    running: jobs.filter(({ state }) => state === 'running').length,
    starting: jobs.filter(({ state }) => state === 'starting').length,
    waiting: waiting.length,
    ...(oldest !== undefined && { oldestQueuedAt: oldest.queuedAt }),
    reasons: [...byReason]
      .flatMap(([reason, [first, ...others]]) => (first === undefined ? [] : [describe(reason, first, others, lookup)]))
      .sort((a, b) => b.jobs - a.jobs),
  };
}

function describe(reason: JobReason, first: Job, others: readonly Job[], lookup: TenantLookup): WaitReason {
  const { because, ends, actor } = CAUSES[reason];
  return { reason, words: because(first, lookup), ends, actor, jobs: others.length + 1 };
}
