import { OPEN_SHARDS, type OpenPage, type OpenPageRequest } from '@multi-tenant-runner/core';
import type { Item } from './attributes';
import { Expression } from './expression';
import { fromItem } from './rows';
import type { Table } from './table';

const PAGE = 1_000;

/** Of the tenants: the marked rows. Of the jobs: the open ones that no admission covers. */
export const OPEN_TENANTS: ShardedIndex = { index: 'open-tenants-index', shard: 'open_shard' };

/** An index over all tenants' rows, in order of the tenant, and the attribute that has a row's key in it. */
export interface ShardedIndex {
  readonly index: string;
  readonly shard: string;
}

/**
 * The tenants that have rows in the index, each once. Behind a full page the query goes on with the next tenant, so one
 * tenant costs a page at most, whatever it has there.
 */
export async function findTenantsIn(table: Table, index: ShardedIndex): Promise<number[]> {
  const found = await eachShard(async (shard) => {
    const tenants = new Set<number>();
    for await (const { rows } of pagesOfShard(table, index, shard)) for (const row of rows) tenants.add(tenantOf(row));
    return [...tenants];
  });
  return found.flat();
}

/** All at once. */
export function eachShard<T>(read: (shard: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: OPEN_SHARDS }, (_, shard) => read(shard)));
}

/** Behind a full page, whose last tenant may have more rows than are in it, comes the page of the next tenant. */
export async function* pagesOfShard(
  table: Table,
  { index, shard: name }: ShardedIndex,
  shard: number,
): AsyncGenerator<{ readonly rows: readonly Item[]; readonly isFull: boolean }> {
  let last = -1;
  for (let isFull = true; isFull; ) {
    const expression = new Expression();
    const condition =
      `${expression.equals(name, shard)} AND ${expression.name('installation_id')} > ` + `${expression.value(last)}`;
    const found = table.query({
      IndexName: index,
      KeyConditionExpression: condition,
      ...expression.placeholders,
      Limit: PAGE,
    });
    const rows: Item[] = [];
    for await (const row of found) if (rows.push(row) >= PAGE) break;
    isFull = rows.length >= PAGE;
    last = tenantOf(rows.at(-1));
    yield { rows, isFull };
  }
}

export const tenantOf = (row: Item | undefined): number => Number(row?.['installation_id']?.N);

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
    // What the index does not have comes from the table: it is local.
    Select: 'ALL_ATTRIBUTES',
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
