import {
  HOUR,
  MINUTE,
  githubLimitedUntil,
  plus,
  type ScanState,
  type Tenant,
  type TenantLookup,
} from '@multi-tenant-runner/core';

/** Between two searches of an active tenant that lost nothing. */
export const ROUND = 30 * MINUTE;
/** Between two searches of every repository: a scheduled job in one that nobody pushes to still has most of its day. */
export const WHOLE_ROUND = 6 * HOUR;

export interface Chosen {
  /** Tenants seen inactive for the first time: remembered, so that they are searched as soon as they are active. */
  readonly inactive: readonly ScanState[];
  /** Searches to begin or to go on with, the most pressing first. */
  readonly due: readonly ScanState[];
}

/**
 * Whose jobs are to be looked for now. Nobody has to say that a tenant was installed or unsuspended: a row that was
 * never searched, was inactive when last seen, or has changed since the last search says so itself, however the news
 * was lost.
 */
export function planScans(lookups: readonly TenantLookup[], states: readonly ScanState[], now: Date): Chosen {
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
    // A search that GitHub asked to wait begins anew, but waits.
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

/** What GitHub refused to show is looked for as broadly as the last time. */
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

/** Who may have lost a whole suspension's jobs comes before the round, and then whoever waits longest. */
function byUrgency(a: ScanState, b: ScanState): number {
  const urgent = ({ breadth }: ScanState): boolean => breadth === 'everywhere';
  if (urgent(a) !== urgent(b)) return urgent(a) ? -1 : 1;
  return a.notBefore < b.notBefore ? -1 : a.notBefore > b.notBefore ? 1 : a.installationId - b.installationId;
}

/** The search is over; the next round looks at the recently active repositories, until all have their turn again. */
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
