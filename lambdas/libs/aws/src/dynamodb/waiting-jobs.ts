import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { WAITING_JOB_STATES, openAtOfJob, type Job, type JobStore } from '@multi-tenant-runner/core';
import type { Item } from './attributes';
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

/**
 * The waiting jobs of all tenants, oldest first. The index over all open rows has each one's age, so only the oldest
 * are read, a hundred in one request, until enough of them wait. Of a tenant with more open rows than a page of the
 * index has, its own index tells the oldest.
 */
export async function listWaitingJobs(deps: WaitingJobsDeps, limit: number): Promise<readonly Job[]> {
  const { keys, large } = await findOpenKeys(deps);
  const ofLarge = large.map((tenant) => deps.listOpen(tenant, { states: WAITING_JOB_STATES, limit }));
  let oldest = oldestOf((await Promise.all(ofLarge)).flat(), limit);
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

/** Of all open rows, oldest first, but for those of tenants with too many. */
async function findOpenKeys({ client, tableName }: WaitingJobsDeps) {
  const table = createTable(client, tableName);
  const large = new Set<number>();
  const found = await eachShard(async (shard) => {
    const rows: Item[] = [];
    for await (const page of pagesOfShard(table, OPEN_TENANTS, shard)) {
      rows.push(...page.rows);
      if (page.isFull) large.add(tenantOf(page.rows.at(-1)));
    }
    return rows;
  });
  const keys: OpenKey[] = found
    .flat()
    .filter((row) => !large.has(tenantOf(row)))
    .map(({ installation_id, job_id, open_at }) => ({
      key: { installation_id, job_id } as Item,
      openAt: open_at?.S ?? '',
    }))
    .sort((one, other) => (one.openAt < other.openAt ? -1 : 1));
  return { keys, large: [...large] };
}

const waits = ({ state }: Job): boolean => (WAITING_JOB_STATES as readonly string[]).includes(state);

function oldestOf(jobs: readonly Job[], limit: number): readonly Job[] {
  return [...jobs].sort((one, other) => (openAtOfJob(one) < openAtOfJob(other) ? -1 : 1)).slice(0, limit);
}
