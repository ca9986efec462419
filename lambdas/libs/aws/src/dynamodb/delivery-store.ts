import {
  DAY,
  isOfInstallation,
  plus,
  type DeliveryBook,
  type DeliveryTurn,
  type PendingDelivery,
  type RecoveryStore,
} from '@multi-tenant-runner/core';
import type { Item } from './attributes';
import { Expression } from './expression';
import type { StoreDeps } from './job-store';
import { fromItem, toItem, toRow } from './rows';
import { createTable, type Table } from './table';

/**
 * Sorts before every time: a tenant with an event of its installation before the others, and such an event before the
 * others of its tenant.
 */
const FIRST = '0-installation#';
const REST = '1#';
const TURNS = 'turns';
/**
 * Longer than GitHub lists a delivery (7 days on GitHub Enterprise Server), so that no settled one is recorded again.
 */
const DELIVERY_LIFETIME = 10 * DAY;

type DeliveryStore = Omit<RecoveryStore, 'listScans' | 'writeScan'>;

/**
 * Failed deliveries in the recovery table: a book for each tenant, of which the index on open rows lists the pending
 * ones by due time, and the book `turns`, of which it lists the tenants that wait for their turn.
 */
export function createDynamoDeliveryStore({ client, tableName, clock }: StoreDeps): DeliveryStore {
  const table = createTable(client, tableName);
  /** Writes only if the row is unchanged since it was read. */
  const change = async (seen: PendingDelivery, asked: number, dueAt: string, expected: number): Promise<boolean> => {
    const expression = new Expression();
    const update = expression.update({ asked, due_at: dueAt, open_at: openAt({ ...seen, dueAt }) });
    const condition = `${expression.equals('state', 'pending')} AND ${expression.equals('asked', expected)}`;
    return (await table.update({ key: keyOf(bookOf(seen), seen.guid), expression, update, condition })).ok;
  };
  /** An earlier turn stays: only what comes sooner replaces it. */
  const openTurn = async (book: DeliveryBook, opens: string): Promise<void> => {
    const expression = new Expression();
    const update = expression.update({ tenant_id: book.installationId, open_at: opens, expires_at: forget(clock) });
    const isLater = `${expression.name('open_at')} > ${expression.value(opens)}`;
    const condition = `${expression.isMissing('open_at')} OR ${isLater}`;
    await table.update({ key: keyOf(TURNS, entryOf(book)), expression, update, condition });
  };
  /** When the tenant's next turn is, as `turns` sorts it. */
  const nextTurn = async (book: DeliveryBook, now: Date): Promise<string | undefined> => {
    const open = await Promise.all([firstOpen(table, book, FIRST), firstOpen(table, book, REST)]);
    const turns = open.flatMap((row) => (row === undefined ? [] : [turnOf(row, now)]));
    return turns.find(({ since }) => since <= now.toISOString())?.opens ?? turns.sort(bySince)[0]?.opens;
  };

  return {
    listTurns: async (now, limit) => {
      const turns: DeliveryTurn[] = [];
      for (const prefix of [FIRST, REST])
        for await (const row of openRows(table, TURNS, { ...upTo(prefix, now), limit: limit - turns.length }))
          turns.push(parseTurn(row, prefix === FIRST));
      return turns;
    },
    endTurn: async (turn, now) => {
      const seen = `${turn.first ? FIRST : REST}${turn.since}`;
      const next = await nextTurn(turn, now);
      const expression = new Expression();
      const update = expression.update({ open_at: next ?? null, expires_at: forget(clock) });
      const condition = expression.equals('open_at', seen);
      const { ok } = await table.update({ key: keyOf(TURNS, entryOf(turn)), expression, update, condition });
      // What was noted while the turn was taken out must not be left without one.
      const late = ok && next === undefined ? await nextTurn(turn, now) : undefined;
      if (late !== undefined) await openTurn(turn, late);
    },
    listPending: async (book, now, limit) => {
      const found: PendingDelivery[] = [];
      for (const prefix of [FIRST, REST]) {
        const range = { ...upTo(prefix, now), limit: limit - found.length };
        for await (const row of openRows(table, bookOf(book), range)) found.push(parseDelivery(row));
      }
      return found;
    },
    countPending: async (book, limit) => {
      let count = 0;
      for await (const _row of openRows(table, bookOf(book), { from: FIRST, to: `${REST}~`, limit })) count += 1;
      return count;
    },
    note: async (delivery) => {
      const { installationId, ...rest } = delivery;
      const row = {
        ...toRow({ ...rest, tenantId: installationId }),
        state: 'pending',
        open_at: openAt(delivery),
        expires_at: forget(clock),
      };
      const created = await table.create({ ...toItem(row), ...keyOf(bookOf(delivery), delivery.guid) }, 'book');
      // Also where the row exists: the run that wrote it may have ended there.
      if (created.ok || created.item?.['state']?.S === 'pending')
        await openTurn(delivery, `${kindOf(delivery)}${delivery.dueAt}`);
      return created.ok;
    },
    claim: (delivery, { dueAt }) => change(delivery, delivery.asked + 1, dueAt, delivery.asked),
    unclaim: async (delivery, { dueAt }) => void (await change(delivery, delivery.asked, dueAt, delivery.asked + 1)),
    postpone: async (delivery, { dueAt }) => void (await change(delivery, delivery.asked, dueAt, delivery.asked)),
    settle: async (delivery, outcome, now) => {
      const expression = new Expression();
      const update = expression.update({
        state: outcome,
        settled_at: now.toISOString(),
        open_at: null,
        expires_at: forget(clock),
      });
      // Also without a row: a failure that is read later must find the delivery settled.
      const condition = `${expression.isMissing('state')} OR ${expression.equals('state', 'pending')}`;
      await table.update({ key: keyOf(bookOf(delivery), delivery.guid), expression, update, condition });
    },
  };
}

interface OpenRange {
  readonly from: string;
  readonly to: string;
  readonly limit: number;
}

const upTo = (prefix: string, now: Date): Omit<OpenRange, 'limit'> => ({
  from: prefix,
  to: `${prefix}${now.toISOString()}~`,
});

async function* openRows(table: Table, book: string, { from, to, limit }: OpenRange): AsyncGenerator<Item> {
  if (limit <= 0) return;
  const expression = new Expression();
  const range = `${expression.name('open_at')} BETWEEN ${expression.value(from)} AND ${expression.value(to)}`;
  const condition = `${expression.equals('book', book)} AND ${range}`;
  let left = limit;
  for await (const row of table.query({
    IndexName: 'open-index',
    ConsistentRead: true,
    KeyConditionExpression: condition,
    ...expression.placeholders,
    Limit: limit,
  })) {
    yield row;
    if ((left -= 1) <= 0) return;
  }
}

async function firstOpen(table: Table, book: DeliveryBook, prefix: string): Promise<PendingDelivery | undefined> {
  const range = { from: prefix, to: `${prefix}~`, limit: 1 };
  for await (const row of openRows(table, bookOf(book), range)) return parseDelivery(row);
  return undefined;
}

/** A tenant whose event is due waits for its turn from now on, behind everybody else. */
function turnOf(delivery: PendingDelivery, now: Date): { readonly since: string; readonly opens: string } {
  const since = delivery.dueAt > now.toISOString() ? delivery.dueAt : now.toISOString();
  return { since, opens: `${kindOf(delivery)}${since}` };
}

const kindOf = (delivery: PendingDelivery): string => (isOfInstallation(delivery) ? FIRST : REST);
const bySince = (a: { readonly since: string }, b: { readonly since: string }): number => (a.since < b.since ? -1 : 1);
const keyOf = (book: string, entry: string): Item => ({ book: { S: book }, entry: { S: entry } });
const entryOf = ({ installationId }: DeliveryBook): string =>
  installationId === undefined ? 'none' : `${installationId}`;
const bookOf = (book: DeliveryBook): string => `deliveries#${entryOf(book)}`;
const openAt = (delivery: PendingDelivery): string => `${kindOf(delivery)}${delivery.dueAt}#${delivery.guid}`;
const forget = (clock: StoreDeps['clock']): number =>
  Math.floor(plus(clock.now(), DELIVERY_LIFETIME).getTime() / 1_000);

type Stored<T> = T & { readonly tenantId?: number; readonly entry: string };

function parseDelivery(item: Item): PendingDelivery {
  const { tenantId, guid, attemptId, event, failedAt, asked, dueAt } = fromItem<Stored<PendingDelivery>>(item);
  const known = { guid, attemptId, event, failedAt, asked, dueAt };
  return { ...known, ...(tenantId !== undefined && { installationId: tenantId }) };
}

function parseTurn(item: Item, first: boolean): DeliveryTurn {
  const { tenantId } = fromItem<Stored<object>>(item);
  const opens = item['open_at']?.S ?? '';
  const since = opens.slice((first ? FIRST : REST).length);
  return { since, first, ...(tenantId !== undefined && { installationId: tenantId }) };
}
