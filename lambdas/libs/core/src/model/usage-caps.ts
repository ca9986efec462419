import * as v from 'valibot';
import { integer, object, read, time } from './schema';
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
