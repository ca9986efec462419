import { copyOf } from './copy-of';

/** Itself if it is frozen already, else a frozen copy. Rows are plain data. */
export function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  if (value instanceof Set || value instanceof Date) return copyOf(value);
  if (Array.isArray(value)) return Object.freeze(value.map(frozen)) as T;
  // Spread first: an object to which each property is added by its name becomes a hash table, twice as large and slow.
  const copy = { ...value } as Record<string, unknown>;
  for (const key of Object.keys(copy)) {
    const own = copy[key];
    if (typeof own === 'object' && own !== null) copy[key] = frozen(own);
  }
  return Object.freeze(copy) as T;
}
