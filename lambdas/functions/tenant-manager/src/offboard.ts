import type { LifecycleAccount } from '@multi-tenant-runner/core';
import type { TenantManagerDeps } from './deps';

/**
 * Closes the gate, then makes the first pass over what is left. GitHub is not asked for anything: it no longer answers
 * for the installation. A pass that is cut off or finds something left is repeated by the sweep.
 */
export async function offboard(
  installationId: number,
  account: LifecycleAccount,
  deps: TenantManagerDeps,
): Promise<void> {
  if (await deps.lifecycle.markDeleted(installationId, account, deps.clock.now())) {
    deps.log.info('Offboarding a tenant', { tenant_id: installationId });
  }
  await deps.cleanUp(installationId);
}
