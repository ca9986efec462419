import { readOpenMark } from '@multi-tenant-runner/core';
import { activate } from './activate';
import type { RowChange, RowDecision } from './decide-row-change';
import type { TenantManagerDeps } from './deps';
import { describeAudit } from './describe-audit';
import { offboard } from './offboard';
import { proveOffboarding } from './prove-offboarding';
import { runAll } from './run-all';

/**
 * Acts on a change of a tenant's row.
 *
 * @param covered a later change of the same row in the batch starts the tenant's jobs anyway
 */
export async function handleRowChange(
  change: RowChange,
  decision: RowDecision,
  covered: boolean,
  deps: TenantManagerDeps,
): Promise<void> {
  // The tenant's jobs wait for no audit trail, and the trail for no jobs.
  await runAll([() => actOnChange(change, decision, covered, deps), () => recordChange(change, decision, deps)]);
}

async function recordChange(change: RowChange, { audit }: RowDecision, deps: TenantManagerDeps): Promise<void> {
  if (audit !== undefined) await deps.audit.record(describeAudit(change, audit, deps.clock.now()));
}

async function actOnChange(
  change: RowChange,
  decision: RowDecision,
  covered: boolean,
  deps: TenantManagerDeps,
): Promise<void> {
  const { installationId } = change;
  const log = deps.log.with({ tenant_id: installationId });
  if (decision.audit !== undefined) log.info('Tenant row changed', { ...decision.audit });
  if (change.after === undefined) {
    log.warn('A tenant row was deleted manually. Set its status to deleted instead, which also ends its runners');
    await keepMark(change, deps);
  }
  if (decision.report !== undefined) {
    log.warn('Tenant row has invalid attributes', { ...decision.report });
    deps.metrics.count('TenantRowInvalid', {
      properties: { tenant_id: installationId, attributes: decision.report.attributes },
    });
  }
  if (decision.carry !== undefined) {
    await deps.lifecycle.carryOver(decision.carry.to, decision.carry.changes);
    log.info("Carried an operator's decision to the account's present installation", {
      to: decision.carry.to,
      attributes: Object.keys(decision.carry.changes),
    });
  }
  await work(change, decision.work, covered, { ...deps, log });
  // After the dispatch: the jobs that it started no longer wait.
  if (decision.restate) await deps.restate(installationId);
}

/** What was open is still there, and the sweep finds it by the mark alone. */
async function keepMark({ installationId, before = {} }: RowChange, { tenants }: TenantManagerDeps): Promise<void> {
  if (readOpenMark(before) !== undefined) await tenants.markOpen(installationId);
}

async function work(
  change: RowChange,
  kind: RowDecision['work'],
  covered: boolean,
  deps: TenantManagerDeps,
): Promise<void> {
  const { installationId } = change;
  switch (kind) {
    case 'none':
      return;
    case 'wake':
      return covered ? undefined : deps.dispatchNextJobs(installationId);
    case 'retry':
      return deps.retryRefused(installationId);
    case 'activate':
      return covered ? undefined : activate(installationId, deps);
    case 'offboard':
      // The row keeps its account; a tombstone that an operator wrote has none.
      return offboard(installationId, { kind: 'unknown' }, deps);
    case 'prove':
      return proveOffboarding(change, deps);
  }
}
