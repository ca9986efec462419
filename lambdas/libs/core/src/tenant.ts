import { readCircuits, type Circuit } from './circuit';
import type { Tiers } from './tiers';

export const TENANT_STATUSES = ['active', 'suspended', 'deleted'] as const;
export type TenantStatus = (typeof TENANT_STATUSES)[number];
export type OrgType = 'Organization' | 'User';
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
  readonly live: ReadonlySet<string>;
  readonly accountId?: number;
  readonly suspendedBy?: SuspendedBy;
  readonly securityGroupId?: string;
  readonly cleanup?: 'pending' | 'done';
  readonly allowPublicRepositories?: boolean;
  /** The name of the runner group that its runners go into. */
  readonly runnerGroup?: string;
  readonly previousInstallationId?: number;
  /** Until when GitHub wants to hear nothing of this installation. ISO 8601. */
  readonly githubLimitedUntil?: string;
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
export type TenantLookup =
  | { readonly kind: 'tenant'; readonly tenant: Tenant; readonly problems: readonly RowProblem[]; readonly liveBroken: boolean }
  | { readonly kind: 'tombstone'; readonly installationId: number; readonly cleanup?: 'pending' | 'done'; readonly problems?: readonly RowProblem[] }
  | { readonly kind: 'none'; readonly installationId: number; readonly problems: readonly RowProblem[] };

const isWholeNumber = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
const text = (value: unknown): string | undefined => (typeof value === 'string' && value.trim() !== '' ? value : undefined);
const oneOf = <T extends string>(values: readonly T[], value: unknown): T | undefined => values.find((known) => known === value);

/** What a deletion leaves on a row and nothing takes away again, so that no status makes the row a tenant once more. */
export const DELETION_MARKS = ['deleted_at', 'cleanup'] as const;

export function isMarkedDeleted(row: Readonly<Record<string, unknown>> | undefined): boolean {
  return DELETION_MARKS.some((mark) => row?.[mark] !== undefined);
}

/**
 * Reads a row of the tenants table. Rows are edited by hand, so every attribute is judged: what can be repaired is
 * (with a problem reported), what can't makes the row no tenant.
 *
 * @param row the item as plain values (numbers as numbers, string sets as `Set`), or undefined when there is none
 */
export function parseTenantRow(installationId: number, row: Record<string, unknown> | undefined, tiers: Tiers, defaultTier: string): TenantLookup {
  if (row === undefined) return { kind: 'none', installationId, problems: [] };
  const orgName = text(row['org_name']);
  const problems: RowProblem[] = [];
  const status = readStatus(row, problems);
  const cleanup = oneOf(['pending', 'done'] as const, row['cleanup']);
  if (orgName === undefined || status === undefined) {
    if (orgName === undefined && status === 'deleted') return { kind: 'tombstone', installationId, ...(cleanup && { cleanup }), ...(problems.length > 0 && { problems }) };
    return { kind: 'none', installationId, problems: [...noName(orgName), ...problems] };
  }
  const tier = readTier(row['tier'], tiers, defaultTier, problems);
  const own = tiers.get(tier)?.maxRunners ?? 0;
  const maxRunnersFromRow = isWholeNumber(row['max_runners']);
  if (!maxRunnersFromRow) {
    problems.push({ attribute: 'max_runners', problem: `is not a whole number of at least 0, so the tier's own limit of ${own} counts` });
  }
  const liveBroken = row['live'] !== undefined && !isStringSet(row['live']);
  if (liveBroken) problems.push({ attribute: 'live', problem: 'is not a set of strings; the sweep rebuilds it, do not edit it' });
  const orgType = oneOf(['Organization', 'User'] as const, row['org_type']);
  if (orgType === undefined) problems.push({ attribute: 'org_type', problem: 'is neither Organization nor User, so Organization is assumed' });
  const allowPublic = row['allow_public_repositories'];
  if (allowPublic !== undefined && typeof allowPublic !== 'boolean') {
    problems.push({ attribute: 'allow_public_repositories', problem: 'is not a boolean, so the module\'s setting counts' });
  }
  const runnerGroup = text(row['runner_group']);
  if (row['runner_group'] !== undefined && runnerGroup === undefined) problems.push({ attribute: 'runner_group', problem: 'is not the name of a runner group, so the one of the job\'s tier counts' });
  const suspendedBy = oneOf(['github', 'operator', 'approval'] as const, row['suspended_by']);
  const securityGroupId = text(row['security_group_id']);
  const limitedUntil = text(row['github_limited_until']);
  const createdAt = text(row['created_at']);
  const updatedAt = text(row['updated_at']);
  return {
    kind: 'tenant',
    problems,
    liveBroken,
    tenant: {
      installationId,
      orgName,
      orgType: orgType ?? 'Organization',
      status,
      tier,
      maxRunners: maxRunnersFromRow ? (row['max_runners'] as number) : own,
      maxRunnersFromRow,
      live: isStringSet(row['live']) ? row['live'] : new Set(),
      ...(isWholeNumber(row['account_id']) && { accountId: row['account_id'] }),
      ...(suspendedBy && { suspendedBy }),
      ...(securityGroupId !== undefined && { securityGroupId }),
      ...(cleanup && { cleanup }),
      ...(typeof allowPublic === 'boolean' && { allowPublicRepositories: allowPublic }),
      ...(runnerGroup !== undefined && { runnerGroup }),
      ...(isWholeNumber(row['previous_installation_id']) && { previousInstallationId: row['previous_installation_id'] }),
      circuits: readCircuits(row),
      ...(limitedUntil !== undefined && !Number.isNaN(Date.parse(limitedUntil)) && { githubLimitedUntil: limitedUntil }),
      ...(createdAt !== undefined && { createdAt }),
      ...(updatedAt !== undefined && { updatedAt }),
    },
  };
}

function noName(orgName: string | undefined): RowProblem[] {
  if (orgName !== undefined) return [];
  return [{ attribute: 'org_name', problem: 'is missing, so the row is not a tenant; delete it if its id was mistyped' }];
}

function readStatus(row: Record<string, unknown>, problems: RowProblem[]): TenantStatus | undefined {
  const status = oneOf(TENANT_STATUSES, row['status']);
  if (isMarkedDeleted(row)) {
    if (status !== 'deleted') {
      const problem = 'does not say deleted, yet the tenant was deleted, and that is final: it is set back. A new installation of the App makes a new tenant';
      problems.push({ attribute: 'status', problem });
    }
    return 'deleted';
  }
  if (status === undefined) {
    const value = row['status'] === undefined ? 'is missing' : 'is unknown';
    problems.push({ attribute: 'status', problem: `${value}, so the row is not a tenant; set it to ${TENANT_STATUSES.join(', ')}` });
  }
  return status;
}

function readTier(value: unknown, tiers: Tiers, defaultTier: string, problems: RowProblem[]): string {
  if (typeof value === 'string' && tiers.has(value)) return value;
  problems.push({ attribute: 'tier', problem: `is not one of ${[...tiers.keys()].join(', ')}, so the default tier ${defaultTier} counts` });
  return defaultTier;
}

/** By its brand, not by `instanceof`: a set made in another realm (a worker, a test's sandbox) is a set too. */
function isStringSet(value: unknown): value is Set<string> {
  return Object.prototype.toString.call(value) === '[object Set]' && [...(value as Set<unknown>)].every((entry) => typeof entry === 'string');
}

/** A row of a known installation that can't be read as a tenant: the next event of the installation does not mend it, a hand must. */
export function isBrokenRow(lookup: TenantLookup): boolean {
  return lookup.kind === 'none' && lookup.problems.length > 0 && !lookup.problems.some(({ attribute }) => attribute === 'org_name');
}

/** Slots that the limit still leaves; never negative, as a limit may be lowered below what runs. */
export function freeSlots(tenant: Tenant): number {
  return tenant.status === 'active' ? Math.max(0, tenant.maxRunners - tenant.live.size) : 0;
}
