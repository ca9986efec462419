import type { Overview } from './facts';
import { ACTORS, duration, plural, secondsBetween, sentence } from './words';

export interface LiveRow {
  readonly id: number;
  readonly name: string;
  /** Undefined for a tenant that is active. */
  readonly status?: string;
  readonly slots: { readonly used: number; readonly of: number; readonly text: string };
  readonly running: string;
  readonly waiting: string;
  readonly oldest: string;
  readonly reasons: readonly { readonly jobs: string; readonly because: string; readonly ends: string }[];
  readonly notes: readonly string[];
}

/** A row of the live view. Pure. */
export function liveRow(tenant: Overview, now: Date): LiveRow {
  const { installation_id: id, org_name: name, status, in_use: used, max_runners: of, at_least: atLeast } = tenant;
  const { oldest_queued_at: oldest, running, starting } = tenant;
  return {
    id,
    name,
    ...(status !== 'active' && { status }),
    slots: { used, of, text: `${used} of ${of} in use` },
    running: starting === 0 ? String(running) : `${running}, and ${starting} starting`,
    waiting: `${tenant.waiting}${atLeast ? ' or more' : ''}`,
    oldest: oldest === undefined ? '–' : duration(secondsBetween(oldest, now)),
    reasons: tenant.reasons.map(({ jobs, words, ends, actor }) => ({
      jobs: jobs === 1 ? '1 job waits' : `${jobs} jobs wait`,
      because: `because ${words}`,
      ends: `${sentence(ends)} ${sentence(ACTORS[actor])}`,
    })),
    notes: [
      ...tenant.open_circuits.map((size) => `Launches of size ${size} are held back after failures in a row.`),
      ...tenant.problems.map((problem) => `Its row is not right: ${problem}.`),
    ],
  };
}

/** What a screen reader says when the figures are new. Pure. */
export function liveSummary(tenants: readonly Overview[], hasMore: boolean): string {
  if (tenants.length === 0) return 'No job runs or waits.';
  const sum = (of: (tenant: Overview) => number): number => tenants.reduce((total, one) => total + of(one), 0);
  const atLeast = hasMore || tenants.some((one) => one.at_least) ? 'at least ' : '';
  const waiting = sum((one) => one.waiting);
  return (
    `${plural(tenants.length, 'tenant')}: ${plural(
      sum((one) => one.in_use),
      'runner',
    )} in use, ` + `${atLeast}${plural(waiting, 'job')} waiting.`
  );
}
