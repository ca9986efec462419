import type { SimTenant } from '../scenario/model';

/** The tenant's list, which begins empty. */
export function listOf<T>(lists: Map<SimTenant, T[]>, tenant: SimTenant): T[] {
  const list = lists.get(tenant) ?? [];
  lists.set(tenant, list);
  return list;
}

export function remove<T>(list: T[], item: T): void {
  const index = list.indexOf(item);
  if (index >= 0) list.splice(index, 1);
}

/** Keeps those that `stays` says so of, in their order and in the same list. */
export function keep<T>(list: T[], stays: (item: T) => boolean): void {
  let kept = 0;
  for (const item of list) if (stays(item)) list[kept++] = item;
  list.length = kept;
}
