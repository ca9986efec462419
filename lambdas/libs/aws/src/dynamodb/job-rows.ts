import {
  isEnded,
  openAtOfJob,
  openShardOf,
  type Changes,
  type Job,
  type JobBack,
  type JobGuard,
} from '@multi-tenant-runner/core';
import type { Item } from './attributes';
import { Expression } from './expression';
import { expiresAt, toItem, toRow } from './rows';
import type { Update } from './table';

export const keyOfJob = (installationId: number, jobId: number): Item => ({
  installation_id: { N: String(installationId) },
  job_id: { N: String(jobId) },
});

interface Told {
  /** Refused jobs are to be found until GitHub shows why, where the operator asked for checks. */
  readonly tellsRefusals?: boolean;
}

interface Admittable {
  /** The write is an admission's. */
  readonly isAdmitted?: boolean;
  /** Of an admission, whose launch leads to the job from now on. */
  readonly isLedTo?: boolean;
}

export function itemOfJob(
  job: Job,
  { tellsRefusals = false, isAdmitted = false, isLedTo = false }: Told & Admittable = {},
): Item {
  const openAt = openAtOfJob(job);
  const derived = derive(job, {
    ended: job.endedAt ?? job.updatedAt,
    openAt: isLedTo ? null : openAt,
    openShard: isAdmitted ? null : openShardOf(job.installationId),
  });
  const isWaiting = job.state === 'parked' && job.gatedAt === undefined;
  const checks = checkShardOf(job, tellsRefusals);
  return toItem({ ...toRow(job), ...derived, ...checks, ...(isWaiting && { waiting_at: openAt }) });
}

export interface JobChange extends Admittable {
  readonly installationId: number;
  readonly jobId: number;
  readonly guard: JobGuard;
  readonly changes: Changes<Job>;
  /** Where the change puts the row into an index, or makes it one of another time. */
  readonly queuedAt?: string;
  readonly tellsRefusals?: boolean;
}

export function updateOfJob(change: JobChange): Update {
  const { installationId, jobId, guard, changes, queuedAt, tellsRefusals = false, isLedTo = false } = change;
  const expression = new Expression();
  const { state } = changes;
  const ended = changes.endedAt ?? changes.updatedAt ?? '';
  const openAt = queuedAt === undefined ? undefined : openAtOfJob({ queuedAt, jobId });
  const derived = state
    ? derive({ state }, { ended, openShard: shardAfter(change), openAt: isLedTo ? null : openAt })
    : {};
  const isWaiting = state === 'parked' && typeof changes.gatedAt !== 'string';
  const checks = checkShardOf({ ...changes, installationId }, tellsRefusals);
  const waits = state && { waiting_at: isWaiting ? openAt : null };
  return {
    key: keyOfJob(installationId, jobId),
    expression,
    update: expression.update({ ...toRow(changes), ...derived, ...checks, ...waits }),
    condition: conditionOf(expression, guard),
  };
}

function conditionOf(expression: Expression, { from, checkAt, ...same }: JobGuard): string {
  return [
    expression.isOneOf('state', from),
    ...expression.equalsAll(toRow(same)),
    ...(checkAt === undefined ? [] : [expression.isStill('check_at', checkAt === null ? undefined : { S: checkAt })]),
  ].join(' AND ');
}

/** Whether the change puts the row into an index, which sorts by a time that only the row has. */
export function isIndexedAnew(guard: JobGuard, changes: Changes<Job>): boolean {
  return changes.state === 'parked' || reopens(guard, changes);
}

export function updateOfJobBack(installationId: number, job: JobBack): Update {
  const expression = new Expression();
  return {
    key: keyOfJob(installationId, job.jobId),
    expression,
    update: expression.update({ open_at: openAtOfJob(job) }),
    condition: conditionOf(expression, job.guard),
  };
}

function reopens({ from }: JobGuard, { state }: Changes<Job>): boolean {
  return state !== undefined && state !== null && !isEnded(state) && from.some(isEnded);
}

/**
 * A row is in the index over all tenants from a wait, or from the write that opens it, until an admission, which marks
 * its tenant in the same write. Any other write leaves it in or out: what an admission covers stays covered, as the
 * mark stays while anything is open.
 */
function shardAfter({ installationId, guard, changes, isAdmitted = false }: JobChange): number | null | undefined {
  if (isAdmitted) return null;
  return changes.state === 'parked' || reopens(guard, changes) ? openShardOf(installationId) : undefined;
}

/** A job is in the index from the first write about its check, or from its refusal, until the check is over. */
function checkShardOf(
  { installationId, state, checkState }: Changes<Job> & Pick<Job, 'installationId'>,
  tellsRefusals: boolean,
): { readonly check_shard?: number | null } {
  if (checkState === 'done') return { check_shard: null };
  const isFound = typeof checkState === 'string' || (state === 'refused' && tellsRefusals);
  return isFound ? { check_shard: openShardOf(installationId) } : {};
}

interface Derived {
  readonly ended: string;
  /** Null: its launch leads to it. Undefined: as it is. */
  readonly openAt: string | null | undefined;
  /** Null: an admission covers it. Undefined: as it is. */
  readonly openShard: number | null | undefined;
}

/** Attributes for the indexes and for expiry, present exactly while the state requires them. */
function derive({ state }: Pick<Job, 'state'>, { ended, openAt, openShard }: Derived): Record<string, unknown> {
  if (isEnded(state)) return { open_at: null, open_shard: null, due: null, expires_at: expiresAt(ended) };
  const due = state === 'parked' ? 'parked' : null;
  return { due, expires_at: null, open_shard: openShard, open_at: openAt };
}
