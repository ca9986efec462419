import type { OpenPage, OpenPageRequest } from '@multi-tenant-runner/core';
import { Expression } from './expression';
import { fromItem } from './rows';
import type { Table } from './table';

/**
 * The index over all tenants' open rows has so many keys that no tenant's flood reaches the 1,000 writes a second of
 * the one that it shares with a few others.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
 */
const SHARDS = 16;
const PAGE = 1_000;

/** The index's key of a row, present exactly while the row is open. */
export function openShardOf(installationId: number): number {
  return installationId % SHARDS;
}

/**
 * The tenants that have open rows, each once. Behind a full page the query goes on with the next tenant, so one tenant
 * costs a page at most, whatever it has open.
 */
export function findTenantsWithOpen(table: Table): Promise<number[]> {
  return findTenantsIn(table, { index: 'open-tenants-index', shard: 'open_shard' });
}

/** An index over all tenants' rows, in order of the tenant, and the attribute that has a row's key in it. */
interface ShardedIndex {
  readonly index: string;
  readonly shard: string;
}

/** The same for any such index. */
export async function findTenantsIn(table: Table, index: ShardedIndex): Promise<number[]> {
  const shards = Array.from({ length: SHARDS }, (_, shard) => findInShard(table, index, shard));
  return (await Promise.all(shards)).flat();
}

async function findInShard(table: Table, { index, shard: name }: ShardedIndex, shard: number): Promise<number[]> {
  const found = new Set<number>();
  let last = -1;
  for (let read = PAGE; read >= PAGE; ) {
    read = 0;
    const expression = new Expression();
    const condition =
      `${expression.equals(name, shard)} AND ${expression.name('installation_id')} > ` + `${expression.value(last)}`;
    const rows = table.query({
      IndexName: index,
      KeyConditionExpression: condition,
      ...expression.placeholders,
      Limit: PAGE,
    });
    for await (const row of rows) {
      found.add((last = Number(row['installation_id']?.N)));
      if ((read += 1) >= PAGE) break;
    }
  }
  return [...found];
}

/** A local index, and the attribute that it is in order of: only rows that have it are there. */
export interface SparseIndex {
  readonly index: string;
  readonly key: string;
}

const OPEN: SparseIndex = { index: 'open-index', key: 'open_at' };

export async function pageOpenRows<T>(
  table: Table,
  installationId: number,
  { after, limit }: OpenPageRequest,
  { index, key }: SparseIndex = OPEN,
): Promise<OpenPage<T>> {
  const expression = new Expression();
  const own = expression.equals('installation_id', installationId);
  const behind = after === undefined ? '' : ` AND ${expression.name(key)} > ${expression.value(after)}`;
  const items = table.query({
    IndexName: index,
    ConsistentRead: true,
    KeyConditionExpression: `${own}${behind}`,
    ...expression.placeholders,
    Limit: limit,
  });
  const rows: T[] = [];
  let next: string | undefined;
  for await (const item of items) {
    rows.push(fromItem<T>(item));
    if (rows.length < limit) continue;
    next = item[key]?.S;
    break;
  }
  return { rows, ...(next !== undefined && { next }) };
}
