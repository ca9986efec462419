import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { openShardOf, type Clock, type Job, type JobStore } from '@multi-tenant-runner/core';
import type { Item } from './attributes';
import { Expression } from './expression';
import { isIndexedAnew, itemOfJob, keyOfJob, updateOfJob } from './job-rows';
import { createOpenJobs, getJobs } from './open-jobs';
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

export interface JobStoreDeps extends StoreDeps {
  /** Each open launch leads to the job that it was begun for. */
  readonly launchesTable: string;
}

/** What needs the jobs' own rows alone. */
type JobRows = Pick<JobStore, 'get' | 'getMany' | 'create' | 'change' | 'listRecent'>;

export function createDynamoJobRows({ client, tableName, clock, tellsRefusals = false }: StoreDeps): JobRows {
  const table = createTable(client, tableName);
  const get = async (installationId: number, jobId: number): Promise<Job | undefined> => {
    const item = await table.get(keyOfJob(installationId, jobId));
    return item && fromItem<Job>(item);
  };
  return {
    get,
    getMany: (installationId, jobIds) => getJobs({ client, tableName }, installationId, jobIds),
    create: async (job) => written<Job>(await table.create(itemOfJob(job, { tellsRefusals }), 'installation_id')),
    change: async (installationId, jobId, given, how) => {
      const changes = { updatedAt: clock.now().toISOString(), ...how };
      const known = changes.queuedAt ?? given.queuedAt;
      const isMissing = known === undefined && isIndexedAnew(given, changes);
      const standing = isMissing ? await get(installationId, jobId) : undefined;
      if (isMissing && standing === undefined) return { ok: false };
      const guard = standing === undefined ? given : { ...given, queuedAt: standing.queuedAt };
      const queuedAt = isIndexedAnew(given, changes) ? (known ?? standing?.queuedAt) : changes.queuedAt;
      const change = { installationId, jobId, guard, changes, tellsRefusals, ...(queuedAt && { queuedAt }) };
      return written<Job>(await table.update(updateOfJob(change)));
    },
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
  };
}

export function createDynamoJobStore({ launchesTable, ...deps }: JobStoreDeps): JobStore {
  const { client, tableName } = deps;
  const table = createTable(client, tableName);
  const open = createOpenJobs({ client, tableName, launchesTable });
  return {
    ...createDynamoJobRows(deps),
    ...open,
    pageWaiting: (installationId, request) => pageOpenRows<Job>(table, installationId, request, WAITING),
    tenantsWithUnadmitted: () => findTenantsIn(table, OPEN_TENANTS),
    listWaiting: (limit, marked) => listWaitingJobs({ client, tableName, ...open }, { limit, marked }),
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
