import {
  decideEdit,
  decideTenantRetry,
  type EditDecision,
  type EditRequest,
  type TenantLookup,
  type TenantStatus,
} from '@multi-tenant-runner/core';
import { randomUUID } from 'node:crypto';
import type { Answer, Row } from '../answer';
import type { Fleet } from '../fleet';
import { EXIT, Problem, changed, usage } from '../problem';
import { findTenant } from '../read/find-tenant';
import { parsePageToken } from '../read/page-token';

export async function listTenants(
  options: { readonly status: TenantStatus; readonly limit: number; readonly cursor?: string },
  { directory }: Fleet,
): Promise<Answer> {
  const { status, limit, cursor } = options;
  const after = cursor === undefined ? {} : { after: Number(parsePageToken(cursor, /^\d{1,15}$/)) };
  const page = await directory.list(status, { limit, ...after });
  return {
    kind: 'rows',
    columns: ['installation', 'tenant', 'tier', 'limit'],
    rows: page.tenants.map(({ installationId, orgName, tier, maxRunners }) => ({
      installation: installationId,
      tenant: orgName,
      tier,
      limit: maxRunners,
    })),
    none: `No tenant is ${status}.`,
    ...(page.next !== undefined && { cursor: String(page.next) }),
  };
}

export interface ChangeOptions {
  readonly reason?: string;
  readonly dryRun: boolean;
  readonly yes: boolean;
}

type Changed = Extract<Answer, { kind: 'fields' }>;

/** Changes a tenant's row as a hand edit would, with who and why in it. */
export function editTenant(name: string, request: EditRequest, options: ChangeOptions, fleet: Fleet): Promise<Changed> {
  const decide = (lookup: TenantLookup): EditDecision => decideEdit(lookup, request, fleet.settings);
  return change(name, { decide, isFinal: request.kind === 'offboard' }, options, fleet);
}

/** Tries at once what a tenant's circuits, or GitHub, hold back for later. */
export function retryTenant(name: string, options: ChangeOptions, fleet: Fleet): Promise<Changed> {
  return change(name, { decide: decideTenantRetry, isFinal: false }, options, fleet);
}

interface Wish {
  readonly decide: (lookup: TenantLookup) => EditDecision;
  readonly isFinal: boolean;
}

async function change(name: string, wish: Wish, options: ChangeOptions, fleet: Fleet): Promise<Changed> {
  const { directory, clock } = fleet;
  const { reason = '' } = options;
  if (!options.dryRun && reason.trim() === '')
    throw usage('Say why with --reason: it is kept in the row and in the log of changes.');
  const lookup = await findTenant(name, directory);
  const decision = wish.decide(lookup);
  if (decision.kind === 'refuse') throw new Problem(decision.sentence, EXIT.refused);
  const id = lookup.installationId;
  const { sentence } = decision;
  if (decision.kind === 'nothing') return { kind: 'fields', fields: { installation: id }, sentence };
  if (options.dryRun)
    return { kind: 'fields', fields: { installation: id, dry_run: true, ...decision.edit.set }, sentence };
  if (wish.isFinal && !options.yes) throw usage(`${sentence} Repeat the command with --yes if that is what you want.`);
  const by = await fleet.whoAmI();
  const note = { id: randomUUID(), by, via: 'mtr', reason: reason.trim(), at: clock.now() } as const;
  const written = await directory.edit(id, decision.edit, note);
  if (!written.ok)
    throw changed(`The row of ${name} changed in the meantime, so nothing was written; look again and repeat.`);
  return { kind: 'fields', fields: tenantFields(written.lookup), sentence };
}

/** A tenant's row as an answer. */
export function tenantFields(lookup: TenantLookup): Row {
  const problems = (lookup.problems ?? []).map(({ attribute, problem }) => `${attribute} ${problem}`);
  const common = { installation: lookup.installationId, ...(problems.length > 0 && { problems }) };
  if (lookup.kind !== 'tenant') return { ...common, status: lookup.kind === 'tombstone' ? 'deleted' : 'not a tenant' };
  const { tenant } = lookup;
  return {
    ...common,
    tenant: tenant.orgName,
    account: tenant.accountId,
    type: tenant.orgType,
    status: tenant.status,
    suspended_by: tenant.suspendedBy,
    tier: tenant.tier,
    limit: tenant.maxRunners,
    in_use: tenant.slotsHeld,
    runner_group: tenant.runnerGroup,
    public_repositories: tenant.allowPublicRepositories,
    apps_from_repository: tenant.appsFromRepository,
    open_circuits: openCircuits(lookup),
    github_limited_until: tenant.githubLimitedUntil,
    cleanup: tenant.cleanup,
    previous_installation: tenant.previousInstallationId,
    created_at: tenant.createdAt,
  };
}

function openCircuits({ tenant }: Extract<TenantLookup, { kind: 'tenant' }>): readonly string[] | undefined {
  const open = [...tenant.circuits].filter(([, { openedAt }]) => openedAt !== undefined).map(([tier]) => tier);
  return open.length === 0 ? undefined : open;
}
