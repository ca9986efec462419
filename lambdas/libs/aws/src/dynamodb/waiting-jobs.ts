import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { WAITING_JOB_STATES, openAtOfJob, type Job, type JobStore } from '@multi-tenant-runner/core';
import type { Item } from './attributes';
import { chunks } from '../chunks';
import { batchGet } from './batch-get';
import { OPEN_TENANTS, eachShard, pagesOfShard, tenantOf } from './open-rows';
import { fromItem } from './rows';
import { createTable } from './table';

export interface WaitingJobsDeps extends Pick<JobStore, 'listOpen'> {
  readonly client: Pick<DynamoDBClient, 'send'>;
  readonly tableName: string;
}

/** Rows of one look at the table at most; what runs is in the index too, and is mostly older than what waits. */
const MOST_AT_ONCE = 1_000;

/** Tenants whose own index is read at once. */
const SIDE_BY_SIDE = 50;

/**
 * The waiting jobs of all tenants, oldest first. The index over all jobs that no admission covers has each one's age,
 * so only the oldest are read, a hundred in one request, until enough of them wait. Of a marked tenant, which may have
 * admitted ones, and of one with more rows than a page of the index has, its own index tells the oldest.
 */
export async function listWaitingJobs(
  deps: WaitingJobsDeps,
  { limit, marked }: { readonly limit: number; readonly marked: readonly number[] },
): Promise<readonly Job[]> {
  const { keys, apart } = await findOpenKeys(deps, marked);
  let oldest: readonly Job[] = [];
  for (const some of chunks(apart, SIDE_BY_SIDE)) {
    const found = some.map((tenant) => deps.listOpen(tenant, { states: WAITING_JOB_STATES, limit }));
    oldest = oldestOf([...oldest, ...(await Promise.all(found)).flat()], limit);
  }
  for (let from = 0, size = limit; from < keys.length; size = Math.min(2 * size, MOST_AT_ONCE)) {
    const last = oldest[limit - 1];
    if (last !== undefined && openAtOfJob(last) <= (keys[from]?.openAt ?? '')) break;
    const asked = keys.slice(from, from + size).map(({ key }) => key);
    const found = (await batchGet(deps.client, deps.tableName, asked)).map((row) => fromItem<Job>(row));
    oldest = oldestOf([...oldest, ...found.filter(waits)], limit);
    from += size;
  }
  return oldest;
}

interface OpenKey {
  readonly key: Item;
  readonly openAt: string;
}

/** Of all rows of the index, oldest first, but for those of tenants whose own index is read. */
async function findOpenKeys({ client, tableName }: WaitingJobsDeps, marked: readonly number[]) {
  const table = createTable(client, tableName);
  const apart = new Set<number>(marked);
  const found = await eachShard(async (shard) => {
    const rows: Item[] = [];
    for await (const page of pagesOfShard(table, OPEN_TENANTS, shard)) {
      rows.push(...page.rows);
      if (page.isFull) apart.add(tenantOf(page.rows.at(-1)));
    }
    return rows;
  });
  const keys: OpenKey[] = found
    .flat()
    .filter((row) => !apart.has(tenantOf(row)))
    .map(({ installation_id, job_id, open_at }) => ({
      key: { installation_id, job_id } as Item,
      openAt: open_at?.S ?? '',
    }))
    .sort((one, other) => (one.openAt < other.openAt ? -1 : 1));
  return { keys, apart: [...apart] };
}

const waits = ({ state }: Job): boolean => (WAITING_JOB_STATES as readonly string[]).includes(state);

function oldestOf(jobs: readonly Job[], limit: number): readonly Job[] {
  return [...jobs].sort((one, other) => (openAtOfJob(one) < openAtOfJob(other) ? -1 : 1)).slice(0, limit);
}
