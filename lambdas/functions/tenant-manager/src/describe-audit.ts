import type { AuditEntry } from '@multi-tenant-runner/core';
import type { RowAudit, RowChange } from './decide-row-change';

const WHO: Readonly<Record<RowAudit['by'], Pick<AuditEntry, 'actor' | 'via'>>> = {
  // DynamoDB tells the stream what was written, not by whom; CloudTrail's data events do.
  operator: { actor: 'unknown', via: 'table' },
  github: { actor: 'GitHub', via: 'github' },
  module: { actor: 'tenant-manager', via: 'module' },
  unknown: { actor: 'unknown', via: 'unknown' },
};
/** What an operator's tool writes with an edit. */
const VIAS = ['api', 'mtr'] as const;

/** The entry of the audit trail for a change of a tenant's row. Pure; the same each time that the stream repeats it. */
export function describeAudit(change: RowChange, audit: RowAudit, now: Date): AuditEntry {
  const { installationId, at = now, id = at.toISOString() } = change;
  return {
    installationId,
    at: at.toISOString(),
    id,
    action: actionOf(change),
    ...whoOf(change, audit),
    before: audit.before,
    after: audit.after,
  };
}

function actionOf({ before, after }: RowChange): string {
  if (after === undefined) return 'tenant.row-removed';
  if (before?.['org_name'] === undefined) return 'tenant.created';
  if (before['status'] === after['status']) return 'tenant.changed';
  switch (after['status']) {
    case 'active':
      return 'tenant.activated';
    case 'suspended':
      return 'tenant.suspended';
    case 'deleted':
      return 'tenant.offboarded';
    default:
      return 'tenant.changed';
  }
}

/** A note counts only for the write that brought it: it stays in the row while others write. */
function whoOf(
  { before, after }: RowChange,
  { by }: RowAudit,
): Pick<AuditEntry, 'actor' | 'via' | 'reason' | 'requestId'> {
  const id = after?.['change_id'];
  const via = VIAS.find((one) => one === after?.['changed_via']);
  const actor = after?.['changed_by'];
  if (typeof id !== 'string' || id === before?.['change_id'] || via === undefined || typeof actor !== 'string')
    return WHO[by];
  const reason = after?.['change_reason'];
  return { actor, via, requestId: id, ...(typeof reason === 'string' && { reason }) };
}
