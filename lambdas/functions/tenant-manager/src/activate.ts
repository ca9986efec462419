import { isOffboarded, type Tenant } from '@multi-tenant-runner/core';
import type { TenantManagerDeps } from './deps';

/**
 * What an active tenant needs to run jobs: its security group, then a start for those that wait. Repeats do nothing.
 */
export async function activate(installationId: number, deps: TenantManagerDeps): Promise<void> {
  // Read now, not when the event was made: several events and hand edits may have come in between.
  const lookup = await deps.tenants.get(installationId);
  if (lookup.kind !== 'tenant' || lookup.tenant.status !== 'active') return;
  if (await hasSecurityGroup(lookup.tenant, deps)) await deps.dispatchNextJobs(installationId);
}

/** False: the tenant was uninstalled while its group was made. */
async function hasSecurityGroup(tenant: Tenant, deps: TenantManagerDeps): Promise<boolean> {
  if (deps.securityGroups === undefined || tenant.securityGroupId !== undefined) return true;
  const groupId = await deps.securityGroups.ensure(tenant.installationId, tenant.tier);
  if (await deps.lifecycle.setSecurityGroup(tenant.installationId, groupId)) {
    deps.log.info('The tenant has its security group', {
      tenant_id: tenant.installationId,
      security_group_id: groupId,
    });
    return true;
  }
  if (!isOffboarded(await deps.tenants.get(tenant.installationId))) return true;
  // The pass that cleaned up may have looked for a group before there was one.
  await deps.cleanUp(tenant.installationId);
  return false;
}
