import { activate } from './activate';
import type { RowChange, RowDecision } from './decide-row-change';
import type { TenantManagerDeps } from './deps';
import { offboard } from './offboard';

/**
 * Does what a change of a tenant's row calls for.
 *
 * @param covered a later change of the same row in the batch wakes the tenant anyway
 */
export async function handleRowChange(change: RowChange, decision: RowDecision, covered: boolean, deps: TenantManagerDeps): Promise<void> {
  const { installationId } = change;
  const log = deps.log.with({ tenant_id: installationId });
  if (decision.audit !== undefined) log.info("A tenant's row was changed", { ...decision.audit });
  if (change.after === undefined) log.warn("A tenant's row was removed by hand. Set its status to deleted instead: then its runners are ended too");
  if (decision.report !== undefined) {
    log.warn("A tenant's row needs mending", { ...decision.report });
    deps.metrics.count('TenantRowInvalid', { properties: { tenant_id: installationId, attributes: decision.report.attributes } });
  }
  await work(installationId, decision.work, covered, { ...deps, log });
  // After the wake-up: what it sent on its way waits no longer.
  if (decision.restate) await deps.restate(installationId);
}

async function work(installationId: number, kind: RowDecision['work'], covered: boolean, deps: TenantManagerDeps): Promise<void> {
  switch (kind) {
    case 'none':
      return;
    case 'wake':
      return covered ? undefined : deps.wake(installationId);
    case 'retry':
      return deps.retryRefused(installationId);
    case 'activate':
      return covered ? undefined : activate(installationId, deps);
    case 'offboard':
      // The row keeps its account; a tombstone that a hand made has none.
      return offboard(installationId, { kind: 'unknown' }, deps);
  }
}
