import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  isEnded,
  openAtOfJob,
  type Changes,
  type Clock,
  type Job,
  type JobGuard,
  type JobStore,
} from '@multi-tenant-runner/core';
import type { Item } from './attributes';
import { Expression } from './expression';
import { findTenantsIn, findTenantsWithOpen, openShardOf, pageOpenRows } from './open-rows';
import { expiresAt, fromItem, toItem, toRow, written } from './rows';
import { createTable, type Update } from './table';
import { listWaitingJobs } from './waiting-jobs';

export interface StoreDeps {
  readonly client: Pick<DynamoDBClient, 'send'>;
  readonly tableName: string;
  readonly clock: Clock;
  /** Refused jobs are to be found until GitHub shows why, where the operator asked for checks. */
  readonly tellsRefusals?: boolean;
}

/** Sparse: the jobs whose check is to be made or ended. */
const CHECKS = { index: 'checks-index', shard: 'check_shard' };

/** Sparse: it has the parked jobs that a slot would help. */
const WAITING = { index: 'waiting-index', key: 'waiting_at' };

/** A tenant may have thousands of waiting jobs; a caller reads only the first few at a time. */
const PAGE = 50;

export function createDynamoJobStore({ client, tableName, clock, tellsRefusals = false }: StoreDeps): JobStore {
  const table = createTable(client, tableName);
  const get = async (installationId: number, jobId: number): Promise<Job | undefined> => {
    const item = await table.get(keyOfJob(installationId, jobId));
    return item && fromItem<Job>(item);
  };

  const store: JobStore = {
    get,
    create: async (job) => written<Job>(await table.create(itemOfJob(job, { tellsRefusals }), 'installation_id')),
    change: async (installationId, jobId, guard, given) => {
      const changes = { updatedAt: clock.now().toISOString(), ...given };
      // The index on open jobs sorts by a time that only the row has.
      const standing = reopens(guard, changes) && !changes.queuedAt ? await get(installationId, jobId) : undefined;
      const queuedAt = changes.queuedAt ?? standing?.queuedAt;
      const change = { installationId, jobId, guard, changes, tellsRefusals, ...(queuedAt && { queuedAt }) };
      return written<Job>(await table.update(updateOfJob(change)));
    },
    listOpen: async (installationId, { states, limit = Number.POSITIVE_INFINITY } = {}) => {
      const expression = new Expression();
      const rows = table.query({
        IndexName: 'open-index',
        ConsistentRead: true,
        KeyConditionExpression: expression.equals('installation_id', installationId),
        ...(states && { FilterExpression: expression.isOneOf('state', states) }),
        ...expression.placeholders,
        ...(limit <= PAGE && { Limit: PAGE }),
      });
      return collect(rows, limit, (row) => fromItem<Job>(row));
    },
    pageOpen: (installationId, request) => pageOpenRows<Job>(table, installationId, request),
    pageWaiting: (installationId, request) => pageOpenRows<Job>(table, installationId, request, WAITING),
    tenantsWithOpen: () => findTenantsWithOpen(table),
    listWaiting: (limit) => listWaitingJobs({ client, tableName, listOpen: store.listOpen }, limit),
    listRecent: async (installationId, limit, before) => {
      const expression = new Expression();
      const own = expression.equals('installation_id', installationId);
      const below = before === undefined ? '' : ` AND ${expression.name('job_id')} < ${expression.value(before)}`;
      const rows = table.query({
        ConsistentRead: true,
        ScanIndexForward: false,
        KeyConditionExpression: `${own}${below}`,
        ...expression.placeholders,
        Limit: limit,
      });
      return collect(rows, limit, (row) => fromItem<Job>(row));
    },
    listDue: async (now, limit) => {
      const expression = new Expression();
      const condition =
        `${expression.equals('due', 'parked')} AND ${expression.name('next_try')} <= ` +
        `${expression.value(now.toISOString())}`;
      const rows = table.query({
        IndexName: 'due-index',
        KeyConditionExpression: condition,
        ...expression.placeholders,
        Limit: limit,
      });
      return collect(rows, limit, (row) => ({
        installationId: Number(row['installation_id']?.N),
        jobId: Number(row['job_id']?.N),
      }));
    },
    tenantsWithChecks: () => findTenantsIn(table, CHECKS),
    listChecks: async (installationId, limit) => {
      const expression = new Expression();
      const own = expression.equals('installation_id', installationId);
      const rows = table.query({
        IndexName: CHECKS.index,
        KeyConditionExpression: `${expression.equals(CHECKS.shard, openShardOf(installationId))} AND ${own}`,
        ...expression.placeholders,
        Limit: limit,
      });
      return collect(rows, limit, (row) => {
        const { jobId, state, checkState } = fromItem<Job>(row);
        return { jobId, state, ...(checkState !== undefined && { checkState }) };
      });
    },
  };
  return store;
}

export const keyOfJob = (installationId: number, jobId: number): Item => ({
  installation_id: { N: String(installationId) },
  job_id: { N: String(jobId) },
});

export function itemOfJob(job: Job, { tellsRefusals = false }: Pick<StoreDeps, 'tellsRefusals'> = {}): Item {
  const openAt = openAtOfJob(job);
  const derived = derive(job, { ended: job.endedAt ?? job.updatedAt, openAt });
  const isWaiting = job.state === 'parked' && job.gatedAt === undefined;
  const checks = checkShardOf(job, tellsRefusals);
  return toItem({ ...toRow(job), ...derived, ...checks, ...(isWaiting && { waiting_at: openAt }) });
}

export interface JobChange {
  readonly installationId: number;
  readonly jobId: number;
  readonly guard: JobGuard;
  readonly changes: Changes<Job>;
  /** Where the change makes a row of another time, or an open one of one that had ended. */
  readonly queuedAt?: string;
  readonly tellsRefusals?: boolean;
}

export function updateOfJob(change: JobChange): Update {
  const { installationId, jobId, guard, changes, queuedAt, tellsRefusals = false } = change;
  const expression = new Expression();
  const { state } = changes;
  const ended = changes.endedAt ?? changes.updatedAt ?? '';
  const openAt = queuedAt === undefined ? {} : { openAt: openAtOfJob({ queuedAt, jobId }) };
  const derived = state ? derive({ installationId, state }, { ended, ...openAt }) : {};
  const isWaiting = state === 'parked' && typeof changes.gatedAt !== 'string';
  const checks = checkShardOf({ ...changes, installationId }, tellsRefusals);
  const set = { ...toRow(changes), ...derived, ...checks, ...(state && !isWaiting && { waiting_at: null }) };
  return {
    key: keyOfJob(installationId, jobId),
    expression,
    update: expression.update(set, isWaiting ? { waiting_at: 'open_at' } : {}),
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

function reopens({ from }: JobGuard, { state }: Changes<Job>): boolean {
  return state !== undefined && state !== null && !isEnded(state) && from.some(isEnded);
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

/** Attributes for the indexes and for expiry, present exactly while the state requires them. */
function derive(
  { installationId, state }: Pick<Job, 'installationId' | 'state'>,
  { ended, openAt: at }: { readonly ended: string; readonly openAt?: string },
): Record<string, unknown> {
  if (isEnded(state)) return { open_at: null, open_shard: null, due: null, expires_at: expiresAt(ended) };
  const due = state === 'parked' ? 'parked' : null;
  const open = { open_shard: openShardOf(installationId), ...(at !== undefined && { open_at: at }) };
  return { due, expires_at: null, ...open };
}

async function collect<T>(rows: AsyncIterable<Item>, limit: number, read: (row: Item) => T): Promise<T[]> {
  const found: T[] = [];
  if (limit <= 0) return found;
  for await (const row of rows) {
    found.push(read(row));
    if (found.length >= limit) break;
  }
  return found;
}
