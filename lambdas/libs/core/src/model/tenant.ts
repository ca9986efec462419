import type { Circuit } from './circuit';
import type { KnownGroup } from './known-group';
import type { OpenMark } from './open-mark';
import type { OrgType } from './schema';
import type { CapMarks, Caps, TenantUsage } from './usage-caps';

export const TENANT_STATUSES = ['active', 'suspended', 'deleted'] as const;
export type TenantStatus = (typeof TENANT_STATUSES)[number];
/** Whose suspension it is: each is lifted only by its own kind. */
export type SuspendedBy = 'github' | 'operator' | 'approval';

export interface Tenant {
  readonly installationId: number;
  readonly orgName: string;
  readonly orgType: OrgType;
  readonly status: TenantStatus;
  /** A key of the configured tiers: an unknown one in the row is read as the default tier. */
  readonly tier: string;
  /** The limit in force. */
  readonly maxRunners: number;
  /** False when the row's own figure is unusable and the tier's counts instead. */
  readonly maxRunnersFromRow: boolean;
  /** How many of its launches hold a slot. */
  readonly slotsHeld: number;
  /** One more with every slot that is taken or given back: it tells whether either happened since a look. */
  readonly slotChanges: number;
  readonly accountId?: number;
  readonly suspendedBy?: SuspendedBy;
  readonly securityGroupId?: string;
  readonly cleanup?: 'pending' | 'done';
  readonly allowPublicRepositories?: boolean;
  /** Whether a repository without an app may declare one by its own file; absent: no. */
  readonly appsFromRepository?: boolean;
  /** Where its own events are sent to, as it was written there. */
  readonly callbackUrl?: string;
  /** The name of the runner group that its runners go into. */
  readonly runnerGroup?: string;
  /** Where GitHub last took its runners; absent: it is asked. */
  readonly knownGroup?: KnownGroup;
  readonly previousInstallationId?: number;
  /** Until when GitHub wants to hear nothing of this installation. ISO 8601. */
  readonly githubLimitedUntil?: string;
  /** Its own, or else its tier's. */
  readonly caps: Caps;
  /** Only of a tenant with caps. */
  readonly usage?: TenantUsage;
  /** The caps that were met, each in its last day or month. */
  readonly capMarks?: CapMarks;
  /** By tier; only of those whose last launches came to nothing. */
  readonly circuits: ReadonlyMap<string, Circuit>;
  readonly createdAt?: string;
  readonly updatedAt?: string;
}

export interface RowProblem {
  readonly attribute: string;
  readonly problem: string;
}

/** `none`: no row, or a row that can't be read as a tenant. `tombstone`: uninstalled before it was ever known. */
export type TenantLookup = (
  | {
      readonly kind: 'tenant';
      readonly installationId: number;
      readonly tenant: Tenant;
      readonly problems: readonly RowProblem[];
      readonly slotsBroken: boolean;
    }
  | {
      readonly kind: 'tombstone';
      readonly installationId: number;
      readonly cleanup?: 'pending' | 'done';
      readonly problems?: readonly RowProblem[];
    }
  | { readonly kind: 'none'; readonly installationId: number; readonly problems: readonly RowProblem[] }
) & {
  /** Something of it may be open. */
  readonly mark?: OpenMark;
};

/** What a deletion leaves on a row and nothing takes away again, so that no status makes the row a tenant once more. */
export const DELETION_MARKS = ['deleted_at', 'cleanup'] as const;

export function isMarkedDeleted(row: Readonly<Record<string, unknown>> | undefined): boolean {
  return DELETION_MARKS.some((mark) => row?.[mark] !== undefined);
}

/**
 * A row of a known installation that can't be read as a tenant: the next event of the installation does not mend it, a
 * hand must.
 */
export function isBrokenRow(lookup: TenantLookup): boolean {
  return (
    lookup.kind === 'none' &&
    lookup.problems.length > 0 &&
    !lookup.problems.some(({ attribute }) => attribute === 'org_name')
  );
}

/** No installation has such an id: the row of the tenants table that holds what belongs to no tenant. */
export const MODULE_ROW = 0;

/** Slots that the limit still leaves; never negative, as a limit may be lowered below what runs. */
export function freeSlots(tenant: Tenant): number {
  return tenant.status === 'active' ? Math.max(0, tenant.maxRunners - tenant.slotsHeld) : 0;
}

/** The row as it is once a slot of it is given back. */
export function withoutSlot(lookup: TenantLookup): TenantLookup {
  if (lookup.kind !== 'tenant') return lookup;
  return { ...lookup, tenant: { ...lookup.tenant, slotsHeld: Math.max(0, lookup.tenant.slotsHeld - 1) } };
}

export type OffboardedLookup =
  | Extract<TenantLookup, { kind: 'tombstone' }>
  | (Extract<TenantLookup, { kind: 'tenant' }> & { readonly tenant: { readonly status: 'deleted' } });

/** The tenant uninstalled the App, which is final: a new installation makes a new tenant. */
export function isOffboarded(lookup: TenantLookup | undefined): lookup is OffboardedLookup {
  return lookup?.kind === 'tombstone' || (lookup?.kind === 'tenant' && lookup.tenant.status === 'deleted');
}

/** The time before which GitHub accepts no more calls for the tenant; undefined: it accepts them now. */
export function githubLimitedUntil(tenant: Tenant, now: Date): Date | undefined {
  const until = tenant.githubLimitedUntil === undefined ? undefined : new Date(tenant.githubLimitedUntil);
  return until !== undefined && until > now ? until : undefined;
}
