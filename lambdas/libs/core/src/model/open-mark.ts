import { integer, read, time } from './schema';
import { MINUTE, ageOf } from './time';

/**
 * A tenant's row has the mark from each admission on, until the sweep has found nothing open. It is the key of an
 * index, with so many values that no flood of tenants reaches the 1,000 writes a second of one.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
 */
export const OPEN_SHARDS = 16;

/** The index's key of a tenant's rows. */
export function openShardOf(installationId: number): number {
  return installationId % OPEN_SHARDS;
}

/**
 * So long after an admission its mark stays, whatever a look finds. A transaction's rows become visible one after the
 * other: who reads the tenant's row with the mark may still miss the launch that was admitted with it.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-isolation
 */
export const MARK_REST = 2 * MINUTE;

/** What else a marked row says about when something of the tenant was opened. */
export interface OpenMark {
  /** When a launch was admitted last. ISO 8601. */
  readonly admittedAt?: string;
  /** `slot_changes`, which every admission raises. */
  readonly changes?: number;
}

/** Undefined: the row has no mark, or one that the index does not show. */
export function readOpenMark(row: Readonly<Record<string, unknown>>): OpenMark | undefined {
  const shard = read(integer(), row['open_shard']);
  if (shard === undefined || shard >= OPEN_SHARDS) return undefined;
  const admittedAt = read(time, row['admitted_at']);
  const changes = read(integer(), row['slot_changes']);
  return { ...(admittedAt !== undefined && { admittedAt }), ...(changes !== undefined && { changes }) };
}

export function isRested({ admittedAt }: OpenMark, now: Date): boolean {
  return admittedAt === undefined || ageOf(admittedAt, now) >= MARK_REST;
}

/**
 * Whether a count of a tenant's launches finds each that its row counts. So long after an admission it may miss the
 * one that was admitted, and a count that is too low lets one runner too many in. A row whose count is broken rests
 * soon, as nothing is admitted by it; so does one that counts too many.
 */
export function isCountable({ mark }: { readonly mark?: OpenMark }, now: Date): boolean {
  return mark === undefined || isRested(mark, now);
}

/** The mark alone is left where a hand removed the row. */
export function isMarkAlone(row: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(row).every((name) => name === 'installation_id' || name === 'open_shard');
}
