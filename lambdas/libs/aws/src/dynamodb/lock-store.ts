import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DAY, NO_LOCKS, SECOND, parseJson, plus, type LockStore, type TenantLocks } from '@multi-tenant-runner/core';
import { fromAttributes, toAttributes, type Item } from './attributes';
import { Expression } from './expression';
import { createTable } from './table';

/** Each failed write means that another's succeeded. */
const TRIES = 40;

const keyOf = (installationId: number): Item => toAttributes({ id: `locks#${installationId}` });

/** A row of each tenant that uses locks, in the table of the API; it never expires: its number must not begin anew. */
export function createDynamoLockStore({
  client,
  tableName,
}: {
  readonly client: Pick<DynamoDBClient, 'send'>;
  readonly tableName: string;
}): LockStore {
  const table = createTable(client, tableName);
  return {
    read: async (installationId) => locksOf(await table.get(keyOf(installationId))),
    end: async (installationId, now) => {
      for (let tried = 0; tried < TRIES; tried += 1) {
        const seen = await table.get(keyOf(installationId));
        if (seen === undefined || (seen['locks'] === undefined && seen['expires_at'] !== undefined)) return;
        const expression = new Expression();
        const expires = Math.floor(plus(now, DAY).getTime() / SECOND);
        const update = expression.update({ locks: null, version: versionOf(seen) + 1, expires_at: expires });
        const condition = expression.isStill('version', seen['version']);
        if ((await table.update({ key: keyOf(installationId), expression, update, condition })).ok) return;
      }
      throw busy(installationId);
    },
    change: async (installationId, decide) => {
      let seen = await table.get(keyOf(installationId));
      for (let tried = 0; tried < TRIES; tried += 1) {
        const { next, answer } = decide(locksOf(seen));
        const expression = new Expression();
        const update = expression.update({
          locks: JSON.stringify(next),
          version: versionOf(seen) + 1,
          expires_at: null,
        });
        const condition = expression.isStill('version', seen?.['version']);
        const outcome = await table.update({ key: keyOf(installationId), expression, update, condition });
        if (outcome.ok) return answer;
        seen = outcome.item;
      }
      throw busy(installationId);
    },
  };
}

function busy(installationId: number): Error {
  return new Error(`The locks of tenant ${installationId} are written by others all the time`);
}

const versionOf = (item: Item | undefined): number => Number(item?.['version']?.N ?? 0);

/** This store alone writes them. */
function locksOf(item: Item | undefined): TenantLocks {
  const { locks } = fromAttributes(item ?? {});
  if (typeof locks !== 'string') return NO_LOCKS;
  const parsed = parseJson(locks, (value) => ({ ok: true, value: value as TenantLocks }));
  return parsed.ok ? parsed.value : NO_LOCKS;
}
