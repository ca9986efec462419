import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DAY,
  NO_USAGE,
  addUsage,
  dayOf,
  monthOf,
  plus,
  usageOf,
  type MachineLife,
  type SumPageRequest,
  type SumPosition,
  type TenantSum,
  type UsageBooks,
  type UsageLedger,
  type UsageSum,
} from '@multi-tenant-runner/core';
import { toAttributes, fromAttributes, type Item } from './attributes';
import { Expression } from './expression';
import { fromItem, toItem, toRow } from './rows';
import { createTable, type Update } from './table';
import type { TransactionWrite } from './transactions';

export interface UsageLedgerDeps {
  readonly client: Pick<DynamoDBClient, 'send'>;
  readonly tableName: string;
}

/**
 * Two books for each tenant: `<installation>/lives`, which no policy lets anyone change, and `<installation>/sums`. The
 * sums by month are in an index, so that a month's tenants are found without a scan.
 */
export function createDynamoUsageLedger({ client, tableName }: UsageLedgerDeps): UsageLedger {
  const table = createTable(client, tableName);
  const sumOf = async (installationId: number, period: string): Promise<UsageSum> => {
    const expression = new Expression();
    const own = expression.equals('book', sumsOf(installationId));
    const entry = `begins_with(${expression.name('entry')}, ${expression.value(`${period}#`)})`;
    let sum = NO_USAGE;
    for await (const row of table.query({
      ConsistentRead: true,
      KeyConditionExpression: `${own} AND ${entry}`,
      ...expression.placeholders,
    }))
      sum = addUsage(sum, parseSum(row));
    return sum;
  };
  return {
    sumsOf: async (installationId, { day, month }) => {
      const [ofDay, ofMonth] = await Promise.all([sumOf(installationId, day), sumOf(installationId, month)]);
      return { day: ofDay, month: ofMonth };
    },
    machinesOf: async (installationId) => {
      const expression = new Expression();
      const own = expression.equals('book', sumsOf(installationId));
      let machines = 0;
      // Months alone: each machine is in the sum of its day too.
      for await (const row of table.query({ KeyConditionExpression: own, ...expression.placeholders }))
        if (row['month'] !== undefined) machines += parseSum(row).machines;
      return machines;
    },
  };
}

/** A machine's life, first of all, and its sums. The life has a key of its own: a repeat meets the same one. */
export function writesOfLife(tableName: string, life: MachineLife): readonly TransactionWrite[] {
  // A launch's start is written once.
  const own = { book: `${life.installationId}/lives`, entry: `${life.startedAt}#${life.launchId}` };
  return [{ tableName, create: toItem({ ...toRow(life), ...own }) }, ...writesOfSums(tableName, life, usageOf(life))];
}

/** What is added to the sums of the day and month in which a machine ended. */
export function writesOfSums(
  tableName: string,
  machine: Pick<MachineLife, 'installationId' | 'tier' | 'endedAt'>,
  added: UsageSum,
): readonly TransactionWrite[] {
  const periods = [dayOf(machine.endedAt), monthOf(machine.endedAt)];
  return periods.map((period) => ({ tableName, update: addTo({ ...machine, period }, added) }));
}

/** A machine lives for days at most: so far before its month a life may have begun. */
const LONGEST_LIFE = 14 * DAY;

export function createDynamoUsageBooks({ client, tableName }: UsageLedgerDeps): UsageBooks {
  const table = createTable(client, tableName);
  const sumsOfMonth = async function* (month: string, request?: SumPageRequest): AsyncGenerator<TenantSum> {
    const expression = new Expression();
    const condition = expression.equals('month', month);
    for await (const row of table.query({
      IndexName: 'month-index',
      KeyConditionExpression: condition,
      ...expression.placeholders,
      ...(request && { Limit: request.limit }),
      ...(request?.after && { ExclusiveStartKey: keyInMonth(month, request.after) }),
    })) {
      const { installation_id: installationId, tier } = fromAttributes(row);
      yield { installationId: Number(installationId), tier: String(tier), ...parseSum(row) };
    }
  };
  return {
    sumsOfMonth,
    pageOfMonth: async (month, request) => {
      const sums: TenantSum[] = [];
      for await (const sum of sumsOfMonth(month, request)) {
        sums.push(sum);
        if (sums.length === request.limit) break;
      }
      const last = sums.length === request.limit ? sums.at(-1) : undefined;
      return { sums, ...(last && { next: { installationId: last.installationId, tier: last.tier } }) };
    },
    periodsOf: async function* (installationId, month) {
      const expression = new Expression();
      const own = expression.equals('book', sumsOf(installationId));
      const ofMonth = `begins_with(${expression.name('entry')}, ${expression.value(month)})`;
      for await (const row of table.query({
        KeyConditionExpression: `${own} AND ${ofMonth}`,
        ...expression.placeholders,
      })) {
        const { period, tier } = fromAttributes(row);
        yield { period: String(period), tier: String(tier), ...parseSum(row) };
      }
    },
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

/** Of a sum in the index by month. */
function keyInMonth(month: string, { installationId, tier }: SumPosition): Item {
  return toAttributes({ month, book: sumsOf(installationId), entry: `${month}#${tier}` });
}

const sumsOf = (installationId: number): string => `${installationId}/sums`;

/** The sum of a tenant, a size and a day or month. */
function addTo(
  life: Pick<MachineLife, 'installationId' | 'tier' | 'endedAt'> & { readonly period: string },
  { machines, seconds, costMicros, unpriced }: UsageSum,
): Update {
  const expression = new Expression();
  const { period } = life;
  const counts = { machines, seconds, cost_micros: costMicros, unpriced };
  const adding = Object.entries(counts).map(([name, value]) => `${expression.name(name)} ${expression.value(value)}`);
  const set = expression.update({
    installation_id: life.installationId,
    tier: life.tier,
    period,
    // Only months are in the index.
    ...(period === monthOf(life.endedAt) && { month: period }),
  });
  return {
    key: toAttributes({ book: sumsOf(life.installationId), entry: `${period}#${life.tier}` }),
    expression,
    update: `${set} ADD ${adding.join(', ')}`,
    // Always true: the first machine makes the row.
    condition: `${expression.isMissing('book')} OR ${expression.exists('book')}`,
  };
}

function parseSum(item: Item): UsageSum {
  const { machines, seconds, cost_micros: costMicros, unpriced } = fromAttributes(item);
  return {
    machines: Number(machines),
    seconds: Number(seconds),
    costMicros: Number(costMicros),
    unpriced: Number(unpriced),
  };
}

export function lifeOf(item: Item): MachineLife {
  const { book: _book, entry: _entry, ...life } = fromItem<MachineLife & { book: string; entry: string }>(item);
  return life;
}
