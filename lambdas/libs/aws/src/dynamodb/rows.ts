import { ENDED_ROW_LIFETIME, renameKeys, toCamelCase, toSnakeCase, type Written } from '@multi-tenant-runner/core';
import { fromAttributes, toAttributes, type Item, type PlainRow } from './attributes';

import type { Outcome } from './table';

/** Attributes of the indexes on open and due rows, and of expiry: a store never returns them. */
const DERIVED: ReadonlySet<string> = new Set([
  'open_at',
  'waiting_at',
  'open_shard',
  'due',
  'check_shard',
  'expires_at',
]);

/** Keys in the table's spelling. */
export function toRow(values: object): PlainRow {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [toSnakeCase(name), renameKeys(value, toSnakeCase)]),
  );
}

/** `null` means "no such attribute" in a change, so in a new item too. */
export function toItem(row: PlainRow): Item {
  return toAttributes(Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)));
}

/** Only these stores write jobs and launches, so their shape is not validated again. */
export function fromItem<T>(item: Item): T {
  return fromRow(fromAttributes(item));
}

/** @param row in the table's spelling */
export function fromRow<T>(row: PlainRow): T {
  const known = Object.entries(row).filter(([name]) => !DERIVED.has(name));
  return renameKeys(Object.fromEntries(known), toCamelCase) as T;
}

export function written<T>(outcome: Outcome, read: (item: Item) => T = fromItem<T>): Written<T> {
  if (outcome.ok) return { ok: true, row: read(outcome.item) };
  return { ok: false, ...(outcome.item && { row: read(outcome.item) }) };
}

/** DynamoDB's TTL is in seconds. */
export function expiresAt(ended: string): number {
  return Math.floor((Date.parse(ended) + ENDED_ROW_LIFETIME) / 1_000);
}
