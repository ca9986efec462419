import { createHash } from 'node:crypto';

/** The entries in an order that is the same for the same seed, and another one for another. Pure. */
export function hashOrder<T>(entries: readonly T[], seed: string, nameOf: (entry: T) => string): readonly T[] {
  const keyed = entries.map((entry) => ({
    entry,
    key: createHash('sha256')
      .update(`${seed}/${nameOf(entry)}`)
      .digest('hex'),
  }));
  return keyed.sort((one, other) => (one.key < other.key ? -1 : 1)).map(({ entry }) => entry);
}
