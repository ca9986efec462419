import { isMarkedDeleted } from '@multi-tenant-runner/core';
import type { TenantRow } from './tenant-registry';

/** A row whose count a write may change. */
export type CountedRow = TenantRow & { readonly slots_held?: number; readonly slot_changes?: number };

/** As the adapter's condition asks: an `ADD` to something else would fail as a whole. */
export function mayCount(row: TenantRow): row is CountedRow {
  const isCount = (value: unknown): boolean => value === undefined || (typeof value === 'number' && value >= 0);
  return row['slots'] === undefined && isCount(row['slots_held']) && isCount(row['slot_changes']);
}

/** @param replacement a limit in place of one that no row can have */
export function mayAdmit(row: TenantRow | undefined, replacement: number | undefined): boolean {
  if (
    row === undefined ||
    row['org_name'] === undefined ||
    row['status'] !== 'active' ||
    isMarkedDeleted(row) ||
    !mayCount(row)
  )
    return false;
  const own = row['max_runners'];
  const usable = Number.isSafeInteger(own) && (own as number) >= 0;
  const limit = replacement === undefined || usable ? own : replacement;
  if (typeof limit !== 'number') return false;
  return (row.slots_held ?? 0) < limit;
}
