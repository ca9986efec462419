import { SECOND, ageOf, type Job, type JobReason, type TenantLookup } from '@multi-tenant-runner/core';

/**
 * Reasons that lie with us or AWS. The others lie with the tenant (its limit, its App, its account) and no operator's
 * alarm ends them.
 */
const NOT_THE_TENANTS: ReadonlySet<JobReason> = new Set<JobReason>([
  'no-security-group',
  'capacity',
  'ec2-throttled',
  'ssm-throttled',
  'github-unavailable',
  'runner-lost',
  'runner-taken',
  'circuit-open',
  'error',
]);

/**
 * Since when a job could have had a runner, in seconds by tier: the oldest of each. A job that waits for its tenant's
 * limit is no one's trouble; a job of an active tenant that has a slot, or waits for something of ours, is.
 */
export function oldestDispatchable(
  lookup: TenantLookup,
  jobs: readonly Job[],
  now: Date,
): Readonly<Record<string, number>> {
  if (lookup.kind !== 'tenant' || lookup.tenant.status !== 'active') return {};
  const oldest: Record<string, number> = {};
  for (const job of jobs) {
    const since = dispatchableSince(job);
    if (since === undefined) continue;
    oldest[job.tier] = Math.max(oldest[job.tier] ?? 0, Math.round(ageOf(since, now) / SECOND));
  }
  return oldest;
}

export function dispatchableSince(job: Job): string | undefined {
  switch (job.state) {
    // Not since GitHub queued it: until it was sent it may have waited for the tenant's limit.
    case 'queued':
      return job.updatedAt;
    case 'starting':
      return job.startingAt ?? job.updatedAt;
    case 'parked':
      return job.reason !== undefined && NOT_THE_TENANTS.has(job.reason) ? job.queuedAt : undefined;
    case 'running':
    case 'completed':
    case 'cancelled':
    case 'refused':
    case 'expired':
      return undefined;
  }
}

/** The older of both, tier by tier. */
export function olderOf(
  left: Readonly<Record<string, number>>,
  right: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const tiers = new Set([...Object.keys(left), ...Object.keys(right)]);
  return Object.fromEntries([...tiers].map((tier) => [tier, Math.max(left[tier] ?? 0, right[tier] ?? 0)]));
}
