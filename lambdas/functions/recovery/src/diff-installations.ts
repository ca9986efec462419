import {
  DAY,
  HOUR,
  isOffboarded,
  type AppInstallation,
  type InstallationAction,
  type TenantLookup,
} from '@multi-tenant-runner/core';

/** An installation event that the tenant's row lacks. */
export interface MissedEvent {
  readonly action: Exclude<InstallationAction, 'deleted'>;
  readonly installation: AppInstallation;
}

export interface Comparison {
  readonly missed: readonly MissedEvent[];
  /** Rows of installations that GitHub did not list. Only a 404 for the installation itself proves that it is gone. */
  readonly unlisted: readonly number[];
  /** Deleted in the registry, which is final, but listed by GitHub. */
  readonly deletedButListed: readonly number[];
  /** So many are missing that a fault of the list is the likely reason. */
  readonly isExodus: boolean;
  /** The App that listed them has an installation of a row, or there is no tenant yet. */
  readonly isOurApp: boolean;
}

/** The differences between GitHub's list of the App's installations and the registry. */
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
    missed: installations.flatMap((installation) => {
      const action = missedBy(installation, rows.get(installation.installationId));
      return action === undefined ? [] : [{ action, installation }];
    }),
    unlisted,
    deletedButListed: installations
      .map(({ installationId }) => installationId)
      .filter((id) => isOffboarded(rows.get(id))),
    isExodus: unlisted.length > 1 && unlisted.length * 2 > living.length,
    isOurApp: living.length === 0 || lookups.some(({ installationId }) => listed.has(installationId)),
  };
}

/** The event that the row lacks. The tenant manager decides again whether it applies, so an extra one is harmless. */
function missedBy(
  { account, suspended }: AppInstallation,
  lookup: TenantLookup | undefined,
): MissedEvent['action'] | undefined {
  if (account.kind !== 'owner' || isOffboarded(lookup)) return undefined;
  // The first event of an installation creates the row, whichever event it is.
  if (lookup?.kind !== 'tenant') return suspended ? 'suspend' : 'created';
  const { tenant } = lookup;
  if (suspended && tenant.status === 'active') return 'suspend';
  // The operator's own suspension stays.
  if (!suspended && tenant.status === 'suspended' && tenant.suspendedBy === 'github') return 'unsuspend';
  return tenant.orgName === account.login ? undefined : 'renamed';
}

/** 03:00 UTC, when the fewest jobs run. */
const NIGHT = 3 * HOUR;

/** Once each night; the first run compares at once. */
export function isComparisonDue(lastDone: string | undefined, now: Date): boolean {
  const last = lastDone === undefined ? Number.NaN : Date.parse(lastDone);
  const night = Math.floor((now.getTime() - NIGHT) / DAY) * DAY + NIGHT;
  return Number.isNaN(last) || last < night;
}
