import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CALLBACK_ATTRIBUTE, SECOND, type Clock } from '@multi-tenant-runner/core';
import { createTable } from './table';
import { keyOf } from './tenant-registry';

/** So long an answer counts: a callback that was taken away may be called for so long. */
const KEPT = 30 * SECOND;
const MOST = 10_000;

/**
 * Where tenants' events are sent to, remembered for half a minute; undefined: nowhere. As the row says it,
 * unchecked.
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
  const known = new Map<number, { readonly url: string | undefined; readonly until: number }>();
  return async (installationId) => {
    const now = clock.now().getTime();
    const standing = known.get(installationId);
    if (standing !== undefined && now < standing.until) return standing.url;
    const url = (await table.get(keyOf(installationId)))?.[CALLBACK_ATTRIBUTE]?.S;
    if (known.size >= MOST) known.clear();
    known.set(installationId, { url, until: now + KEPT });
    return url;
  };
}
