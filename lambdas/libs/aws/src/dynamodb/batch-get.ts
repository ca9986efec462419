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
  const requests = chunks(keys, MOST).map((asked) => getAll(client, tableName, asked));
  return (await Promise.all(requests)).flat();
}

/**
 * What DynamoDB leaves out, it throttled or would have made the answer too long: that is asked for again, after a pause
 * that grows as long as nothing more comes.
 */
async function getAll(
  client: Pick<DynamoDBClient, 'send'>,
  tableName: string,
  asked: readonly Item[],
): Promise<readonly Item[]> {
  const items: Item[] = [];
  let keys = asked;
  for (let empty = 0; keys.length > 0; ) {
    const request = { [tableName]: { Keys: [...keys], ConsistentRead: true } };
    const answer: BatchGetItemCommandOutput = await client.send(new BatchGetItemCommand({ RequestItems: request }));
    items.push(...(answer.Responses?.[tableName] ?? []));
    const left = answer.UnprocessedKeys?.[tableName]?.Keys ?? [];
    empty = left.length < keys.length ? 0 : empty + 1;
    if (empty >= ATTEMPTS) throw new Error(`DynamoDB throttles the reads of ${tableName}`);
    keys = left;
    if (keys.length > 0) await pauseAfter(empty + 1);
  }
  return items;
}
