import { GetItemCommand, PutItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { fromAttributes, toAttributes } from '@multi-tenant-runner/aws';
import { KNOWN_GROUP_ATTRIBUTE, openShardOf } from '@multi-tenant-runner/core';
import { tenantRow } from '@multi-tenant-runner/testing';

/** The tenant's row, read and written beside the meter. */
export function createBenchTenant(
  installationId: number,
  {
    client,
    TableName,
    at,
  }: { readonly client: Pick<DynamoDBClient, 'send'>; readonly TableName: string; readonly at: string },
) {
  return {
    write: async (machines: number) => {
      const row = tenantRow({
        installation_id: installationId,
        max_runners: machines + 2,
        // As many changes as a tenant has that has had so many machines for years.
        slots_held: machines,
        slot_changes: 100_000 * machines,
        // It is active: the mark is made and cleared once for all jobs that come close together.
        open_shard: openShardOf(installationId),
        admitted_at: at,
        [KNOWN_GROUP_ATTRIBUTE]: { group: 1, id: 1, at },
      });
      await client.send(new PutItemCommand({ TableName, Item: toAttributes(row) }));
      return row;
    },
    read: async () => {
      const Key = { installation_id: { N: String(installationId) } };
      const { Item = {} } = await client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
      return { row: fromAttributes(Item) };
    },
  };
}
