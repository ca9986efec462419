import {
  DAY,
  HOUR,
  isOffboarded,
  type AppInstallation,
  type InstallationAction,
  type TenantLookup,
} from '@multi-tenant-runner/core';

/** The registry is behind GitHub; the event that never came is sent once more. */
export interface Mend {
  readonly action: Exclude<InstallationAction, 'deleted'>;
  readonly installation: AppInstallation;
}

export interface Comparison {
  readonly mends: readonly Mend[];
  /** Rows of installations that GitHub did not list. Only its 404 for that very one proves that it is gone. */
  readonly unlisted: readonly number[];
  /** Uninstalled according to the registry, which is final, but listed by GitHub. */
  readonly undead: readonly number[];
  /** So many are missing that another App's key is the likelier reason. */
  readonly isAnotherApp: boolean;
}

/** What GitHub's list of the App's installations and the registry disagree on. */
export function diffInstallations(
  installations: readonly AppInstallation[],
  lookups: readonly TenantLookup[],
): Comparison {
  const rows = new Map(lookups.map((lookup) => [lookup.installationId, lookup]));
  const listed = new Set(installations.map(({ installationId }) => installationId));
  const living = lookups
    .filter((lookup) => lookup.kind === 'tenant' && !isOffboarded(lookup))
    .map(({ installationId }) => installationId);
  const unlisted = living.filter((id) => !listed.has(id));
  return {
    mends: installations.flatMap((installation) => {
      const action = missedBy(installation, rows.get(installation.installationId));
      return action === undefined ? [] : [{ action, installation }];
    }),
    unlisted,
    undead: installations.map(({ installationId }) => installationId).filter((id) => isOffboarded(rows.get(id))),
    isAnotherApp: unlisted.length > 1 && unlisted.length * 2 > living.length,
  };
}

/** The event that the row has not seen. Its own rules decide again whether it applies, so one too many does no harm. */
function missedBy(
  { account, suspended }: AppInstallation,
  lookup: TenantLookup | undefined,
): Mend['action'] | undefined {
  if (account.kind !== 'owner' || isOffboarded(lookup)) return undefined;
  // The row is made by whichever event of an installation comes first.
  if (lookup?.kind !== 'tenant') return suspended ? 'suspend' : 'created';
  const { tenant } = lookup;
  if (suspended && tenant.status === 'active') return 'suspend';
  // What the operator suspended stays so.
  if (!suspended && tenant.status === 'suspended' && tenant.suspendedBy === 'github') return 'unsuspend';
  return tenant.orgName === account.login ? undefined : 'renamed';
}

/** Hours after midnight UTC: when the fewest jobs run. */
const NIGHT = 3 * HOUR;

/** Once each night, the first time at once. */
export function isComparisonDue(lastDone: string | undefined, now: Date): boolean {
  const last = lastDone === undefined ? Number.NaN : Date.parse(lastDone);
  const night = Math.floor((now.getTime() - NIGHT) / DAY) * DAY + NIGHT;
  return Number.isNaN(last) || last < night;
}
