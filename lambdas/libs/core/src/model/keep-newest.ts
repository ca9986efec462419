/**
 * Remembers a value in a map of a container as its newest, and forgets the oldest beyond so many: a tenant that is not
 * heard of any more, or a flood of new ones, takes no memory for good.
 */
export function keepNewest<K, V>(map: Map<K, V>, most: number, key: K, value: V): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= most) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}
