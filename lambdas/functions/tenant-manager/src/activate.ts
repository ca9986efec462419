import { isOffboarded, type Tenant } from '@multi-tenant-runner/core';
import type { TenantManagerDeps } from './deps';

/**
 * Gives an active tenant what it needs to run jobs: its security group, then a start for its waiting jobs. Idempotent.
 */
export async function activate(installationId: number, deps: TenantManagerDeps): Promise<void> {
  // Read now, as later events and edits may have changed the row since this event.
  const lookup = await deps.tenants.get(installationId);
  if (lookup.kind !== 'tenant' || lookup.tenant.status !== 'active') return;
  if (await hasSecurityGroup(lookup.tenant, deps)) await deps.dispatchNextJobs(installationId);
}

/** False: the tenant was uninstalled while its group was created. */
async function hasSecurityGroup(tenant: Tenant, deps: TenantManagerDeps): Promise<boolean> {
  if (deps.securityGroups === undefined || tenant.securityGroupId !== undefined) return true;
  const groupId = await deps.securityGroups.ensure(tenant.installationId, tenant.tier);
  if (await deps.lifecycle.setSecurityGroup(tenant.installationId, groupId)) {
    deps.log.info('Security group is ready', {
      tenant_id: tenant.installationId,
      security_group_id: groupId,
    });
    return true;
  }
  if (!isOffboarded(await deps.tenants.get(tenant.installationId))) return true;
  // The clean-up may have run before the group existed.
  await deps.cleanUp(tenant.installationId);
  return false;
}
