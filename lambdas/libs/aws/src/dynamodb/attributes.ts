import type { AttributeValue } from '@aws-sdk/client-dynamodb';

export type Item = Record<string, AttributeValue>;
export type PlainRow = Record<string, unknown>;

/** Plain values as DynamoDB attributes; undefined entries are omitted. */
export function toAttributes(row: Readonly<PlainRow>): Item {
  return Object.fromEntries(
    Object.entries(row)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, toAttribute(value)]),
  );
}

export function toAttribute(value: unknown): AttributeValue {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (value === null) return { NULL: true };
  if (value instanceof Uint8Array) return { B: value };
  if (value instanceof Set)
    return [...value].every((entry) => typeof entry === 'number')
      ? { NS: [...value].map(String) }
      : { SS: [...value].map(String) };
  if (Array.isArray(value)) return { L: value.map(toAttribute) };
  if (typeof value === 'object') return { M: toAttributes(Object.fromEntries(Object.entries(value))) };
  throw new TypeError(`A value of type ${typeof value} can't be stored in DynamoDB`);
}

/**
 * An item, or an image of the table's stream, as plain values: numbers as numbers, sets as `Set`. Rows are edited by
 * hand, so every type that DynamoDB knows is read.
 */
export function fromAttributes(item: Readonly<Record<string, unknown>>): PlainRow {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, fromAttribute(value)]));
}

function fromAttribute(attribute: unknown): unknown {
  if (typeof attribute !== 'object' || attribute === null) return undefined;
  const [type, value]: [string?, unknown?] = Object.entries(attribute).find(([, entry]) => entry !== undefined) ?? [];
  if (type === 'N') return Number(value);
  if (type === 'NULL') return null;
  if (type === 'SS' || type === 'BS') return new Set(entries(value));
  if (type === 'NS') return new Set(entries(value).map(Number));
  if (type === 'L') return entries(value).map(fromAttribute);
  if (type === 'M')
    return typeof value === 'object' && value !== null ? fromAttributes(Object.fromEntries(Object.entries(value))) : {};
  return value;
}

function entries(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
