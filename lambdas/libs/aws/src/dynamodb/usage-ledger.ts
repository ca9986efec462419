import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  NO_USAGE,
  addUsage,
  dayOf,
  monthOf,
  usageOf,
  type DaySum,
  type MachineLife,
  type UsageLedger,
  type UsageSum,
} from '@multi-tenant-runner/core';
import { toAttributes, fromAttributes, type Item } from './attributes';
import { Expression } from './expression';
import { fromItem, toItem, toRow } from './rows';
import { createTable, type Table, type Update } from './table';
import type { TransactionWrite } from './transactions';

export interface UsageLedgerDeps {
  readonly client: Pick<DynamoDBClient, 'send'>;
  readonly tableName: string;
}

/**
 * Two books for each tenant: `<installation>/lives`, which no policy lets anyone change, and `<installation>/sums`, a
 * row for each day and size. A month is the sum of its days. Earlier revisions kept a row for each month besides; these
 * stay as they are, and are not read.
 */
export function createDynamoUsageLedger({ client, tableName }: UsageLedgerDeps): UsageLedger {
  const table = createTable(client, tableName);
  return {
    sumsOf: async (installationId, { day, month }) => {
      const sums = { day: NO_USAGE, month: NO_USAGE };
      for await (const sum of daySums(table, installationId, { month, isConsistent: true })) {
        sums.month = addUsage(sums.month, sum);
        if (sum.day === day) sums.day = addUsage(sums.day, sum);
      }
      return sums;
    },
    machinesOf: async (installationId) => {
      let machines = 0;
      for await (const sum of daySums(table, installationId)) machines += sum.machines;
      return machines;
    },
  };
}

/** A tenant's sums by day and size, in that order. @param of.month only of this one */
export async function* daySums(
  table: Pick<Table, 'query'>,
  installationId: number,
  { month, isConsistent = false }: { readonly month?: string; readonly isConsistent?: boolean } = {},
): AsyncGenerator<DaySum> {
  const expression = new Expression();
  const own = expression.equals('book', sumsOf(installationId));
  const ofMonth =
    month === undefined ? '' : ` AND begins_with(${expression.name('entry')}, ${expression.value(`${month}-`)})`;
  for await (const row of table.query({
    ConsistentRead: isConsistent,
    KeyConditionExpression: `${own}${ofMonth}`,
    ...expression.placeholders,
  })) {
    const { period, tier } = fromAttributes(row);
    // One of a month has the same machines once more.
    if (String(period).length === DAY_LENGTH) yield { day: String(period), tier: String(tier), ...parseSum(row) };
  }
}

const DAY_LENGTH = 'YYYY-MM-DD'.length;

/** A machine's life, first of all, and its day's sum. The life has a key of its own: a repeat meets the same one. */
export function writesOfLife(tableName: string, life: MachineLife): readonly TransactionWrite[] {
  // A launch's start is written once.
  const own = { book: `${life.installationId}/lives`, entry: `${life.startedAt}#${life.launchId}` };
  return [{ tableName, create: toItem({ ...toRow(life), ...own }) }, ...writesOfSums(tableName, life, usageOf(life))];
}

/** What is added to the sum of the day on which a machine ended. */
export function writesOfSums(
  tableName: string,
  machine: Pick<MachineLife, 'installationId' | 'tier' | 'endedAt'>,
  added: UsageSum,
): readonly TransactionWrite[] {
  return [{ tableName, update: addTo(machine, added) }];
}

export const sumsOf = (installationId: number): string => `${installationId}/sums`;

/** The sum of a tenant, a size and a day. */
function addTo(
  { installationId, tier, endedAt }: Pick<MachineLife, 'installationId' | 'tier' | 'endedAt'>,
  { machines, seconds, costMicros, unpriced }: UsageSum,
): Update {
  const expression = new Expression();
  const day = dayOf(endedAt);
  const counts = { machines, seconds, cost_micros: costMicros, unpriced };
  const adding = Object.entries(counts).map(([name, value]) => `${expression.name(name)} ${expression.value(value)}`);
  const set = expression.update({ installation_id: installationId, tier, period: day, month: monthOf(endedAt) });
  return {
    key: toAttributes({ book: sumsOf(installationId), entry: `${day}#${tier}` }),
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
