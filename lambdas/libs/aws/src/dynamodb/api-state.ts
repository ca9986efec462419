import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DAY, MINUTE, SECOND, type ApiState, type Reservation } from '@multi-tenant-runner/core';
import { randomBytes } from 'node:crypto';
import { fromAttributes, toAttributes, type Item } from './attributes';
import { Expression } from './expression';
import { createTable } from './table';

/** Longer than a request may take: what reserved a key then is dead. */
const BUSY = 15 * SECOND;

const keyOf = (id: string): Item => toAttributes({ id });
/** DynamoDB's TTL is in seconds, and removes what is over hours later. */
const seconds = (milliseconds: number): number => Math.floor(milliseconds / SECOND);

export function createDynamoApiState({
  client,
  tableName,
}: {
  readonly client: Pick<DynamoDBClient, 'send'>;
  readonly tableName: string;
}): ApiState {
  const table = createTable(client, tableName);
  let known: Promise<string> | undefined;
  const readKey = async (): Promise<string> => {
    const standing = await table.get(keyOf('key'));
    if (standing?.['value']?.S !== undefined) return standing['value'].S;
    const value = randomBytes(32).toString('base64url');
    const created = await table.create(toAttributes({ id: 'key', value }), 'id');
    return created.item?.['value']?.S ?? value;
  };
  const update = (id: string, changes: Readonly<Record<string, unknown>>) => {
    const expression = new Expression();
    const condition = expression.exists('id');
    return table.update({ key: keyOf(id), expression, update: expression.update(changes), condition });
  };
  return {
    key: () =>
      (known ??= readKey().catch((error: unknown) => {
        known = undefined;
        throw error;
      })),
    count: async (bucket, now) => {
      const minute = Math.floor(now.getTime() / MINUTE);
      const expression = new Expression();
      const ends = expression.value(seconds((minute + 2) * MINUTE));
      const { item } = await table.update({
        key: keyOf(`count#${bucket}#${minute}`),
        expression,
        update:
          `SET ${expression.name('expires_at')} = ${ends} ADD ${expression.name('hits')} ` +
          expression.attributeValue({ N: '1' }),
        // Always true: a row that is new or stands.
        condition: `(${expression.exists('id')} OR ${expression.isMissing('id')})`,
      });
      return Number(item?.['hits']?.N ?? 0);
    },
    begin: async (key, fingerprint, now) => {
      const expression = new Expression();
      const at = expression.value(now.getTime());
      const isOver = `${expression.name('until')} < ${at}`;
      const outcome = await table.update({
        key: keyOf(`request#${key}`),
        expression,
        update: expression.update({
          fingerprint,
          until: now.getTime() + BUSY,
          answer: null,
          expires_at: seconds(now.getTime() + DAY),
        }),
        condition: `(${expression.isMissing('id')} OR ${isOver})`,
      });
      return outcome.ok ? { kind: 'reserved' } : standingAt(fingerprint, outcome.item);
    },
    finish: async (key, answer, now) => void (await update(`request#${key}`, { answer, until: now.getTime() + DAY })),
    release: async (key) => void (await update(`request#${key}`, { until: 0 })),
  };
}

function standingAt(fingerprint: string, item: Item | undefined): Reservation {
  const { fingerprint: known, answer } = fromAttributes(item ?? {});
  if (known !== fingerprint) return { kind: 'other' };
  return typeof answer === 'string' ? { kind: 'done', answer } : { kind: 'busy' };
}
