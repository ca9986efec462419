import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { openShardOf, type Clock, type Job, type JobStore } from '@multi-tenant-runner/core';
import type { Item } from './attributes';
import { Expression } from './expression';
import { itemOfJob, keyOfJob, reopens, updateOfJob } from './job-rows';
import { OPEN_TENANTS, findTenantsIn, pageOpenRows } from './open-rows';
import { fromItem, written } from './rows';
import { createTable } from './table';
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
    tenantsWithUnadmitted: () => findTenantsIn(table, OPEN_TENANTS),
    listWaiting: (limit, marked) => listWaitingJobs({ client, tableName, listOpen: store.listOpen }, { limit, marked }),
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

async function collect<T>(rows: AsyncIterable<Item>, limit: number, read: (row: Item) => T): Promise<T[]> {
  const found: T[] = [];
  if (limit <= 0) return found;
  for await (const row of rows) {
    found.push(read(row));
    if (found.length >= limit) break;
  }
  return found;
}
