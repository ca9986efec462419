import { decideEdit, type EditRequest, type TenantEdit } from '@multi-tenant-runner/core';
import * as v from 'valibot';
import type { ApiDeps } from '../deps';
import { Problem } from '../http/problem';
import { count, tenantParams, text } from '../http/schemas';
import { appsOf } from './app-view';
import { NOTHING, defineOperation, type Answer, type Context } from './operation';
import { etagOf, findTenant, tenant, viewTenant, type TenantFound } from './tenant-view';

/** More is no limit; the row could not even hold some of it. */
const MOST = 999_999_999;
const atMost = v.maxValue<number, typeof MOST, string>(MOST, `is more than ${MOST}`);
/** `null`: the tier's own again. */
const cap = v.optional(v.nullable(v.pipe(v.number('is not a number'), v.minValue(0, 'is less than 0'), atMost)));

const changed = v.object({
  changed: v.pipe(v.boolean(), v.description('false: the row says so already')),
  sentence: text,
  tenant,
});
type Changed = v.InferOutput<typeof changed>;

export const changeTenant = defineOperation({
  id: 'change-tenant',
  method: 'PATCH',
  path: '/v1/tenants/{installation_id}',
  summary: "Sets a tenant's tier, and its limit with it, its limit alone, or caps. A lower limit ends nothing.",
  params: tenantParams,
  body: v.strictObject({
    tier: v.optional(text),
    max_runners: v.optional(v.pipe(count, atMost)),
    max_minutes_per_day: cap,
    limit_minutes: cap,
    limit_spend: v.pipe(cap, v.description('US dollars a month')),
  }),
  answer: changed,
  run: async ({ params, body, ...context }, deps) =>
    edit(await findTenant(params.installation_id, deps), requestOf(body), context, deps),
});

export const setAppsFromRepository = defineOperation({
  id: 'set-apps-from-repository',
  method: 'POST',
  path: '/v1/tenants/{installation_id}/apps-from-repository',
  summary: 'Lets repositories of the tenant declare an app each by their own .mtr/app.json, or no more of them.',
  params: tenantParams,
  body: v.strictObject({ allowed: v.boolean('is not true or false') }),
  answer: changed,
  run: async ({ params, body, ...context }, deps) => {
    appsOf(deps);
    const request = { kind: 'set-apps-from-repository', allowed: body.allowed } as const;
    return edit(await findTenant(params.installation_id, deps), request, context, deps);
  },
});

interface Change {
  readonly tier?: string | undefined;
  readonly max_runners?: number | undefined;
  readonly max_minutes_per_day?: number | null | undefined;
  readonly limit_minutes?: number | null | undefined;
  readonly limit_spend?: number | null | undefined;
}

/** A decision each: tier and limit together, or caps. */
function requestOf({ tier, max_runners: maxRunners, ...given }: Change): EditRequest {
  const { max_minutes_per_day: minutesPerDay, limit_minutes: minutesPerMonth, limit_spend: dollarsPerMonth } = given;
  const caps = { minutesPerDay, minutesPerMonth, dollarsPerMonth };
  const hasCaps = Object.values(caps).some((one) => one !== undefined);
  if (hasCaps && (tier !== undefined || maxRunners !== undefined))
    throw new Problem('invalid-request', 'the body has caps and tier or max_runners: send them one after the other.');
  if (hasCaps) return { kind: 'set-caps', caps };
  if (tier !== undefined) return { kind: 'set-tier', tier, ...(maxRunners !== undefined && { maxRunners }) };
  if (maxRunners !== undefined) return { kind: 'set-limit', maxRunners };
  throw new Problem('invalid-request', 'the body has nothing to change.');
}

const simple = (kind: 'approve' | 'suspend' | 'resume', summary: string) =>
  defineOperation({
    id: `${kind}-tenant`,
    method: 'POST',
    path: `/v1/tenants/{installation_id}/${kind}`,
    summary,
    params: tenantParams,
    body: NOTHING,
    answer: changed,
    run: async ({ params, ...context }, deps) =>
      edit(await findTenant(params.installation_id, deps), { kind }, context, deps),
  });

export const approveTenant = simple('approve', 'Lets a tenant in that waits for approval.');
export const suspendTenant = simple('suspend', 'Starts no more of its jobs; running ones go on.');
export const resumeTenant = simple('resume', "Lifts an operator's suspension.");

export const drainTenant = defineOperation({
  id: 'drain-tenant',
  method: 'POST',
  path: '/v1/tenants/{installation_id}/drain',
  summary: 'Suspends it, and says what still runs; ask again until it is drained. Running jobs go on.',
  params: tenantParams,
  body: NOTHING,
  answer: v.object({
    ...changed.entries,
    drained: v.pipe(v.boolean(), v.description('Nothing of it runs any more')),
    running: v.pipe(count, v.description('Launches that are not over; at most 200 are counted')),
  }),
  run: async ({ params, ...context }, deps) => {
    const found = await findTenant(params.installation_id, deps);
    const answer = await edit(found, { kind: 'suspend' }, context, deps);
    const { rows } = await deps.launches.pageOpen(found.installationId, { limit: 200 });
    return { ...answer, body: { ...answer.body, running: rows.length, drained: rows.length === 0 } };
  },
});

export const offboardTenant = defineOperation({
  id: 'offboard-tenant',
  method: 'POST',
  path: '/v1/tenants/{installation_id}/offboard',
  summary: 'Ends a tenant for good: its machines, configurations and security group go, busy or not.',
  params: tenantParams,
  body: v.strictObject({ confirm: v.pipe(text, v.description("The tenant's org_name, as a confirmation")) }),
  answer: changed,
  run: async ({ params, body, ...context }, deps) => {
    const found = await findTenant(params.installation_id, deps);
    if (body.confirm !== found.tenant.orgName)
      throw new Problem('refused', 'confirm is not the org_name of that tenant, so nothing was done.');
    return edit(found, { kind: 'offboard' }, context, deps);
  },
});

/** Writes what an edit by hand would, with who and why beside it. */
async function edit(
  found: TenantFound,
  request: EditRequest,
  context: Context,
  deps: Pick<ApiDeps, 'directory' | 'tiers' | 'clock'>,
): Promise<Answer<Changed>> {
  const { ifMatch, requestId, reason, caller } = context;
  if (ifMatch !== undefined && ifMatch !== '*' && ifMatch !== etagOf(found)) throw hasChanged();
  const decision = decideEdit(found, request, deps);
  if (decision.kind === 'refuse') throw new Problem('refused', decision.sentence);
  if (decision.kind === 'nothing') return answerOf(found, { changed: false, sentence: decision.sentence });
  const note = { id: requestId, by: caller?.actor ?? 'unknown', via: 'api', reason, at: deps.clock.now() } as const;
  const expected = ifMatch === undefined ? decision.edit : asSeen(decision.edit, found);
  const written = await deps.directory.edit(found.installationId, expected, note);
  if (!written.ok || written.lookup.kind !== 'tenant') throw hasChanged();
  return answerOf(written.lookup, { changed: true, sentence: decision.sentence });
}

/** Between the read and the write nobody else may have written. */
function asSeen({ expect, set }: TenantEdit, { tenant: { updatedAt, suspendedBy } }: TenantFound): TenantEdit {
  return { expect: { updated_at: updatedAt ?? null, suspended_by: suspendedBy ?? null, ...expect }, set };
}

function answerOf(found: TenantFound, said: Pick<Changed, 'changed' | 'sentence'>): Answer<Changed> {
  return { body: { ...said, tenant: viewTenant(found) }, etag: etagOf(found) };
}

function hasChanged(): Problem {
  return new Problem('changed', "The tenant's row has changed, so nothing was written; read it again and decide anew.");
}
