import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DAY,
  plus,
  type Clock,
  type GroupAnswer,
  type Order,
  type OrderStore,
  type StartedMachine,
} from '@multi-tenant-runner/core';
import type { Item } from './attributes';
import { Expression } from './expression';
import { updateOfLaunch } from './launch-store';
import { createTable, type Update } from './table';
import { createTransactions } from './transactions';

export interface OrderStoreDeps {
  readonly client: Pick<DynamoDBClient, 'send'>;
  /** That of launches, with which an order changes in one write. */
  readonly tableName: string;
  readonly clock: Clock;
}

/** No installation has this id, so that these rows are no tenant's. */
const NOBODY = 0;

const keyOf = (name: string): Item => ({
  installation_id: { N: String(NOBODY) },
  launch_id: { S: `order#${name}` },
});

/** An order is one text, which tells whether it is still what it was. */
export function createDynamoOrderStore({ client, tableName, clock }: OrderStoreDeps): OrderStore {
  const table = createTable(client, tableName);
  const transact = createTransactions(client);
  const write = (name: string, values: object): Omit<Update, 'condition'> => {
    const expression = new Expression();
    const update = expression.update({ ...values, expires_at: Math.floor(plus(clock.now(), DAY).getTime() / 1_000) });
    return { key: keyOf(name), expression, update };
  };
  const orderOf = (item: Item | undefined): Order | undefined => parseText<Order>(item?.['order']?.S);
  return {
    current: async (tier) => orderOf(await table.get(keyOf(tier))),
    advance: async (tier, former, next, intents = []) => {
      const change = write(tier, { order: JSON.stringify(next) });
      const seen = former && { S: JSON.stringify(former) };
      const update: Update = { ...change, condition: change.expression.isStill('order', seen) };
      if (intents.length === 0) {
        const outcome = await table.update(update);
        return outcome.ok ? { kind: 'written' } : { kind: 'order', current: orderOf(outcome.item) };
      }
      const outcome = await transact([
        { tableName, update },
        ...intents.map((intent) => ({ tableName, update: updateOfLaunch(intent, clock) })),
      ]);
      if (outcome.ok) return { kind: 'written' };
      const [order, ...launches] = outcome.refusals;
      if (order !== undefined) return { kind: 'order', current: orderOf(order.item) };
      return {
        kind: 'launches',
        refused: new Set(launches.flatMap((refusal, index) => (refusal === undefined ? [] : [index]))),
      };
    },
    answer: async (orderId, answer) => {
      const change = write(orderId, { answer: JSON.stringify(toPlain(answer)) });
      // The first answer stays.
      await table.update({ ...change, condition: change.expression.isMissing('answer') });
    },
    findAnswer: async (orderId) => {
      const plain = parseText<PlainAnswer>((await table.get(keyOf(orderId)))?.['answer']?.S);
      return plain && fromPlain(plain);
    },
  };
}

type Started = Extract<GroupAnswer, { readonly kind: 'started' }>;
type PlainAnswer =
  | Exclude<GroupAnswer, Started>
  | { readonly kind: 'started'; readonly machines: readonly (readonly [number, StartedMachine])[] };

const toPlain = (answer: GroupAnswer): PlainAnswer =>
  answer.kind === 'started' ? { kind: 'started', machines: [...answer.machines] } : answer;

const fromPlain = (plain: PlainAnswer): GroupAnswer =>
  plain.kind === 'started' ? { kind: 'started', machines: new Map(plain.machines) } : plain;

/** Only this store writes it. */
function parseText<T>(text: string | undefined): T | undefined {
  return text === undefined ? undefined : (JSON.parse(text) as T);
}
