import { DeleteItemCommand, PutItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { TAG, Throttled, type ConfigStore } from '@multi-tenant-runner/core';
import { isThrottle, parseAwsError } from '../aws-error';
import { toAttributes, type Item } from '../dynamodb/attributes';
import { Expression } from '../dynamodb/expression';
import { createTable } from '../dynamodb/table';

export interface DynamoConfigStoreDeps {
  readonly client: Pick<DynamoDBClient, 'send'>;
  readonly tableName: string;
}

/**
 * A row for each configuration, for more launches than SSM's three writes a second allow. Whoever reads one deletes it
 * with the same call.
 */
export function createDynamoConfigStore({ client, tableName }: DynamoConfigStoreDeps): ConfigStore {
  const table = createTable(client, tableName);
  const take = async (installationId: number, launchId: string): Promise<Item | undefined> => {
    const Key = keyOf(installationId, launchId);
    const answer = await client.send(new DeleteItemCommand({ TableName: tableName, Key, ReturnValues: 'ALL_OLD' }));
    return answer.Attributes;
  };
  return {
    put: (entry) =>
      throttling(async () => {
        const row = {
          installation_id: entry.installationId,
          launch_id: entry.launchId,
          configuration: entry.value,
          [TAG.tenantTier]: entry.tenantTier,
          [TAG.runnerTier]: entry.tier,
          // DynamoDB's TTL is in seconds.
          expires_at: Math.floor(entry.expiresAt.getTime() / 1_000),
        };
        await client.send(new PutItemCommand({ TableName: tableName, Item: toAttributes(row) }));
      }),
    take: (installationId, launchId) =>
      throttling(async () => (await take(installationId, launchId))?.['configuration']?.S),
    remove: (installationId, launchIds) =>
      throttling(async () => {
        for (const launchId of launchIds) await take(installationId, launchId);
      }),
    list: (installationId) =>
      throttling(async () => {
        const expression = new Expression();
        const condition = expression.equals('installation_id', installationId);
        const rows = table.query({
          ConsistentRead: true,
          KeyConditionExpression: condition,
          ProjectionExpression: expression.name('launch_id'),
          ...expression.placeholders,
        });
        const ids: string[] = [];
        for await (const { launch_id: id } of rows) if (id?.S !== undefined) ids.push(id.S);
        return ids;
      }),
  };
}

const keyOf = (installationId: number, launchId: string): Item => ({
  installation_id: { N: String(installationId) },
  launch_id: { S: launchId },
});

async function throttling<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const failure = parseAwsError(error);
    if (isThrottle(failure) || failure.code === 'ProvisionedThroughputExceededException')
      throw new Throttled(`DynamoDB throttled a call (${failure.code})`, { cause: error });
    throw error;
  }
}
