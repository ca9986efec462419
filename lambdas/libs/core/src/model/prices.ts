import * as v from 'valibot';
import { map, object, parse, string, type Parsed, type ParseOptions } from './schema';

const price = v.custom<number>(
  (value) => typeof value === 'number' && Number.isFinite(value) && value >= 0,
  'is not a number of at least 0',
);
const prices = v.pipe(
  object({ as_of: string, machine_hour: map(price), spot_share: price, disk_gb_month: price, disk_gb: map(price) }),
  v.transform((given) => ({
    asOf: given.as_of,
    machineHour: given.machine_hour,
    spotShare: given.spot_share,
    diskGbMonth: given.disk_gb_month,
    diskGb: given.disk_gb,
  })),
);

/** List prices in US dollars, as the module configures them; never asked for at run time. */
export interface Prices {
  /** The day that they were read on, or what the operator says of their own. */
  readonly asOf: string;
  /** Of an hour, by instance type; a price of its own for spot has the key `spot/<type>`. */
  readonly machineHour: ReadonlyMap<string, number>;
  /** What a spot machine without a price of its own costs, as a share of the price on demand. */
  readonly spotShare: number;
  readonly diskGbMonth: number;
  /** Of the root disk, by tier. */
  readonly diskGb: ReadonlyMap<string, number>;
}

/**
 * `{ "as_of": "2026-11-01", "machine_hour": { "t3.medium": 0.0416 }, "spot_share": 0.35, "disk_gb_month": 0.08,
 * "disk_gb": { "small": 30 } }`
 */
export function parsePrices(value: unknown, options: ParseOptions = {}): Parsed<Prices> {
  return parse(prices, value, options);
}
