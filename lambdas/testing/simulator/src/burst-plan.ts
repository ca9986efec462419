import { MINUTE, SECOND } from '@multi-tenant-runner/core';
import { PRIVATE_REPOSITORIES, type JobPlan, type Scenario, type TenantPlan } from './scenario/scenario';

export interface PlannedBurst {
  readonly tenants: number;
  /** Jobs of each of them, all queued at the same moment. */
  readonly jobs: number;
  /** Jobs of one more tenant at that moment. */
  readonly flood: number;
  /** No tenant has ever had a job; else each had one a quarter of an hour before. */
  readonly isFirst: boolean;
}

/** Milliseconds between two installations, and between two of the jobs before. */
const INSTALLED_APART = SECOND / 10;
const JOBS_APART = SECOND;
/** Rows are written, and functions are warm, by then. */
const QUIET = 10 * MINUTE;
/** Since the last of the jobs before: all that AWS counts is full again. */
const REST = 15 * MINUTE;
/** More than any load has jobs. */
const LIMIT = 10_000;
const JOB_TIME = 5 * MINUTE;

/** The burst's own jobs have numbers above `jobsBefore`. */
export function planBurst({ tenants, jobs, flood, isFirst }: PlannedBurst) {
  const counts = [...Array.from({ length: tenants }, () => jobs), ...(flood > 0 ? [flood] : [])];
  const plans = counts.map(
    (_, index): TenantPlan => ({
      number: index + 1,
      login: `org-${index + 1}`,
      accountId: 500 + index,
      type: 'Organization',
      installedAt: index * INSTALLED_APART,
      limit: LIMIT,
      events: [],
    }),
  );
  const installed = Math.max(QUIET, plans.length * INSTALLED_APART);
  const before = isFirst
    ? []
    : plans.map(({ number }, index) => ({ tenant: number, at: installed + index * JOBS_APART }));
  const at = isFirst ? installed : installed + plans.length * JOBS_APART + REST;
  const queued = counts.flatMap((count, tenant) => Array.from({ length: count }, () => ({ tenant: tenant + 1, at })));
  const all = [...before, ...queued].map(
    (one, index): JobPlan => ({
      ...one,
      number: index + 1,
      repo: PRIVATE_REPOSITORIES[0],
      tier: 'small',
      isPublic: false,
      duration: JOB_TIME,
    }),
  );
  return {
    jobsBefore: before.length,
    at,
    scenarioUntil: (end: number): Scenario => ({ tenants: plans, jobs: all, faultsEndAt: end }),
  };
}
