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

/**
 * Puts right what the ledger says of one machine, by what is added to its seconds and cost. Written once, never again:
 * a wrong one is corrected by the next.
 */
export interface UsageCorrection
  extends Pick<
    MachineLife,
    'installationId' | 'launchId' | 'instanceId' | 'repository' | 'tier' | 'startedAt' | 'endedAt'
  > {
  /** Chosen by who corrects; the same for who repeats it. */
  readonly id: string;
  /** Among those of its machine: 1 is the first. */
  readonly number: number;
  /** What is added; less than nothing takes away. */
  readonly seconds: number;
  readonly costMicros: number;
  /** -1 where it gives a cost to a machine that had no price. */
  readonly unpriced: number;
  readonly at: string;
  /** An ARN, or issuer and subject of a token. */
  readonly by: string;
  readonly reason: string;
}

/** What names a machine in the ledger. */
export type LifeKey = Pick<MachineLife, 'installationId' | 'launchId' | 'startedAt'>;

/** A machine with what corrected it, in order. */
export interface CorrectedLife {
  readonly life: MachineLife;
  readonly corrections: readonly UsageCorrection[];
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

/** The sums by a key of each. */
export function sumUsageBy(entries: Iterable<readonly [string, UsageSum]>): Map<string, UsageSum> {
  const found = new Map<string, UsageSum>();
  for (const [key, sum] of entries) found.set(key, addUsage(found.get(key) ?? NO_USAGE, sum));
  return found;
}

export function usageOf({
  seconds,
  costMicros,
  price,
}: Pick<MachineLife, 'seconds' | 'costMicros' | 'price'>): UsageSum {
  return { machines: 1, seconds, costMicros, unpriced: price === undefined ? 1 : 0 };
}

/** What a correction adds to the sum of its machine's day. */
export function usageOfCorrection({ seconds, costMicros, unpriced }: UsageCorrection): UsageSum {
  return { machines: 0, seconds, costMicros, unpriced };
}

/** UTC, as `2026-01-15`: a machine belongs to the day and month in which it ended. */
export function dayOf(iso: string): string {
  return new Date(iso).toISOString().slice(0, 'YYYY-MM-DD'.length);
}

export function monthOf(iso: string): string {
  return new Date(iso).toISOString().slice(0, 'YYYY-MM'.length);
}
