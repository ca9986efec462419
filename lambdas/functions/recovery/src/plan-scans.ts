import {
  DAY,
  HOUR,
  MINUTE,
  githubLimitedUntil,
  plus,
  type ScanState,
  type Tenant,
  type TenantLookup,
} from '@multi-tenant-runner/core';
import { inTurns, type ScanTurn } from './scan-turns';

/** Between two searches of an active tenant. */
export const ROUND = 30 * MINUTE;
/** Where the last search found no repository with a push or job of the last day. */
export const QUIET_ROUND = 3 * HOUR;
/** Between two searches of every repository: a missed job in one without pushes still has most of its 24 hours. */
export const WHOLE_ROUND = 6 * HOUR;
/** A tenant whose row changed while it was suspended is searched anyway, so the rest may wait for a later run. */
const NOTED_A_RUN = 100;

export interface ScanPlan {
  /** Tenants seen inactive for the first time: stored, so that they are searched as soon as they are active. */
  readonly inactive: readonly ScanState[];
  /** Searches to begin or to continue, in the order of their turns. */
  readonly due: readonly ScanTurn[];
}

/**
 * Which tenants to search now. No event is needed to notice a new or unsuspended tenant: a row that was never searched,
 * was inactive when last seen, or has changed since the last search is due, even if every webhook was lost.
 */
export function planScans(lookups: readonly TenantLookup[], states: readonly ScanState[], now: Date): ScanPlan {
  const known = new Map(states.map((state) => [state.installationId, state]));
  const tenants = lookups.flatMap((lookup) => (lookup.kind === 'tenant' ? [lookup.tenant] : []));
  const inactive = tenants
    .filter(({ status, installationId }) => status === 'suspended' && known.get(installationId)?.phase !== 'asleep')
    .slice(0, NOTED_A_RUN)
    .map((tenant) => ({ ...(known.get(tenant.installationId) ?? begin(tenant, now)), phase: 'asleep' as const }));
  const due = tenants
    .filter((tenant) => tenant.status === 'active' && githubLimitedUntil(tenant, now) === undefined)
    .map((tenant) => nextOf(tenant, known.get(tenant.installationId), now))
    .filter(({ since }) => Date.parse(since) <= now.getTime());
  return { inactive, due: inTurns(due) };
}

function nextOf(tenant: Tenant, state: ScanState | undefined, now: Date): ScanTurn {
  if (state === undefined) return { state: begin(tenant, now), since: waitingSince(tenant.createdAt, now) };
  const goesOn = isUnderWay(state);
  const changed = state.phase === 'asleep' || state.seenUpdatedAt !== tenant.updatedAt;
  const isUrgent = changed && hasPassed(state.urgentFrom, now);
  // A search of everything goes on where it is, whatever changes meanwhile: else it might never come to its end.
  if (isUrgent && !(goesOn && state.breadth === 'everywhere')) return searchAtOnce(tenant, state, now);
  if (goesOn) return { state: { ...state, phase: 'under-way' }, since: state.notBefore };
  const breadth = changed && state.breadth === 'recent' ? 'whole' : breadthOf(state, now);
  return { state: { ...begin(tenant, now), ...kept(state), breadth }, since: state.notBefore };
}

/**
 * The first change in six hours is searched at once and everywhere, as a suspension may have kept every webhook back. A
 * further one changes nothing but how much the tenant's next search looks at: suspending and resuming earns no turn.
 */
function searchAtOnce(tenant: Tenant, state: ScanState, now: Date): ScanTurn {
  const changedAt = waitingSince(tenant.updatedAt, now);
  // A wait that GitHub asked for is kept.
  const since = isUnderWay(state) && state.notBefore > changedAt ? state.notBefore : changedAt;
  const urgentFrom = plus(now, WHOLE_ROUND).toISOString();
  return { state: { ...begin(tenant, now), ...kept(state), urgentFrom }, since };
}

/** Once done, a search stands at the first repository; it also does when it has only begun. */
function isUnderWay({ phase, page, index, lastRunId }: ScanState): boolean {
  return phase === 'under-way' || (phase === 'asleep' && (page > 1 || index > 0 || lastRunId !== undefined));
}

/** After a refusal the next search is as broad as the last one. */
function breadthOf({ breadth, wholeAt }: ScanState, now: Date): ScanState['breadth'] {
  return breadth === 'recent' && hasPassed(wholeAt, now) ? 'whole' : breadth;
}

function kept({ wholeAt, urgentFrom }: ScanState): Pick<ScanState, 'wholeAt' | 'urgentFrom'> {
  return { ...(wholeAt !== undefined && { wholeAt }), ...(urgentFrom !== undefined && { urgentFrom }) };
}

function begin(tenant: Tenant, now: Date): ScanState {
  return {
    installationId: tenant.installationId,
    phase: 'under-way',
    breadth: 'everywhere',
    ...(tenant.updatedAt !== undefined && { seenUpdatedAt: tenant.updatedAt }),
    page: 1,
    index: 0,
    notBefore: now.toISOString(),
  };
}

function hasPassed(time: string | undefined, now: Date): boolean {
  return time === undefined || Date.parse(time) <= now.getTime();
}

/** Rows are edited by hand: a time that cannot be read, has not come or is long past counts as a day ago. */
function waitingSince(time: string | undefined, now: Date): string {
  const at = Date.parse(time ?? '');
  const dayAgo = plus(now, -DAY);
  return new Date(at > dayAgo.getTime() && at <= now.getTime() ? at : dayAgo).toISOString();
}

/**
 * The search is complete; the next ones cover recently active repositories, until all are due again.
 *
 * @param isQuiet there was none
 */
export function finished(state: ScanState, isQuiet: boolean, now: Date): ScanState {
  const { lastRunId: _lastRunId, ...rest } = state;
  const whole = state.breadth === 'recent' ? {} : { wholeAt: plus(now, WHOLE_ROUND).toISOString() };
  return {
    ...rest,
    ...whole,
    phase: 'done',
    breadth: 'recent',
    page: 1,
    index: 0,
    notBefore: plus(now, isQuiet ? QUIET_ROUND : ROUND).toISOString(),
  };
}
