import type { LifecycleAccount } from '@multi-tenant-runner/core';
import type { TenantManagerDeps } from './deps';

/**
 * Marks the tenant deleted, then runs the first clean-up pass. It does not call GitHub, which no longer answers for the
 * installation. The sweep repeats a pass that fails or is incomplete.
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
