import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CALLBACK_ATTRIBUTE, type Clock } from '@multi-tenant-runner/core';
import { remember } from '../remember';
import { createTable } from './table';
import { keyOf } from './tenant-conditions';

/**
 * Where tenants' events are sent to, as their rows say it, unchecked; undefined: nowhere. A callback that was taken
 * away may be called for half a minute more.
 */
export function createCallbackUrls({
  client,
  tableName,
  clock,
}: {
  readonly client: Pick<DynamoDBClient, 'send'>;
  readonly tableName: string;
  readonly clock: Clock;
}): (installationId: number) => Promise<string | undefined> {
  const table = createTable(client, tableName);
  return remember(async (installationId) => (await table.get(keyOf(installationId)))?.[CALLBACK_ATTRIBUTE]?.S, clock);
}
