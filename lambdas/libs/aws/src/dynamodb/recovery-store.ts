import type { RecoveryStore, ScanState } from '@multi-tenant-runner/core';
import type { Item } from './attributes';
import { createDynamoDeliveryStore } from './delivery-store';
import { Expression } from './expression';
import type { StoreDeps } from './job-store';
import { expiresAt, fromItem, toRow } from './rows';
import { createTable } from './table';

const SCANS = 'scans';

/** The book `scans` of the recovery table, by installation, and the books of failed deliveries. */
export function createDynamoRecoveryStore(deps: StoreDeps): RecoveryStore {
  const table = createTable(deps.client, deps.tableName);
  return {
    ...createDynamoDeliveryStore(deps),
    listScans: async () => {
      const expression = new Expression();
      const condition = expression.equals('book', SCANS);
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
      await table.update({
        key: { book: { S: SCANS }, entry: { S: String(installationId) } } satisfies Item,
        expression,
        update,
        condition,
      });
    },
  };
}

type Stored<T> = T & { readonly tenantId?: number; readonly entry: string };

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
