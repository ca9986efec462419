import type { Changes } from '@multi-tenant-runner/core';
import { copyOf } from './copy-of';

/** The row after the changes: `null` removes, an absent key leaves as it is. */
export function applyChanges<T extends object>(row: T, changes: Changes<T>): T {
  const result = { ...row } as Record<string, unknown>;
  for (const key of Object.keys(changes)) {
    const value: unknown = (changes as Record<string, unknown>)[key];
    if (value === null) delete result[key];
    else if (value !== undefined) result[key] = copyOf(value);
  }
  return result as T;
}
