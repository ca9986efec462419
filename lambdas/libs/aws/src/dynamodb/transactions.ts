import { TransactWriteItemsCommand, type DynamoDBClient, type TransactWriteItem } from '@aws-sdk/client-dynamodb';
import type { Item } from './attributes';
import { reasonsOf, retryConflicts } from './conflicts';
import type { Expression } from './expression';
import { buildCreate, buildRemoval, buildUpdate, isItem, type Removal, type Update } from './table';

const REFUSED = 'ConditionalCheckFailed';

/** One row of a transaction: made if there is none of its key, or put, changed or removed under its condition. */
export type TransactionWrite = { readonly tableName: string } & (
  | { readonly create: Item; readonly keyName?: string }
  | { readonly replace: Item; readonly expression: Expression; readonly condition: string }
  | { readonly update: Update }
  | { readonly remove: Removal }
);

/** With the row that was in the way. */
export interface Refusal {
  readonly item?: Item;
}

/** A refusal of each write that was refused, in the order given. */
export type TransactionOutcome =
  | { readonly ok: true }
  | { readonly ok: false; readonly refusals: readonly (Refusal | undefined)[] };

/** All of the writes, or none of them. */
export function createTransactions(
  client: Pick<DynamoDBClient, 'send'>,
): (writes: readonly TransactionWrite[]) => Promise<TransactionOutcome> {
  return (writes) =>
    retryConflicts(async () => {
      try {
        await client.send(new TransactWriteItemsCommand({ TransactItems: writes.map(toItem) }));
        return { ok: true };
      } catch (error) {
        const refusals = refusalsOf(error);
        if (refusals === undefined) throw error;
        return { ok: false, refusals };
      }
    });
}

function toItem(write: TransactionWrite): TransactWriteItem {
  if ('create' in write) return { Put: buildCreate(write.tableName, write.create, write.keyName) };
  if ('remove' in write) return { Delete: buildRemoval(write.tableName, write.remove) };
  if ('update' in write) return { Update: buildUpdate(write.tableName, write.update) };
  const { tableName, replace, expression, condition } = write;
  return {
    Put: {
      TableName: tableName,
      Item: replace,
      ConditionExpression: condition,
      ...expression.placeholders,
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    },
  };
}

/** Undefined: no condition failed, so the transaction was not refused. */
function refusalsOf(error: unknown): (Refusal | undefined)[] | undefined {
  const reasons = reasonsOf(error);
  if (!reasons.some(({ Code }) => Code === REFUSED)) return undefined;
  return reasons.map(({ Code, Item }) => (Code === REFUSED ? { ...(isItem(Item) && { item: Item }) } : undefined));
}
