import {
  DAY,
  isOfInstallation,
  plus,
  type PendingDelivery,
  type RecoveryStore,
  type ScanState,
} from '@multi-tenant-runner/core';
import type { Item } from './attributes';
import { Expression } from './expression';
import type { StoreDeps } from './job-store';
import { expiresAt, fromItem, toItem, toRow } from './rows';
import { createTable } from './table';

type Book = 'deliveries' | 'scans';
/** Sorts before every time. */
const INSTALLATION_FIRST = '0-installation#';
/**
 * Longer than GitHub lists a delivery (7 days on GitHub Enterprise Server), so that no settled one is recorded again.
 */
const DELIVERY_LIFETIME = 10 * DAY;

/**
 * Two books in the recovery table: `deliveries` by GUID, `scans` by installation. The index on open rows lists pending
 * deliveries by due time.
 */
export function createDynamoRecoveryStore({ client, tableName, clock }: StoreDeps): RecoveryStore {
  const table = createTable(client, tableName);
  /** Writes only if the row is unchanged since it was read. */
  const change = async (seen: PendingDelivery, asked: number, dueAt: string, expected: number): Promise<boolean> => {
    const expression = new Expression();
    const update = expression.update({ asked, due_at: dueAt, open_at: openAt({ ...seen, dueAt }) });
    const condition = `${expression.equals('state', 'pending')} AND ${expression.equals('asked', expected)}`;
    return (await table.update({ key: deliveryKey(seen.guid), expression, update, condition })).ok;
  };

  return {
    listPending: async (now, limit) => {
      const found: PendingDelivery[] = [];
      for (const prefix of [INSTALLATION_FIRST, '']) {
        if (found.length >= limit) break;
        const expression = new Expression();
        // Times begin with a digit above 0, so the prefix of the installations sorts before all of them.
        const range =
          `${expression.name('open_at')} BETWEEN ${expression.value(prefix === '' ? '1' : prefix)} AND ` +
          `${expression.value(`${prefix}${now.toISOString()}~`)}`;
        const condition = `${inBook(expression, 'deliveries')} AND ${range}`;
        const rows = table.query({
          IndexName: 'open-index',
          ConsistentRead: true,
          KeyConditionExpression: condition,
          ...expression.placeholders,
          Limit: limit,
        });
        for await (const row of rows) if (found.push(parseDelivery(row)) >= limit) break;
      }
      return found;
    },
    note: async (delivery) => {
      const { installationId, ...rest } = delivery;
      const row = {
        ...toRow({ ...rest, tenantId: installationId }),
        state: 'pending',
        open_at: openAt(delivery),
        expires_at: forget(clock.now()),
      };
      return (await table.create({ ...toItem(row), ...deliveryKey(delivery.guid) }, 'book')).ok;
    },
    claim: (delivery, { dueAt }) => change(delivery, delivery.asked + 1, dueAt, delivery.asked),
    unclaim: async (delivery, { dueAt }) => void (await change(delivery, delivery.asked, dueAt, delivery.asked + 1)),
    settle: async (guid, outcome, now) => {
      const expression = new Expression();
      const update = expression.update({
        state: outcome,
        settled_at: now.toISOString(),
        open_at: null,
        expires_at: forget(now),
      });
      // Also without a row: a failure that is read later must find the delivery settled.
      const condition = `${expression.isMissing('state')} OR ${expression.equals('state', 'pending')}`;
      await table.update({ key: deliveryKey(guid), expression, update, condition });
    },
    listScans: async () => {
      const expression = new Expression();
      const condition = inBook(expression, 'scans');
      const found: ScanState[] = [];
      for await (const row of table.query({
        ConsistentRead: true,
        KeyConditionExpression: condition,
        ...expression.placeholders,
      }))
        found.push(parseScan(row));
      return found;
    },
    writeScan: async ({ installationId, ...state }, now) => {
      const expression = new Expression();
      const whole = { seenUpdatedAt: null, lastRunId: null, wholeAt: null, urgentFrom: null, ...state };
      const update = expression.update({
        ...toRow(whole),
        tenant_id: installationId,
        expires_at: expiresAt(now.toISOString()),
      });
      // Always true: the first write creates the row.
      const condition = `${expression.isMissing('book')} OR ${expression.exists('book')}`;
      await table.update({ key: keyOf('scans', String(installationId)), expression, update, condition });
    },
  };
}

const keyOf = (book: Book, entry: string): Item => ({ book: { S: book }, entry: { S: entry } });
const inBook = (expression: Expression, book: Book): string => expression.equals('book', book);
const deliveryKey = (guid: string): Item => keyOf('deliveries', guid);
const openAt = (delivery: PendingDelivery): string =>
  `${isOfInstallation(delivery) ? INSTALLATION_FIRST : ''}${delivery.dueAt}#${delivery.guid}`;
const forget = (now: Date): number => Math.floor(plus(now, DELIVERY_LIFETIME).getTime() / 1_000);

type Stored<T> = T & { readonly tenantId?: number; readonly entry: string; readonly state?: string };

function parseDelivery(item: Item): PendingDelivery {
  const { tenantId, guid, attemptId, event, failedAt, asked, dueAt } = fromItem<Stored<PendingDelivery>>(item);
  return {
    guid,
    attemptId,
    event,
    failedAt,
    asked,
    dueAt,
    ...(tenantId !== undefined && { installationId: tenantId }),
  };
}

function parseScan(item: Item): ScanState {
  const { tenantId, entry, phase, breadth, seenUpdatedAt, page, index, lastRunId, wholeAt, urgentFrom, notBefore } =
    fromItem<Stored<ScanState>>(item);
  return {
    installationId: tenantId ?? Number(entry),
    phase,
    breadth,
    ...(seenUpdatedAt !== undefined && { seenUpdatedAt }),
    page,
    index,
    ...(lastRunId !== undefined && { lastRunId }),
    ...(wholeAt !== undefined && { wholeAt }),
    ...(urgentFrom !== undefined && { urgentFrom }),
    notBefore,
  };
}
