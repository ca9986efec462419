import { DAY, entryOf, isDay, type AuditEntry, type AuditPage, type AuditPosition } from '@multi-tenant-runner/core';
import type { Answer, Row } from '../answer';
import type { Fleet } from '../fleet';
import { usage } from '../problem';
import { findTenant } from '../read/find-tenant';
import { parsePageToken } from '../read/page-token';
import { isWithin, type Window } from '../read/window';

export interface AuditFilter extends Window {
  readonly tenant?: string;
  /** A day in UTC, of all tenants; today unless a tenant or a window is given. */
  readonly day?: string;
  readonly limit: number;
  readonly cursor?: string;
}

/** Who changed what, and why, newest first. */
export async function searchAudit(filter: AuditFilter, fleet: Fleet): Promise<Answer> {
  const { entries, next } = await pageOf(filter, fleet);
  const within = entries.filter(({ at }) => isWithin(at, filter));
  const isOver = within.length < entries.length;
  return {
    kind: 'rows',
    columns: ['at', 'tenant', 'action', 'change', 'who', 'via', 'reason'],
    rows: within.map(rowOf),
    none: 'No change is recorded there.',
    ...(next && !isOver && { cursor: `${next.installationId}/${next.entry}` }),
  };
}

async function pageOf({ tenant, day, limit, cursor, since, until }: AuditFilter, fleet: Fleet): Promise<AuditPage> {
  if (day !== undefined && (tenant !== undefined || since !== undefined || until !== undefined))
    throw usage('Give --day, or --tenant, --since and --until.');
  const installationId = tenant === undefined ? 0 : (await findTenant(tenant, fleet.directory)).installationId;
  const atTime = until && { ...beforeTime(until.toISOString()), installationId };
  const before = cursor === undefined ? atTime : parsePosition(cursor);
  if (tenant !== undefined) return fleet.audit.ofTenant(installationId, { limit, ...(before && { before }) });
  const now = fleet.clock.now();
  const first = day ?? dayOf(before?.entry ?? now.toISOString());
  if (!isDay(first)) throw usage(`"${first}" is no day: give one as 2026-11-29.`);
  return ofDays(first, dayOf(since?.toISOString() ?? first), { limit, ...(before && { before }) }, fleet);
}

/** Each is a call. */
const MOST_DAYS = 366;

/** A day after the other, back to the last, until a page is full or a year is looked through. */
async function ofDays(
  first: string,
  last: string,
  { limit, before }: { readonly limit: number; readonly before?: AuditPosition },
  { audit }: Fleet,
): Promise<AuditPage> {
  const entries: AuditEntry[] = [];
  let looked = 0;
  for (let day = first; day >= last; day = dayBefore(day)) {
    if ((looked += 1) > MOST_DAYS) return { entries, next: beforeTime(`${dayAfter(day)}T00:00:00.000Z`) };
    const from = day === first && before !== undefined && { before };
    const page = await audit.ofDay(day, { limit: limit - entries.length, ...from });
    entries.push(...page.entries);
    const { next } = page;
    if (next !== undefined) return { entries, next };
    const end = entries.at(-1);
    if (entries.length >= limit && end !== undefined && day > last)
      return { entries, next: { installationId: end.installationId, entry: entryOf(end) } };
  }
  return { entries };
}

const dayOf = (iso: string): string => iso.slice(0, 10);
const dayBefore = (day: string): string => dayOf(new Date(Date.parse(day) - DAY).toISOString());
const dayAfter = (day: string): string => dayOf(new Date(Date.parse(day) + DAY).toISOString());
// No entry has such a one: what is before it is before that time.
const beforeTime = (iso: string): AuditPosition => ({ installationId: 0, entry: `${iso}#` });

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
  const [installationId, ...entry] = parsePageToken(cursor, /^\d{1,16}\/.+$/).split('/');
  return { installationId: Number(installationId), entry: entry.join('/') };
}
