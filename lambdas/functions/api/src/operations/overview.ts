import { TENANT_STATUSES, describeWaiting } from '@multi-tenant-runner/core';
import * as v from 'valibot';
import type { ApiDeps } from '../deps';
import { count, id, limitOf, nextCursor, paging, tenantParams, text, time } from '../http/schemas';
import { ACTORS } from './jobs';
import { NOTHING, defineOperation } from './operation';
import { findTenant, viewTenant, type TenantFound } from './tenant-view';
import { tenantsWithOpen } from './tenants-with-open';

/** Of one tenant: what a page of a list costs is bounded, whatever a tenant has open. */
const COUNTED = 200;

const overview = v.object({
  installation_id: id,
  org_name: text,
  status: v.picklist(TENANT_STATUSES),
  max_runners: count,
  in_use: count,
  running: count,
  starting: count,
  waiting: count,
  at_least: v.pipe(v.boolean(), v.description(`There are more: only the oldest ${COUNTED} open jobs are counted`)),
  oldest_queued_at: v.optional(time),
  reasons: v.array(v.object({ reason: text, words: text, ends: text, actor: v.picklist(ACTORS), jobs: count })),
  open_circuits: v.array(text),
  problems: v.array(text),
});

export const listOverview = defineOperation({
  id: 'list-overview',
  method: 'GET',
  path: '/v1/overview',
  summary: 'What runs and what waits and why, of each tenant that has a job that is not over, by installation id.',
  params: NOTHING,
  query: v.strictObject(paging),
  answer: v.object({ tenants: v.array(overview), next_cursor: nextCursor }),
  run: async ({ query: { limit, cursor } }, deps) => {
    const scope = ['list-overview'];
    const after = cursor === undefined ? 0 : Number(await deps.cursors.open(cursor, scope));
    const open = (await tenantsWithOpen(deps)).filter((tenant) => tenant > after);
    const page = open.slice(0, limitOf(limit));
    const lookups = await Promise.all(page.map((tenant) => deps.registry.get(tenant)));
    const found = lookups.flatMap((lookup) => (lookup.kind === 'tenant' ? [lookup] : []));
    const last = page.at(-1);
    const viewed = await Promise.all(found.map((lookup) => view(lookup, deps)));
    return {
      body: {
        tenants: viewed.filter(({ running, starting, waiting }) => running + starting + waiting > 0),
        ...(open.length > page.length &&
          last !== undefined && { next_cursor: await deps.cursors.seal(String(last), scope) }),
      },
    };
  },
});

export const showOverview = defineOperation({
  id: 'show-overview',
  method: 'GET',
  path: '/v1/tenants/{installation_id}/overview',
  summary: 'What of a tenant runs and what waits, and why.',
  params: tenantParams,
  answer: overview,
  run: async ({ params }, deps) => ({ body: await view(await findTenant(params.installation_id, deps), deps) }),
});

async function view(found: TenantFound, { jobs }: Pick<ApiDeps, 'jobs'>): Promise<v.InferOutput<typeof overview>> {
  const { rows, next } = await jobs.pageOpen(found.installationId, { limit: COUNTED });
  const { oldestQueuedAt, reasons, ...counts } = describeWaiting(rows, found);
  const { installation_id, org_name, status, max_runners, in_use, open_circuits, problems } = viewTenant(found);
  return {
    installation_id,
    org_name,
    status,
    max_runners,
    in_use,
    ...counts,
    at_least: next !== undefined,
    ...(oldestQueuedAt !== undefined && { oldest_queued_at: oldestQueuedAt }),
    reasons: reasons.map((reason) => ({ ...reason })),
    open_circuits,
    problems,
  };
}
