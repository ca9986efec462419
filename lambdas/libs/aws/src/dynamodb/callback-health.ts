import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DAY, SECOND, type CallbackHealth, type CallbackHealthStore } from '@multi-tenant-runner/core';
import { fromAttributes, toAttributes, type Item } from './attributes';
import { Expression } from './expression';
import { createTable, type Table } from './table';

const KEPT = 14 * DAY;

/** A book for each tenant in the table of recovery. */
export function createDynamoCallbackHealth({
  client,
  tableName,
}: {
  readonly client: Pick<DynamoDBClient, 'send'>;
  readonly tableName: string;
}): CallbackHealthStore {
  const table = createTable(client, tableName);
  return {
    get: async (installationId) => parseHealth((await table.get(keyOf(installationId))) ?? {}),
    recordFailure: (installationId, reason, now) => fail(table, { installationId, reason, now, isGivenUp: false }),
    recordGivenUp: (installationId, reason, now) => fail(table, { installationId, reason, now, isGivenUp: true }),
    recordArrival: async (installationId) => {
      const expression = new Expression();
      const condition = expression.exists('failing_since');
      const update = expression.update({ failing_since: null });
      await table.update({ key: keyOf(installationId), expression, update, condition });
    },
  };
}

interface Failure {
  readonly installationId: number;
  readonly reason: string;
  readonly now: Date;
  readonly isGivenUp: boolean;
}

async function fail(table: Table, { installationId, reason, now, isGivenUp }: Failure): Promise<void> {
  const expression = new Expression();
  const at = now.toISOString();
  const expiresAt = Math.floor((now.getTime() + KEPT) / SECOND);
  const sets = expression.update({ reason, expires_at: expiresAt, ...(isGivenUp && { given_up_at: at }) });
  const since = expression.name('failing_since');
  const update =
    `${sets}, ${since} = if_not_exists(${since}, ${expression.value(at)})` +
    (isGivenUp ? ` ADD ${expression.name('given_up')} ${expression.value(1)}` : '');
  // Always true: the first failure creates the row.
  const condition = `(${expression.isMissing('book')} OR ${expression.exists('book')})`;
  await table.update({ key: keyOf(installationId), expression, update, condition });
}

const keyOf = (installationId: number): Item => toAttributes({ book: `callbacks/${installationId}`, entry: 'health' });

/** Only this store writes the row, so its shape is not validated again. */
function parseHealth(item: Item): CallbackHealth {
  const { failing_since, reason, given_up, given_up_at } = fromAttributes(item);
  return {
    ...(typeof failing_since === 'string' && { failingSince: failing_since }),
    ...(typeof reason === 'string' && { reason }),
    ...(typeof given_up === 'number' && { givenUp: given_up }),
    ...(typeof given_up_at === 'string' && { givenUpAt: given_up_at }),
  };
}
