import type { StreamChange } from './stream-change';

export interface Exported {
  /** The same each time for the same row. */
  readonly name: string;
  /** One line of JSON. */
  readonly document: string;
}

/** By day, as Athena and Glue find partitions; the rest is the row's key. */
const PREFIX = 'audit/day=';

/** A new row of the audit trail as a document of its own; undefined for any other change. Pure. */
export function describeEntry({ table, before, after }: StreamChange): Exported | undefined {
  if (table !== 'audit' || after === undefined || before !== undefined) return undefined;
  const { installation_id: installationId, entry, day } = after;
  const name = `${PREFIX}${plain(day)}/${plain(entry)}-${plain(installationId)}.jsonl`;
  return { name, document: `${JSON.stringify(after, inOrder)}\n` };
}

/** S3 takes any name, its readers do not. */
function plain(part: unknown): string {
  return String(part).replaceAll(/[^A-Za-z0-9.-]/g, (character) => `_${character.codePointAt(0)?.toString(16)}_`);
}

/** DynamoDB promises no order of attributes, and the same row must give the same bytes. */
function inOrder(_name: string, value: unknown): unknown {
  if (value instanceof Set) return [...value].sort();
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
