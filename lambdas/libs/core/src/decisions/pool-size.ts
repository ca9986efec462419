import type { PoolKey } from '../model/blank';
import { cronHolds } from '../model/cron';
import type { Pool, Pools } from '../model/pool';

/** A pool, and how many machines should wait in it. */
export interface WantedPool extends PoolKey {
  readonly size: number;
}

/** The first entry that holds in this minute says it, else `size`. Pure. */
export function poolSize({ size, schedule }: Pick<Pool, 'size' | 'schedule'>, now: Date): number {
  return schedule.find(({ cron, timeZone }) => cronHolds(cron, now, timeZone))?.size ?? size;
}

/** Every pool of one size, the tenants' own ones among them. Pure. */
export function wantedPoolsOf(tier: string, pool: Pool, now: Date): readonly WantedPool[] {
  const own = [...pool.dedicated].map(([dedicated, size]): WantedPool => ({ tier, dedicated, size }));
  return [{ tier, size: poolSize(pool, now) }, ...own];
}

/** Pure. */
export function wantedPools(pools: Pools, now: Date): readonly WantedPool[] {
  return [...pools].flatMap(([tier, pool]) => wantedPoolsOf(tier, pool, now));
}
