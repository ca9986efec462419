import { BatchGetItemCommand, type BatchGetItemCommandOutput, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { chunks } from '../chunks';
import type { Item } from './attributes';
import { ATTEMPTS, pauseAfter } from './conflicts';

/** Keys of a request: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html */
const MOST = 100;

/**
 * The rows of these keys, strongly consistent, in no order; a key without a row has none. A request for each hundred,
 * all at once.
 *
 * @throws after ten answers in a row without a row
 */
export async function batchGet(
  client: Pick<DynamoDBClient, 'send'>,
  tableName: string,
  keys: readonly Item[],
): Promise<readonly Item[]> {
  const requests = chunks(keys, MOST).map((asked) => batchGetTables(client, { [tableName]: asked }));
  return (await Promise.all(requests)).flatMap((rows) => rows.get(tableName) ?? []);
}

type KeysByTable = Readonly<Record<string, readonly Item[]>>;

/**
 * The same of several tables, at most a hundred rows in all. What DynamoDB leaves out, it throttled or would have made
 * the answer too long: that is asked for again, after a pause that grows as long as nothing more comes.
 */
export async function batchGetTables(
  client: Pick<DynamoDBClient, 'send'>,
  asked: KeysByTable,
): Promise<ReadonlyMap<string, readonly Item[]>> {
  const found = new Map<string, readonly Item[]>();
  let keys = asked;
  for (let empty = 0; countOf(keys) > 0; ) {
    const request = Object.entries(keys)
      .filter(([, own]) => own.length > 0)
      .map(([table, own]) => [table, { Keys: [...own], ConsistentRead: true }]);
    const answer: BatchGetItemCommandOutput = await client.send(
      new BatchGetItemCommand({ RequestItems: Object.fromEntries(request) }),
    );
    const { Responses = {}, UnprocessedKeys = {} } = answer;
    for (const [table, rows] of Object.entries(Responses)) found.set(table, [...(found.get(table) ?? []), ...rows]);
    const left = Object.fromEntries(Object.entries(UnprocessedKeys).map(([table, { Keys = [] }]) => [table, Keys]));
    empty = countOf(left) < countOf(keys) ? 0 : empty + 1;
    if (empty >= ATTEMPTS) throw new Error(`DynamoDB throttles the reads of ${Object.keys(left).join(', ')}`);
    keys = left;
    if (countOf(keys) > 0) await pauseAfter(empty + 1);
  }
  return found;
}

const countOf = (keys: KeysByTable): number => Object.values(keys).reduce((sum, { length }) => sum + length, 0);
