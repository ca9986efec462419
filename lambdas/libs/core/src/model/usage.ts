/** What one machine was: whose, for what, how long, at what cost. Written once, when its end is recorded. */
export interface MachineLife {
  readonly installationId: number;
  readonly launchId: string;
  readonly instanceId: string;
  readonly accountId?: number;
  /** Of the job that it ran, or else of the one that it was started for. */
  readonly jobId: number;
  /** `owner/name`. */
  readonly repository?: string;
  readonly workflow?: string;
  readonly tier: string;
  readonly instanceType: string;
  readonly spot: boolean;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly endedAt: string;
  readonly seconds: number;
  readonly diskGb: number;
  /** Percent of the time in which no job ran, as far as GitHub told us. */
  readonly idlePercent: number;
  /** What it was priced with; absent where its type has no price. */
  readonly price?: LifePrice;
  /** Millionths of a US dollar. */
  readonly costMicros: number;
}

/** US dollars an hour. */
export interface LifePrice {
  readonly machineHour: number;
  readonly diskHour: number;
  readonly asOf: string;
}

/** Of some machines together. */
export interface UsageSum {
  readonly machines: number;
  readonly seconds: number;
  readonly costMicros: number;
  /** Machines among them that have no price. */
  readonly unpriced: number;
}

export const NO_USAGE: UsageSum = { machines: 0, seconds: 0, costMicros: 0, unpriced: 0 };

export function addUsage(sum: UsageSum, other: UsageSum): UsageSum {
  return {
    machines: sum.machines + other.machines,
    seconds: sum.seconds + other.seconds,
    costMicros: sum.costMicros + other.costMicros,
    unpriced: sum.unpriced + other.unpriced,
  };
}

export function usageOf({
  seconds,
  costMicros,
  price,
}: Pick<MachineLife, 'seconds' | 'costMicros' | 'price'>): UsageSum {
  return { machines: 1, seconds, costMicros, unpriced: price === undefined ? 1 : 0 };
}

/** UTC, as `2026-01-15`: a machine belongs to the day and month in which it ended. */
export function dayOf(iso: string): string {
  return new Date(iso).toISOString().slice(0, 'YYYY-MM-DD'.length);
}

export function monthOf(iso: string): string {
  return new Date(iso).toISOString().slice(0, 'YYYY-MM'.length);
}
