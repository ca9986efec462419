import {
  CreateTableCommand,
  type DynamoDBClient,
  type KeySchemaElement,
  type Projection,
} from '@aws-sdk/client-dynamodb';
import { TABLE_DEFINITIONS, type IndexDefinition, type Keys, type TableDefinition } from './table-definitions';

/** Makes the tables as the module does, named `prefix-tenants` and so on. */
export async function createTables(client: Pick<DynamoDBClient, 'send'>, prefix: string): Promise<void> {
  await Promise.all(TABLE_DEFINITIONS.map((table) => client.send(toCommand(table, prefix))));
}

function toCommand({ name, keys, globalIndexes, localIndexes }: TableDefinition, prefix: string): CreateTableCommand {
  const all = [keys, ...[...globalIndexes, ...localIndexes].map((index) => index.keys)].flatMap(({ hash, range }) =>
    range ? [hash, range] : [hash],
  );
  const attributes = new Map(all.map((key) => [key.name, key.type]));
  return new CreateTableCommand({
    TableName: `${prefix}-${name}`,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [...attributes].map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType })),
    KeySchema: toSchema(keys),
    ...(globalIndexes.length > 0 && { GlobalSecondaryIndexes: globalIndexes.map(toIndex) }),
    ...(localIndexes.length > 0 && { LocalSecondaryIndexes: localIndexes.map(toIndex) }),
  });
}

function toSchema({ hash, range }: Keys): KeySchemaElement[] {
  return [
    { AttributeName: hash.name, KeyType: 'HASH' },
    ...(range ? [{ AttributeName: range.name, KeyType: 'RANGE' as const }] : []),
  ];
}

function toIndex({ name, keys, projection }: IndexDefinition): {
  IndexName: string;
  KeySchema: KeySchemaElement[];
  Projection: Projection;
} {
  const Projection: Projection =
    typeof projection === 'string'
      ? { ProjectionType: projection }
      : { ProjectionType: 'INCLUDE', NonKeyAttributes: [...projection] };
  return { IndexName: name, KeySchema: toSchema(keys), Projection };
}
