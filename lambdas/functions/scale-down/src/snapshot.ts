import {
  githubLimitedUntil,
  type Job,
  type Launch,
  type Machine,
  type TenantLookup,
  type Tiers,
} from '@multi-tenant-runner/core';
import type { RunnerLimits } from './decide-runner';

/** Everything known of one tenant, machines read before rows. */
export interface Snapshot {
  readonly lookup: TenantLookup;
  /** Not terminated, not shutting down. */
  readonly machines: readonly Machine[];
  /** Not ended. */
  readonly launches: readonly Launch[];
  /** Not ended. */
  readonly jobs: readonly Job[];
}

export interface SweepLimits extends RunnerLimits {
  /** Milliseconds. */
  readonly grace: number;
  /** Those that are configured. */
  readonly tiers: Tiers;
}

/** GitHub limits the tenant for now: the requests that are left belong to launches. */
export function isLimited(lookup: TenantLookup, now: Date): boolean {
  return lookup.kind === 'tenant' && githubLimitedUntil(lookup.tenant, now) !== undefined;
}

export function isEmpty(snapshot: Snapshot): boolean {
  return snapshot.machines.length === 0 && snapshot.launches.length === 0 && snapshot.jobs.length === 0;
}

export const slotsOf = (snapshot: Snapshot): ReadonlySet<string> =>
  snapshot.lookup.kind === 'tenant' ? snapshot.lookup.tenant.slots : new Set();

export const isOver = (jobId: number, { jobs }: Snapshot): boolean => !jobs.some((job) => job.jobId === jobId);

export function statusOf(snapshot: Snapshot): 'active' | 'suspended' | 'none' {
  if (snapshot.lookup.kind !== 'tenant') return 'none';
  return snapshot.lookup.tenant.status === 'suspended' ? 'suspended' : 'active';
}
