import type { Changes } from '@multi-tenant-runner/core';
import { copyOf } from './copy-of';

/**
 * The row after the changes: `null` removes, an absent key leaves as it is. Not by `delete`, which turns an
 * object into a hash table: a simulated day makes millions of these.
 */
export function applyChanges<T extends object>(row: T, changes: Changes<T>): T {
  let result = { ...row } as Record<string, unknown>;
  for (const key of Object.keys(changes)) {
    const value: unknown = (changes as Record<string, unknown>)[key];
    if (value === null) result = without(result, key);
    else if (value !== undefined) result[key] = copyOf(value);
  }
  return result as T;
}

function without(row: Record<string, unknown>, key: string): Record<string, unknown> {
  if (!(key in row)) return row;
  const { [key]: _removed, ...rest } = row;
  return rest;
}
