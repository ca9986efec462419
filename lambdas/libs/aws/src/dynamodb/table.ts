import {
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
  type DynamoDBClient,
  type QueryCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { Item } from './attributes';
import { retryConflicts } from './conflicts';
import type { Expression } from './expression';

/** The outcome of a conditional write; if the condition fails, the current item, which DynamoDB returns then. */
export type Outcome = { readonly ok: true; readonly item: Item } | { readonly ok: false; readonly item?: Item };

export interface Update {
  readonly key: Item;
  readonly expression: Expression;
  readonly update: string;
  readonly condition: string;
}

export type Removal = Omit<Update, 'update'>;

/** The calls that the stores make on one table. */
export interface Table {
  get(key: Item): Promise<Item | undefined>;
  /** Only if the key has no item. */
  create(item: Item, keyName: string): Promise<Outcome>;
  update(update: Update): Promise<Outcome>;
  /** Reads page by page, until the consumer stops. */
  query(input: Omit<QueryCommandInput, 'TableName'>): AsyncGenerator<Item>;
}

export function createTable(client: Pick<DynamoDBClient, 'send'>, tableName: string): Table {
  return {
    get: async (key) =>
      (await client.send(new GetItemCommand({ TableName: tableName, Key: key, ConsistentRead: true }))).Item,
    create: (item, keyName) =>
      conditional(async () => {
        await client.send(new PutItemCommand(buildCreate(tableName, item, keyName)));
        return item;
      }),
    update: (update) =>
      conditional(async () => {
        const input = { ...buildUpdate(tableName, update), ReturnValues: 'ALL_NEW' } as const;
        return (await client.send(new UpdateItemCommand(input))).Attributes ?? {};
      }),
    query: async function* (input) {
      let start: Item | undefined;
      do {
        const page = await client.send(
          new QueryCommand({ TableName: tableName, ...input, ...(start && { ExclusiveStartKey: start }) }),
        );
        yield* page.Items ?? [];
        start = page.LastEvaluatedKey;
      } while (start !== undefined);
    },
  };
}

/** A new row, of a request of its own or of a transaction. */
export function buildCreate(tableName: string, item: Item, keyName = 'installation_id') {
  return {
    TableName: tableName,
    Item: item,
    ConditionExpression: 'attribute_not_exists(#key)',
    ExpressionAttributeNames: { '#key': keyName },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  } as const;
}

/** A change of a row, of a request of its own or of a transaction. */
export function buildUpdate(tableName: string, { key, expression, update, condition }: Update) {
  return {
    TableName: tableName,
    Key: key,
    UpdateExpression: update,
    ConditionExpression: condition,
    ...expression.placeholders,
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  } as const;
}

/** The end of a row, of a request of its own or of a transaction. */
export function buildRemoval(tableName: string, { key, expression, condition }: Removal) {
  return {
    TableName: tableName,
    Key: key,
    ConditionExpression: condition,
    ...expression.placeholders,
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  } as const;
}

async function conditional(write: () => Promise<Item>): Promise<Outcome> {
  try {
    return { ok: true, item: await retryConflicts(write) };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const item = 'Item' in error ? error.Item : undefined;
    return { ok: false, ...(isItem(item) && { item }) };
  }
}

/** The condition of a write does not hold. */
export function isRefusal(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException';
}

export function isItem(value: unknown): value is Item {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}
