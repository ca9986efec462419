import { AUDIT_VIAS, isDay, type AuditEntry, type AuditPage, type AuditPosition } from '@multi-tenant-runner/core';
import * as v from 'valibot';
import type { Caller } from '../access/caller';
import type { ApiDeps } from '../deps';
import type { CursorScope } from '../http/cursor';
import { count, limitOf, nextCursor, paging, tenantParams, text, time } from '../http/schemas';
import { NOTHING, defineOperation } from './operation';

const attributes = v.record(v.string(), v.union([v.string(), v.number(), v.boolean()]));
const change = v.object({
  installation_id: v.pipe(count, v.description('0: the whole fleet')),
  at: time,
  action: text,
  actor: text,
  via: v.picklist(AUDIT_VIAS),
  reason: v.optional(text),
  request_id: v.optional(text),
  before: v.optional(attributes),
  after: v.optional(attributes),
});
const changes = v.object({ changes: v.array(change), next_cursor: nextCursor });
const DAY = 'is not a day as 2026-01-15';
const day = v.pipe(v.string(DAY), v.regex(/^\d{4}-\d\d-\d\d$/, DAY), v.check(isDay, DAY));

export const listChanges = defineOperation({
  id: 'list-changes',
  method: 'GET',
  path: '/v1/audit',
  summary: 'Who changed what and why, on one day of UTC, of all tenants; newest first.',
  params: NOTHING,
  query: v.strictObject({ day: v.optional(day), ...paging }),
  answer: changes,
  run: async ({ query: { day: asked, limit, cursor }, caller }, deps) => {
    const chosen = asked ?? deps.clock.now().toISOString().slice(0, 10);
    const scope = ['list-changes', chosen];
    const request = { limit: limitOf(limit), ...(cursor !== undefined && (await open(cursor, scope, deps))) };
    return { body: await view(await deps.audit.ofDay(chosen, request), scope, caller, deps) };
  },
});

export const listTenantChanges = defineOperation({
  id: 'list-tenant-changes',
  method: 'GET',
  path: '/v1/tenants/{installation_id}/audit',
  summary: 'Who changed what of a tenant and why, newest first.',
  params: tenantParams,
  query: v.strictObject(paging),
  answer: changes,
  run: async ({ params: { installation_id: tenant }, query: { limit, cursor }, caller }, deps) => {
    const scope = ['list-tenant-changes', tenant];
    const request = { limit: limitOf(limit), ...(cursor !== undefined && (await open(cursor, scope, deps))) };
    return { body: await view(await deps.audit.ofTenant(Number(tenant), request), scope, caller, deps) };
  },
});

async function open(
  cursor: string,
  scope: CursorScope,
  { cursors }: Pick<ApiDeps, 'cursors'>,
): Promise<{ readonly before: AuditPosition }> {
  const [, installationId = '', entry = ''] = /^(\d+)\/(.*)$/.exec(await cursors.open(cursor, scope)) ?? [];
  return { before: { installationId: Number(installationId), entry } };
}

async function view(
  { entries, next }: AuditPage,
  scope: CursorScope,
  caller: Caller | undefined,
  { cursors }: Pick<ApiDeps, 'cursors'>,
): Promise<v.InferOutput<typeof changes>> {
  return {
    changes: entries.map((entry) => viewChange(entry, caller)),
    ...(next && { next_cursor: await cursors.seal(`${next.installationId}/${next.entry}`, scope) }),
  };
}

/** Which of the operator's people it was is for operators. */
function viewChange(entry: AuditEntry, caller: Caller | undefined): v.InferOutput<typeof change> {
  const { installationId, at, action, actor, via, reason, requestId, before, after } = entry;
  return {
    installation_id: installationId,
    at,
    action,
    actor: caller?.role !== 'operator' && actor.startsWith('arn:') ? 'operator' : actor,
    via,
    ...(reason !== undefined && { reason }),
    ...(requestId !== undefined && { request_id: requestId }),
    ...(before && { before: plain(before) }),
    ...(after && { after: plain(after) }),
  };
}

function plain(row: Readonly<Record<string, unknown>>): Record<string, string | number | boolean> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      typeof value === 'number' || typeof value === 'boolean' ? value : String(value),
    ]),
  );
}
