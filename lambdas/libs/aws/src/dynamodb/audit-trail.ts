import { QueryCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  entryOf,
  type AuditEntry,
  type AuditPage,
  type AuditPageRequest,
  type AuditTrail,
} from '@multi-tenant-runner/core';
import { fromAttributes, toAttributes, type Item } from './attributes';
import { Expression } from './expression';
import { createTable } from './table';

/** `before` and `after` keep the spelling of the row that they are of. */
export function createDynamoAuditTrail({
  client,
  tableName,
}: {
  readonly client: Pick<DynamoDBClient, 'send'>;
  readonly tableName: string;
}): AuditTrail {
  const table = createTable(client, tableName);
  const page = async (
    key: readonly [string, string | number],
    { limit, before }: AuditPageRequest,
    index?: string,
  ): Promise<AuditPage> => {
    const expression = new Expression();
    const condition = expression.equals(...key);
    const { Items = [], LastEvaluatedKey: last } = await client.send(
      new QueryCommand({
        TableName: tableName,
        KeyConditionExpression: condition,
        ...expression.placeholders,
        ScanIndexForward: false,
        Limit: limit,
        ...(index === undefined ? { ConsistentRead: true } : { IndexName: index }),
        ...(before && {
          ExclusiveStartKey: toAttributes({
            installation_id: before.installationId,
            entry: before.entry,
            ...(index !== undefined && { [key[0]]: key[1] }),
          }),
        }),
      }),
    );
    return {
      entries: Items.map(parseEntry),
      ...(last && { next: { installationId: Number(last['installation_id']?.N), entry: last['entry']?.S ?? '' } }),
    };
  };
  return {
    record: async (entry) => (await table.create(toItem(entry), 'entry')).ok,
    ofTenant: (installationId, request) => page(['installation_id', installationId], request),
    ofDay: (day, request) => page(['day', day], request, 'day-index'),
  };
}

function toItem(entry: AuditEntry): Item {
  const { installationId, requestId, ...rest } = entry;
  const row = { installation_id: installationId, entry: entryOf(entry), day: entry.at.slice(0, 10), ...rest };
  return toAttributes({ ...row, request_id: requestId });
}

/** Only this store writes the table, so its shape is not validated again. */
function parseEntry(item: Item): AuditEntry {
  const { installation_id, request_id, entry: _entry, day: _day, ...rest } = fromAttributes(item);
  return {
    ...rest,
    installationId: Number(installation_id),
    ...(request_id !== undefined && { requestId: request_id }),
  } as AuditEntry;
}
