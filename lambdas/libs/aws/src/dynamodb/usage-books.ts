import {
  DAY,
  monthOf,
  plus,
  sumUsageBy,
  type DaySum,
  type SumPosition,
  type TenantSum,
  type UsageBooks,
} from '@multi-tenant-runner/core';
import { inChunks } from '../chunks';
import { Expression } from './expression';
import { createTable, type Table } from './table';
import { daySums, lifeOf, sumsOf, type UsageLedgerDeps } from './usage-ledger';

/** A machine lives for days at most: so far before its month a life may have begun. */
const LONGEST_LIFE = 14 * DAY;

/** Tenants whose sums are read at once. */
const AT_ONCE = 25;

/** Keys of the index in one request, of which a tenant has some for each day of the month. */
const KEYS = 1_000;

/** What operators and tenants read of the books that the ledger keeps. */
export function createDynamoUsageBooks({ client, tableName }: UsageLedgerDeps): UsageBooks {
  const table = createTable(client, tableName);
  const sumsOfMonth = async function* (month: string, after?: SumPosition): AsyncGenerator<TenantSum> {
    for await (const tenants of inChunks(tenantsOf(table, month, after?.installationId), AT_ONCE)) {
      const sums = await Promise.all(tenants.map((tenant) => sumsOfTenant(table, tenant, month)));
      yield* sums.flat().filter((sum) => isBehind(sum, after));
    }
  };
  return {
    sumsOfMonth,
    pageOfMonth: async (month, { limit, after }) => {
      const sums: TenantSum[] = [];
      for await (const sum of sumsOfMonth(month, after)) if (sums.push(sum) === limit) break;
      const last = sums.length === limit ? sums.at(-1) : undefined;
      return { sums, ...(last && { next: { installationId: last.installationId, tier: last.tier } }) };
    },
    daysOf: (installationId, month) => daySums(table, installationId, { month }),
    livesOf: async function* (installationId, month) {
      const expression = new Expression();
      const own = expression.equals('book', `${installationId}/lives`);
      const range = startsFor(month, expression);
      for await (const row of table.query({
        KeyConditionExpression: `${own} AND ${range}`,
        ...expression.placeholders,
      })) {
        const life = lifeOf(row);
        if (monthOf(life.endedAt) === month) yield life;
      }
    },
  };
}

/** The entries among which are those of the machines that ended in a month. */
export function startsFor(month: string, expression: Expression): string {
  const first = plus(new Date(`${month}-01T00:00:00.000Z`), -LONGEST_LIFE).toISOString();
  const [from, to] = [expression.value(first), expression.value(`${month}~`)];
  return `${expression.name('entry')} BETWEEN ${from} AND ${to}`;
}

/** Who has a machine in a month, each once, in the index' order. @param from where in it to begin */
async function* tenantsOf(table: Table, month: string, from?: number): AsyncGenerator<number> {
  const expression = new Expression();
  const ofMonth = expression.equals('month', month);
  const behind = from === undefined ? '' : ` AND ${expression.name('book')} >= ${expression.value(sumsOf(from))}`;
  let last: string | undefined;
  for await (const { book } of table.query({
    IndexName: 'month-keys-index',
    KeyConditionExpression: `${ofMonth}${behind}`,
    ...expression.placeholders,
    Limit: KEYS,
  })) {
    if (book?.S !== last) yield Number.parseInt(book?.S ?? '');
    last = book?.S;
  }
}

/** By size, in the order of their names. */
async function sumsOfTenant(table: Table, installationId: number, month: string): Promise<readonly TenantSum[]> {
  const days: DaySum[] = [];
  for await (const sum of daySums(table, installationId, { month })) days.push(sum);
  return [...sumUsageBy(days.map((sum) => [sum.tier, sum]))]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([tier, sum]) => ({ installationId, tier, ...sum }));
}

/** Tenants come in order, from the one of the position on. */
function isBehind({ installationId, tier }: TenantSum, after: SumPosition | undefined): boolean {
  return after === undefined || installationId !== after.installationId || tier > after.tier;
}
