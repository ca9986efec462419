import { decideEdit, type EditRequest, type TenantLookup, type TenantStatus } from '@multi-tenant-runner/core';
import { randomUUID } from 'node:crypto';
import type { Answer, Row } from '../answer';
import type { Fleet } from '../fleet';
import { EXIT, Problem, changed, usage } from '../problem';
import { findTenant } from '../read/find-tenant';

export async function listTenants(
  options: { readonly status: TenantStatus; readonly limit: number; readonly cursor?: string },
  { directory }: Fleet,
): Promise<Answer> {
  const { status, limit, cursor } = options;
  if (cursor !== undefined && !/^\d{1,15}$/.test(cursor))
    throw usage(`"${cursor}" is no page token: use the one that the last page ended with.`);
  const page = await directory.list(status, { limit, ...(cursor !== undefined && { after: Number(cursor) }) });
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

/** Changes a tenant's row as a hand edit would, with who and why in it. */
export async function editTenant(
  name: string,
  request: EditRequest,
  options: ChangeOptions,
  fleet: Fleet,
): Promise<Extract<Answer, { kind: 'fields' }>> {
  const { directory, settings, clock } = fleet;
  const { reason = '' } = options;
  if (!options.dryRun && reason.trim() === '')
    throw usage('Say why with --reason: it is kept in the row and in the log of changes.');
  const lookup = await findTenant(name, directory);
  const decision = decideEdit(lookup, request, settings);
  if (decision.kind === 'refuse') throw new Problem(decision.sentence, EXIT.refused);
  const id = lookup.installationId;
  if (decision.kind === 'nothing') return { kind: 'fields', fields: { installation: id }, sentence: decision.sentence };
  if (options.dryRun)
    return {
      kind: 'fields',
      fields: { installation: id, dry_run: true, ...decision.edit.set },
      sentence: decision.sentence,
    };
  if (request.kind === 'offboard' && !options.yes)
    throw usage(`${decision.sentence} Repeat the command with --yes if that is what you want.`);
  const by = await fleet.whoAmI();
  const note = { id: randomUUID(), by, via: 'mtr', reason: reason.trim(), at: clock.now() } as const;
  const written = await directory.edit(id, decision.edit, note);
  if (!written.ok)
    throw changed(`The row of ${name} changed in the meantime, so nothing was written; look again and repeat.`);
  return { kind: 'fields', fields: tenantFields(written.lookup), sentence: decision.sentence };
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
    in_use: tenant.slots.size,
    runner_group: tenant.runnerGroup,
    public_repositories: tenant.allowPublicRepositories,
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
