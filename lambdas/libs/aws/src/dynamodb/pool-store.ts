import { DeleteItemCommand, ScanCommand, type AttributeValue, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  poolNameOf,
  type Blank,
  type BoundBlank,
  type Clock,
  type PoolKey,
  type PoolStore,
} from '@multi-tenant-runner/core';
import { toAttributes, type Item } from './attributes';
import { retryConflicts } from './conflicts';
import { Expression } from './expression';
import { updateOfLaunch } from './launch-store';
import { fromItem, toItem, toRow } from './rows';
import { buildRemoval, createTable, isRefusal, type Removal } from './table';
import { createTransactions } from './transactions';

export interface PoolStoreDeps {
  readonly client: Pick<DynamoDBClient, 'send'>;
  readonly tableName: string;
  readonly launchesTable: string;
  readonly clock: Clock;
}

/** The book of machines that were taken; a pool's begins with `pool#`. */
const BOUND = 'bound';

export function createDynamoPoolStore({ client, tableName, launchesTable, clock }: PoolStoreDeps): PoolStore {
  const table = createTable(client, tableName);
  const transact = createTransactions(client);
  const readBook = async (book: string): Promise<Item[]> => {
    const expression = new Expression();
    const condition = expression.equals('book', book);
    const items: Item[] = [];
    const query = { KeyConditionExpression: condition, ConsistentRead: true, ...expression.placeholders };
    for await (const item of table.query(query)) items.push(item);
    return items;
  };
  const change = async (blank: Blank, changes: Partial<Blank>, missing: string): Promise<boolean> => {
    const expression = new Expression();
    const update = expression.update(toRow(changes));
    const condition = `${expression.equals('blank_id', blank.blankId)} AND ${expression.isMissing(missing)}`;
    return (await table.update({ key: keyOf(blank), expression, update, condition })).ok;
  };
  const remove = async (removal: Removal): Promise<boolean> => {
    try {
      await retryConflicts(() => client.send(new DeleteItemCommand(buildRemoval(tableName, removal))));
      return true;
    } catch (error) {
      if (isRefusal(error)) return false;
      throw error;
    }
  };

  return {
    places: async (pool) => (await readBook(bookOf(pool))).map(toBlank),
    get: async (place) => {
      const item = await table.get(keyOf(place));
      return item && toBlank(item);
    },
    occupy: async (blank) => (await table.create({ ...toItem(toRow(blank)), ...keyOf(blank) }, 'book')).ok,
    recordInstance: (blank, machine) => change(blank, machine, 'instance_id'),
    announce: (blank, announcement) => change(blank, { announcement }, 'announcement'),
    vacate: (blank) => remove(removalOf(blank)),
    bind: async (blank, { boundAt, ...launch }) => {
      const { installationId, launchId } = launch;
      const bound = { instanceId: blank.instanceId, installationId, launchId, boundAt };
      const outcome = await transact([
        { tableName: launchesTable, update: updateOfLaunch(launch, clock) },
        { tableName, remove: removalOf(blank) },
        { tableName, create: { ...toItem(toRow(bound)), ...boundKey(blank.instanceId) }, keyName: 'book' },
      ]);
      if (outcome.ok) return 'bound';
      return outcome.refusals[0] === undefined ? 'taken' : 'launch';
    },
    findBound: async (instanceId) => {
      const item = await table.get(boundKey(instanceId));
      return item && toBound(item);
    },
    readAll: async () => {
      const blanks = (await scan(client, tableName)).filter(({ book }) => book?.S !== BOUND).map(toBlank);
      // After the places: a machine that is bound meanwhile is seen in both, or here.
      return { blanks, bound: (await readBook(BOUND)).map(toBound) };
    },
    forgetBound: async (instanceId) => {
      await client.send(new DeleteItemCommand({ TableName: tableName, Key: boundKey(instanceId) }));
    },
  };
}

async function scan(client: PoolStoreDeps['client'], tableName: string): Promise<Item[]> {
  const items: Item[] = [];
  let start: Record<string, AttributeValue> | undefined;
  do {
    const page = await client.send(
      new ScanCommand({ TableName: tableName, ConsistentRead: true, ...(start && { ExclusiveStartKey: start }) }),
    );
    items.push(...(page.Items ?? []));
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
  return items;
}

const bookOf = (pool: PoolKey): string => `pool#${poolNameOf(pool)}`;
const keyOf = (blank: PoolKey & Pick<Blank, 'place'>): Item =>
  toAttributes({ book: bookOf(blank), entry: String(blank.place).padStart(3, '0') });
const boundKey = (instanceId: string): Item => toAttributes({ book: BOUND, entry: instanceId });

function removalOf(blank: Blank): Removal {
  const expression = new Expression();
  const condition = expression.equals('blank_id', blank.blankId);
  return { key: keyOf(blank), expression, condition };
}

const withoutKey = ({ book: _book, entry: _entry, ...item }: Item): Item => item;
const toBlank = (item: Item): Blank => fromItem<Blank>(withoutKey(item));
const toBound = (item: Item): BoundBlank => fromItem<BoundBlank>(withoutKey(item));
