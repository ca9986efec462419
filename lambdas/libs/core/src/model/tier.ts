import type { Caps } from './usage-caps';

/** Where machines come from: `spot` waits rather than pays for on-demand, `spot-with-fallback` tries spot first. */
export const CAPACITIES = ['on-demand', 'spot', 'spot-with-fallback'] as const;
export type Capacity = (typeof CAPACITIES)[number];

export interface Tier {
  readonly name: string;
  readonly labels: readonly string[];
  readonly maxRunners: number;
  readonly rank?: number;
  readonly instanceTypes: readonly string[];
  readonly capacity: Capacity;
  readonly runnerGroupId: number;
  /** Of tenants of this tier whose row has none of their own. */
  readonly caps?: Caps;
}

export type Tiers = ReadonlyMap<string, Tier>;
export type TierAccess = 'any' | 'up_to_own';
