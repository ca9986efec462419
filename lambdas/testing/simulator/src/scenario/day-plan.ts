import { HOUR, MINUTE, SECOND } from '@multi-tenant-runner/core';
import { createRandom, type Random } from '../engine/random';
import { PRIVATE_REPOSITORIES, PUBLIC_REPOSITORY, TIERS, type JobPlan, type TenantPlan } from './scenario';

/** A day of many tenants' work. */
export interface Day {
  readonly seed: string;
  readonly tenants: number;
  readonly jobs: number;
  /** In which all jobs are queued. */
  readonly hours: number;
  /** Percent of all jobs that are one tenant's. */
  readonly hot: number;
  /** Of the Region's outage; 0: none. */
  readonly outage: number;
  /** How often as much of EC2 as AWS gives a new account. */
  readonly raised: number;
  /** Functions of scale-up at once, for each size. */
  readonly concurrency: number;
  /** Configurations wait in SSM, with its three writes a second, not in DynamoDB. */
  readonly ssm: boolean;
}

export interface DayPlan {
  readonly tenants: readonly TenantPlan[];
  readonly count: number;
  /** Milliseconds from the start, ascending. */
  at(place: number): number;
  /** Drawn when it is asked for: a million of them at once are half a gigabyte. */
  job(place: number): JobPlan;
}

export const HOT = 1;
/** Jobs of a matrix, or of everybody's cron, come at these times. */
const TOGETHER = 20 * MINUTE;
/** A job and its machine's start and end, on the average. */
const SLOT_TIME = 7 * MINUTE;
/** The hot tenant has slots for so many times its average. */
const ROOM = 4;

export function planDay(day: Day): DayPlan {
  const random = createRandom(day.seed).fork('day');
  const limits = Array.from({ length: day.tenants }, (_, index) =>
    index + 1 === HOT ? hotLimit(day) : random.fork(`limit ${index}`).pick([1, 2, 2, 3, 5, 10]),
  );
  const weighted = limits.flatMap((limit, index) =>
    index + 1 === HOT && day.tenants > 1 ? [] : Array.from({ length: limit }, () => index + 1),
  );
  const times = new Float64Array(day.jobs).map(() => timeOf(random, day.hours * HOUR)).sort();
  return {
    tenants: limits.map((limit, index) => ({
      number: index + 1,
      login: `org-${index + 1}`,
      accountId: 500 + index + 1,
      type: random.chance(0.15) ? 'User' : 'Organization',
      installedAt: random.between(0, 2 * MINUTE),
      limit,
      events: [],
    })),
    count: day.jobs,
    at: (place) => times[place] ?? 0,
    job: (place) => drawJob(place, times[place] ?? 0, { day, weighted, random: random.fork(`job ${place}`) }),
  };
}

const hotLimit = ({ jobs, hot, hours }: Day): number =>
  Math.ceil(((ROOM * jobs * hot) / 100) * (SLOT_TIME / (hours * HOUR))) + 10;

/** One in twenty with others, the rest evenly. */
const timeOf = (random: Random, length: number): number =>
  random.chance(0.05)
    ? Math.floor(random.between(0, length) / TOGETHER) * TOGETHER + random.between(0, 10 * SECOND)
    : random.between(0, length);

interface Draw {
  readonly day: Day;
  readonly weighted: readonly number[];
  readonly random: Random;
}

function drawJob(place: number, at: number, { day, weighted, random }: Draw): JobPlan {
  const isPublic = random.chance(0.001);
  return {
    number: place + 1,
    tenant: random.chance(day.hot / 100) ? HOT : random.pick(weighted),
    at,
    repo: isPublic ? PUBLIC_REPOSITORY : random.pick(PRIVATE_REPOSITORIES),
    tier: random.chance(0.8) ? 'small' : random.pick(TIERS),
    isPublic,
    duration: random.pick([random.between(10 * SECOND, 2 * MINUTE), random.between(2 * MINUTE, 10 * MINUTE)]),
  };
}
