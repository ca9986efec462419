import type { Changes } from '@multi-tenant-runner/core';

/** The row after the changes: `null` removes, an absent key leaves as it is. */
export function applyChanges<T extends object>(row: T, changes: Changes<T>): T {
  const result: Record<string, unknown> = Object.fromEntries(Object.entries(row));
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) delete result[key];
    else if (value !== undefined) result[key] = typeof value === 'object' ? structuredClone(value) : value;
  }
  return result as T;
}
