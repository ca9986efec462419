import { TransactWriteItemsCommand, type DynamoDBClient, type TransactWriteItem } from '@aws-sdk/client-dynamodb';
import {
  NO_USAGE,
  addUsage,
  dayOf,
  monthOf,
  usageOf,
  type MachineLife,
  type UsageLedger,
  type UsageSum,
} from '@multi-tenant-runner/core';
import { sleep } from '../sleep';
import { toAttributes, fromAttributes, type Item } from './attributes';
import { Expression } from './expression';
import { fromItem, toItem, toRow } from './rows';
import { createTable } from './table';

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
    record: async (life) => {
      const book = `${life.installationId}/lives`;
      // A launch's start is written once, so that a repeat meets the same key.
      const entry = `${life.startedAt}#${life.launchId}`;
      const items = [
        {
          Put: {
            TableName: tableName,
            Item: toItem({ ...toRow(life), book, entry }),
            ConditionExpression: 'attribute_not_exists(#key)',
            ExpressionAttributeNames: { '#key': 'book' },
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
          },
        },
        addTo(tableName, life, dayOf(life.endedAt)),
        addTo(tableName, life, monthOf(life.endedAt)),
      ];
      return (await writeOnce(client, items)) ?? life;
    },
    sumsOf: async (installationId, { day, month }) => {
      const [ofDay, ofMonth] = await Promise.all([sumOf(installationId, day), sumOf(installationId, month)]);
      return { day: ofDay, month: ofMonth };
    },
  };
}

const sumsOf = (installationId: number): string => `${installationId}/sums`;

/** The sum of a tenant, a size and a day or month. */
function addTo(tableName: string, life: MachineLife, period: string): TransactWriteItem {
  const expression = new Expression();
  const { machines, seconds, costMicros, unpriced } = usageOf(life);
  const added = { machines, seconds, cost_micros: costMicros, unpriced };
  const adding = Object.entries(added).map(([name, value]) => `${expression.name(name)} ${expression.value(value)}`);
  const set = expression.update({
    installation_id: life.installationId,
    tier: life.tier,
    period,
    // Only months are in the index.
    ...(period === monthOf(life.endedAt) && { month: period }),
  });
  return {
    Update: {
      TableName: tableName,
      Key: toAttributes({ book: sumsOf(life.installationId), entry: `${period}#${life.tier}` }),
      UpdateExpression: `${set} ADD ${adding.join(', ')}`,
      ...expression.placeholders,
    },
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

/** More than a second in all: several machines of one tenant that end together meet at its sums. */
const ATTEMPTS = 10;
/** Milliseconds. */
const FIRST_PAUSE = 20;
const LONGEST_PAUSE = 400;

/**
 * Answers the life that stands if there is one, undefined if all was written.
 *
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-conflict-handling
 */
async function writeOnce(
  client: Pick<DynamoDBClient, 'send'>,
  items: TransactWriteItem[],
): Promise<MachineLife | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.send(new TransactWriteItemsCommand({ TransactItems: items }));
      return undefined;
    } catch (error) {
      const reasons = reasonsOf(error);
      const standing = reasons[0]?.Code === 'ConditionalCheckFailed' ? reasons[0].Item : undefined;
      if (standing !== undefined) return lifeOf(standing);
      const isConflict = reasons.some(({ Code }) => Code === 'TransactionConflict' || Code === 'ThrottlingError');
      if (!isConflict || attempt >= ATTEMPTS) throw error;
    }
    await sleep(Math.random() * Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** attempt));
  }
}

interface Reason {
  readonly Code?: string;
  readonly Item?: Item;
}

function reasonsOf(error: unknown): readonly Reason[] {
  if (!(error instanceof Error) || !('CancellationReasons' in error)) return [];
  return Array.isArray(error.CancellationReasons) ? (error.CancellationReasons as Reason[]) : [];
}

function lifeOf(item: Item): MachineLife {
  const { book: _book, entry: _entry, ...life } = fromItem<MachineLife & { book: string; entry: string }>(item);
  return life;
}
