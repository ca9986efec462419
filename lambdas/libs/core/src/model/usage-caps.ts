import * as v from 'valibot';
import { integer, object, oneOf, read, time } from './schema';
import { renameKeys, toCamelCase, toSnakeCase } from './snake-case';

const amount = v.custom<number>(
  (value) => typeof value === 'number' && Number.isFinite(value) && value >= 0,
  'is not a number of at least 0',
);

/** How much a tenant may use, of all sizes together; undefined: as much as it likes. */
export interface Caps {
  readonly minutesPerDay?: number;
  readonly minutesPerMonth?: number;
  /** US dollars. */
  readonly dollarsPerMonth?: number;
}

/** What a tenant's row, or its tier, calls each of them. */
export const CAP_ATTRIBUTES = {
  minutesPerDay: 'max_minutes_per_day',
  minutesPerMonth: 'limit_minutes',
  dollarsPerMonth: 'limit_spend',
} as const satisfies Readonly<Record<keyof Caps, string>>;

/** A row's own caps, and the attributes that are no caps. */
export function readCaps(row: Readonly<Record<string, unknown>>): {
  readonly caps: Caps;
  readonly invalid: readonly string[];
} {
  const entries = Object.entries(CAP_ATTRIBUTES).map(([name, attribute]) => ({
    name,
    attribute,
    value: read(amount, row[attribute]),
  }));
  return {
    caps: Object.fromEntries(entries.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]]))),
    invalid: entries
      .filter(({ attribute, value }) => value === undefined && row[attribute] !== undefined)
      .map(({ attribute }) => attribute),
  };
}

export function hasCaps(caps: Caps): boolean {
  return Object.values(caps).some((cap) => cap !== undefined);
}

const usage = v.pipe(
  object({
    at: time,
    day: v.string(),
    daySeconds: integer(),
    month: v.string(),
    monthSeconds: integer(),
    monthCostMicros: integer(),
  }),
  v.readonly(),
);

/**
 * What a tenant with caps had used at a time, ended machines and running ones, in the day and month of that time (UTC).
 * The tenant's row has it, so that every decision that reads the row knows it.
 */
export type TenantUsage = v.InferOutput<typeof usage>;

/** Undefined when the attribute is no such thing: it is written again within a minute. */
export function parseTenantUsage(value: unknown): TenantUsage | undefined {
  return read(usage, renameKeys(value, toCamelCase));
}

export function buildUsageAttribute(value: TenantUsage): Record<string, unknown> {
  return { ...Object(renameKeys(value, toSnakeCase)) };
}

/** By what a cap is told apart outside the row: also the reason of a job that waits for it. */
const CAP_REASONS = {
  'minutes-per-day': 'minutesPerDay',
  'minutes-per-month': 'minutesPerMonth',
  'spend-per-month': 'dollarsPerMonth',
} as const satisfies Readonly<Record<string, keyof Caps>>;
export type CapReason = keyof typeof CAP_REASONS;

const mark = v.pipe(
  object({
    level: oneOf(['warned', 'reached']),
    /** The day or month in which it was met, as `2026-01-15` or `2026-01` (UTC). */
    period: v.string(),
    used: amount,
    cap: amount,
    until: time,
  }),
  v.readonly(),
);

/** That a cap was nearly or fully used in a period: it is told once, whatever the cap becomes until the next. */
export type CapMark = v.InferOutput<typeof mark>;
export type CapMarks = Readonly<Partial<Record<CapReason, CapMark>>>;

/** What the tenants table calls a cap's mark. */
export function markAttribute(reason: CapReason): string {
  return `met_${CAP_ATTRIBUTES[CAP_REASONS[reason]]}`;
}

const REASONS = Object.keys(CAP_REASONS) as CapReason[];
export const CAP_MARK_ATTRIBUTES: readonly string[] = REASONS.map(markAttribute);

/** Undefined when the attribute is no mark: the cap is told of once more. */
export function parseCapMark(value: unknown): CapMark | undefined {
  return read(mark, value);
}

/** The marks of a row. */
export function readCapMarks(row: Readonly<Record<string, unknown>>): CapMarks {
  return Object.fromEntries(
    REASONS.flatMap((reason) => {
      const found = parseCapMark(row[markAttribute(reason)]);
      return found === undefined ? [] : [[reason, found]];
    }),
  );
}

/** Of the same period and level, or of a higher one: nothing is left to tell. */
export function coversMark(standing: CapMark | undefined, next: Pick<CapMark, 'level' | 'period'>): boolean {
  return standing?.period === next.period && (standing.level === 'reached' || standing.level === next.level);
}
