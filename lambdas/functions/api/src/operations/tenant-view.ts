import { TENANT_STATUSES, type TenantLookup } from '@multi-tenant-runner/core';
import { hashSecret } from '@multi-tenant-runner/runtime';
import * as v from 'valibot';
import type { ApiDeps } from '../deps';
import { Problem } from '../http/problem';
import { count, id, text, time } from '../http/schemas';

export const tenant = v.object({
  installation_id: id,
  org_name: text,
  org_type: v.picklist(['Organization', 'User']),
  status: v.picklist(TENANT_STATUSES),
  suspended_by: v.optional(v.picklist(['github', 'operator', 'approval'])),
  tier: text,
  max_runners: v.pipe(count, v.description('The limit in force')),
  in_use: v.pipe(count, v.description('Runners that hold a slot of the limit now')),
  account_id: v.optional(count),
  runner_group: v.optional(text),
  allow_public_repositories: v.optional(v.boolean()),
  apps_from_repository: v.optional(v.boolean()),
  open_circuits: v.pipe(v.array(text), v.description('Sizes whose launches are held back after failures in a row')),
  github_limited_until: v.optional(time),
  cleanup: v.optional(v.picklist(['pending', 'done'])),
  previous_installation_id: v.optional(count),
  created_at: v.optional(text),
  updated_at: v.optional(text),
  problems: v.pipe(v.array(text), v.description('What is wrong with the row, in words')),
});

/** @throws Problem when there is none */
export async function findTenant(
  installationId: string,
  { registry }: Pick<ApiDeps, 'registry'>,
): Promise<TenantFound> {
  const lookup = await registry.get(Number(installationId));
  if (lookup.kind === 'tenant') return lookup;
  throw new Problem('not-found', `There is no tenant ${lookup.installationId}.`);
}

/** Of what a change may be about: a slot that is taken or freed leaves it as it is. */
export function etagOf({ tenant: one }: TenantFound): string {
  const { installationId, status, suspendedBy, tier, maxRunners, runnerGroup, updatedAt } = one;
  const seen = [installationId, status, suspendedBy ?? null, tier, maxRunners, runnerGroup ?? null, updatedAt ?? null];
  return `"${hashSecret(JSON.stringify(seen)).slice(0, 32)}"`;
}

export type TenantFound = Extract<TenantLookup, { kind: 'tenant' }>;

export function viewTenant({ tenant: one, problems }: TenantFound): v.InferOutput<typeof tenant> {
  return {
    installation_id: one.installationId,
    org_name: one.orgName,
    org_type: one.orgType,
    status: one.status,
    ...(one.suspendedBy && { suspended_by: one.suspendedBy }),
    tier: one.tier,
    max_runners: one.maxRunners,
    in_use: one.slotsHeld,
    ...(one.accountId !== undefined && { account_id: one.accountId }),
    ...(one.runnerGroup !== undefined && { runner_group: one.runnerGroup }),
    ...(one.allowPublicRepositories !== undefined && { allow_public_repositories: one.allowPublicRepositories }),
    ...(one.appsFromRepository !== undefined && { apps_from_repository: one.appsFromRepository }),
    open_circuits: [...one.circuits].filter(([, { openedAt }]) => openedAt !== undefined).map(([tier]) => tier),
    ...(one.githubLimitedUntil !== undefined && { github_limited_until: one.githubLimitedUntil }),
    ...(one.cleanup && { cleanup: one.cleanup }),
    ...(one.previousInstallationId !== undefined && { previous_installation_id: one.previousInstallationId }),
    ...(one.createdAt !== undefined && { created_at: one.createdAt }),
    ...(one.updatedAt !== undefined && { updated_at: one.updatedAt }),
    problems: problems.map(({ attribute, problem }) => `${attribute} ${problem}`),
  };
}
