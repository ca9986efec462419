import type { AttributeValue, DynamoDBClient, TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { TABLE_DEFINITIONS } from './table-definitions';

type Item = Readonly<Record<string, AttributeValue>>;

/**
 * Makes a client refuse a transaction that names an item twice, as DynamoDB does; DynamoDB Local lets it pass.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
 */
export function refuseRepeatedItems(client: DynamoDBClient): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      const { TransactItems: writes = [] } = args.input as { readonly TransactItems?: readonly TransactWriteItem[] };
      const items = writes.map(itemOf);
      if (new Set(items).size === items.length) return next(args);
      const error = new Error('Transaction request cannot include multiple operations on one item');
      throw Object.assign(error, { name: 'ValidationException', $metadata: { httpStatusCode: 400 } });
    },
    { step: 'initialize', name: 'refuseRepeatedItems' },
  );
}

/** In words of its own: the table and the key. */
function itemOf({ Put, Update, Delete, ConditionCheck }: TransactWriteItem): string {
  const { TableName: table = '' } = Put ?? Update ?? Delete ?? ConditionCheck ?? {};
  const keys = TABLE_DEFINITIONS.find(({ name }) => table.endsWith(`-${name}`))?.keys;
  if (keys === undefined) throw new Error(`${table} has no definition among the tables`);
  const given: Item = Put?.Item ?? Update?.Key ?? Delete?.Key ?? ConditionCheck?.Key ?? {};
  const names = [keys.hash, ...(keys.range ? [keys.range] : [])].map(({ name }) => name);
  return JSON.stringify([table, ...names.map((name) => given[name])]);
}
