import {
  HOUR,
  MINUTE,
  githubLimitedUntil,
  plus,
  type ScanState,
  type Tenant,
  type TenantLookup,
} from '@multi-tenant-runner/core';

/** Between two searches of an active tenant. */
export const ROUND = 30 * MINUTE;
/** Between two searches of every repository: a missed job in one without pushes still has most of its 24 hours. */
export const WHOLE_ROUND = 6 * HOUR;

export interface ScanPlan {
  /** Tenants seen inactive for the first time: stored, so that they are searched as soon as they are active. */
  readonly inactive: readonly ScanState[];
  /** Searches to begin or to continue, the most urgent first. */
  readonly due: readonly ScanState[];
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
    .map((tenant) => begin(tenant, 'asleep', now));
  const due = tenants
    .filter((tenant) => tenant.status === 'active' && githubLimitedUntil(tenant, now) === undefined)
    .flatMap((tenant) => nextOf(tenant, known.get(tenant.installationId), now));
  return { inactive, due: due.filter(({ notBefore }) => Date.parse(notBefore) <= now.getTime()).sort(byUrgency) };
}

function nextOf(tenant: Tenant, state: ScanState | undefined, now: Date): ScanState[] {
  if (state === undefined || state.phase === 'asleep') return [begin(tenant, 'under-way', now)];
  if (state.seenUpdatedAt !== tenant.updatedAt) {
    // Restarts the search, but keeps a wait that GitHub asked for.
    const fresh = begin(tenant, 'under-way', now);
    return [
      state.phase === 'under-way' && state.notBefore > fresh.notBefore
        ? { ...fresh, notBefore: state.notBefore }
        : fresh,
    ];
  }
  if (state.phase === 'under-way') return [state];
  return [
    {
      ...begin(tenant, 'under-way', now),
      ...withWholeAt(state),
      breadth: breadthOf(state, now),
      notBefore: state.notBefore,
    },
  ];
}

/** After a refusal the next search is as broad as the last one. */
function breadthOf({ breadth, wholeAt }: ScanState, now: Date): ScanState['breadth'] {
  if (breadth !== 'recent') return breadth;
  return wholeAt === undefined || Date.parse(wholeAt) <= now.getTime() ? 'whole' : 'recent';
}

function withWholeAt({ wholeAt }: ScanState): Pick<ScanState, 'wholeAt'> {
  return wholeAt === undefined ? {} : { wholeAt };
}

function begin(tenant: Tenant, phase: ScanState['phase'], now: Date): ScanState {
  return {
    installationId: tenant.installationId,
    phase,
    breadth: 'everywhere',
    ...(tenant.updatedAt !== undefined && { seenUpdatedAt: tenant.updatedAt }),
    page: 1,
    index: 0,
    notBefore: now.toISOString(),
  };
}

/** Tenants that may have missed a whole suspension's jobs come first, then those that have waited longest. */
function byUrgency(a: ScanState, b: ScanState): number {
  const urgent = ({ breadth }: ScanState): boolean => breadth === 'everywhere';
  if (urgent(a) !== urgent(b)) return urgent(a) ? -1 : 1;
  return a.notBefore < b.notBefore ? -1 : a.notBefore > b.notBefore ? 1 : a.installationId - b.installationId;
}

/** The search is complete; the next ones cover recently active repositories, until all are due again. */
export function finished(state: ScanState, now: Date): ScanState {
  const { lastRunId: _lastRunId, ...rest } = state;
  const whole = state.breadth === 'recent' ? {} : { wholeAt: plus(now, WHOLE_ROUND).toISOString() };
  return {
    ...rest,
    ...whole,
    phase: 'done',
    breadth: 'recent',
    page: 1,
    index: 0,
    notBefore: plus(now, ROUND).toISOString(),
  };
}
