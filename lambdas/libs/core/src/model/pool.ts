import * as v from 'valibot';
import { parseCron, type Cron } from './cron';
import { integer, map, object, optional, parse, string, type Parsed, type ParseOptions } from './schema';
import { MINUTE } from './time';

/** How many machines of a size wait for a job, and for how long at most. */
export interface Pool {
  /** Where no entry of `schedule` holds. */
  readonly size: number;
  readonly schedule: readonly PoolSchedule[];
  /** Milliseconds from its start, after which a blank machine is replaced. */
  readonly maxIdle: number;
  /** Machines of one tenant's own, by installation. */
  readonly dedicated: ReadonlyMap<number, number>;
  /** `<id>/<version>`: machines of another one are replaced. */
  readonly template: string;
}

/** In each minute that the expression matches, the pool has this size. */
export interface PoolSchedule {
  readonly cron: Cron;
  readonly timeZone: string;
  readonly size: number;
}

/** By size. */
export type Pools = ReadonlyMap<string, Pool>;

const cron = v.pipe(
  v.string('is not a cron expression'),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const parsed = parseCron(dataset.value);
    if (parsed !== undefined) return parsed;
    addIssue({ message: 'is not a cron expression of five fields of figures that some day fits' });
    return NEVER;
  }),
);
const timeZone = v.pipe(string, v.check(isTimeZone, 'is not a time zone'));
const schedule = object({ cron, time_zone: timeZone, size: integer() });
const pool = object({
  size: integer(),
  max_idle: integer(1),
  template: string,
  schedule: optional(v.array(schedule, 'is not a list')),
  dedicated: optional(map(integer())),
});

/** As Terraform writes them for the functions. */
export function parsePools(value: unknown, options: ParseOptions): Parsed<Pools> {
  const parsed = parse(map(pool), value, options);
  if (!parsed.ok) return parsed;
  const pools = [...parsed.value].map(([tier, one]): [string, Pool] => [
    tier,
    {
      size: one.size,
      template: one.template,
      maxIdle: one.max_idle * MINUTE,
      schedule: (one.schedule ?? []).map(({ time_zone, ...entry }) => ({ ...entry, timeZone: time_zone })),
      dedicated: new Map([...(one.dedicated ?? [])].map(([id, size]) => [Number(id), size])),
    },
  ]);
  return { ok: true, value: new Map(pools) };
}

function isTimeZone(name: string): boolean {
  try {
    return Intl.DateTimeFormat('en-US', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}
