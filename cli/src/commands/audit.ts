import { type AuditEntry, type AuditPage, type AuditPosition } from '@multi-tenant-runner/core';
import type { Answer, Row } from '../answer';
import type { Fleet } from '../fleet';
import { usage } from '../problem';
import { findTenant } from '../read/find-tenant';

export interface AuditFilter {
  readonly tenant?: string;
  /** A day in UTC, of all tenants; today unless a tenant is given. */
  readonly day?: string;
  readonly limit: number;
  readonly cursor?: string;
}

/** Who changed what, and why, newest first. */
export async function searchAudit(filter: AuditFilter, fleet: Fleet): Promise<Answer> {
  const { entries, next } = await pageOf(filter, fleet);
  return {
    kind: 'rows',
    columns: ['at', 'tenant', 'action', 'change', 'who', 'via', 'reason'],
    rows: entries.map(rowOf),
    none: 'No change is recorded there.',
    ...(next && { cursor: `${next.installationId}/${next.entry}` }),
  };
}

async function pageOf({ tenant, day, limit, cursor }: AuditFilter, fleet: Fleet): Promise<AuditPage> {
  const page = { limit, ...(cursor !== undefined && { before: parsePosition(cursor) }) };
  if (tenant !== undefined && day !== undefined) throw usage('Give --tenant or --day, not both.');
  if (tenant !== undefined)
    return fleet.audit.ofTenant((await findTenant(tenant, fleet.directory)).installationId, page);
  const chosen = day ?? fleet.clock.now().toISOString().slice(0, 10);
  if (!/^\d{4}-\d\d-\d\d$/.test(chosen)) throw usage(`"${chosen}" is no day: give one as 2026-11-29.`);
  return fleet.audit.ofDay(chosen, page);
}

function rowOf(entry: AuditEntry): Row {
  return {
    at: entry.at,
    tenant: entry.installationId === 0 ? undefined : entry.installationId,
    action: entry.action,
    change: changeOf(entry),
    who: entry.actor,
    via: entry.via,
    reason: entry.reason,
  };
}

/** `tier small → medium, max_runners 2 → 5` */
function changeOf({ before = {}, after = {} }: AuditEntry): string {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.map((name) => `${name} ${String(before[name] ?? '-')} → ${String(after[name] ?? '-')}`).join(', ');
}

function parsePosition(cursor: string): AuditPosition {
  const [, installationId, entry] = /^(\d{1,16})\/(.+)$/.exec(cursor) ?? [];
  if (installationId === undefined || entry === undefined)
    throw usage(`"${cursor}" is no page token: use the one that the last page ended with.`);
  return { installationId: Number(installationId), entry };
}
