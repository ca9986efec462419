import { measureStarts, sumUsageBy, type DaySum, type SumPosition, type UsageSum } from '@multi-tenant-runner/core';
import * as v from 'valibot';
import type { ApiDeps } from '../deps';
import { count, id, limitOf, month, monthOrPresent, nextCursor, paging, tenantParams, text } from '../http/schemas';
import { NOTHING, defineOperation } from './operation';
import { findTenant } from './tenant-view';

const figures = {
  machines: count,
  seconds: count,
  usd: v.pipe(v.number(), v.minValue(0)),
  unpriced: v.pipe(count, v.description('Machines among them whose type has no price')),
};
const percentiles = v.object({ p50: v.number(), p95: v.number(), p99: v.number() });

export const listUsage = defineOperation({
  id: 'list-usage',
  method: 'GET',
  path: '/v1/usage',
  summary: "The ledger's sums of a month (UTC; else the present one), by tenant and size.",
  params: NOTHING,
  query: v.strictObject({ month, ...paging }),
  answer: v.object({
    month: text,
    sums: v.array(v.object({ installation_id: id, org_name: v.optional(text), size: text, ...figures })),
    next_cursor: nextCursor,
  }),
  run: async ({ query: { month: asked, limit, cursor } }, deps) => {
    const chosen = monthOrPresent(asked, deps);
    const scope = ['list-usage', chosen];
    const after = cursor === undefined ? undefined : positionIn(await deps.cursors.open(cursor, scope));
    const request = { limit: limitOf(limit), ...(after && { after }) };
    const { sums, next } = await deps.usage.pageOfMonth(chosen, request);
    const names = await namesOf(new Set(sums.map(({ installationId }) => installationId)), deps);
    return {
      body: {
        month: chosen,
        sums: sums.map(({ installationId, tier, ...sum }) => {
          const name = names.get(installationId);
          const named = name === undefined ? {} : { org_name: name };
          return { installation_id: installationId, ...named, size: tier, ...viewSum(sum) };
        }),
        ...(next && { next_cursor: await deps.cursors.seal(`${next.installationId}/${next.tier}`, scope) }),
      },
    };
  },
});

export const showUsage = defineOperation({
  id: 'show-usage',
  method: 'GET',
  path: '/v1/tenants/{installation_id}/usage',
  summary: "What a tenant's machines of a month (UTC; else the present one) come to, by size and by day.",
  params: tenantParams,
  query: v.strictObject({ month }),
  answer: v.object({
    month: text,
    sizes: v.array(v.object({ size: text, ...figures })),
    days: v.array(v.object({ day: text, ...figures })),
  }),
  run: async ({ params, query: { month: asked } }, deps) => {
    const { installationId } = await findTenant(params.installation_id, deps);
    const chosen = monthOrPresent(asked, deps);
    const sums: DaySum[] = [];
    for await (const sum of deps.usage.daysOf(installationId, chosen)) sums.push(sum);
    const sizes = sumUsageBy(sums.map((sum) => [sum.tier, sum]));
    const days = sumUsageBy(sums.map((sum) => [sum.day, sum]));
    return {
      body: {
        month: chosen,
        sizes: [...sizes]
          .sort(([one], [other]) => (one < other ? -1 : 1))
          .map(([size, sum]) => ({ size, ...viewSum(sum) })),
        days: [...days].map(([day, sum]) => ({ day, ...viewSum(sum) })),
      },
    };
  },
});

/** Jobs that the waiting times are measured of. */
const MEASURED = 500;

export const showStats = defineOperation({
  id: 'show-stats',
  method: 'GET',
  path: '/v1/tenants/{installation_id}/stats',
  summary: `How long a tenant's last ${MEASURED} jobs waited, and how long their machines took, by size, in seconds.`,
  params: tenantParams,
  answer: v.object({
    sizes: v.array(
      v.object({
        size: text,
        jobs: count,
        waiting: v.pipe(percentiles, v.description("From GitHub's queue until a launch worked on a machine")),
        starting: v.pipe(percentiles, v.description('From then until GitHub gave the job to a runner')),
        total: percentiles,
      }),
    ),
  }),
  run: async ({ params }, deps) => {
    const { installationId } = await findTenant(params.installation_id, deps);
    const measured = measureStarts(await deps.jobs.listRecent(installationId, MEASURED));
    return { body: { sizes: measured.map(({ tier, ...times }) => ({ size: tier, ...times })) } };
  },
});

const DOLLAR = 1_000_000;

function viewSum({ machines, seconds, costMicros, unpriced }: UsageSum) {
  return { machines, seconds, usd: costMicros / DOLLAR, unpriced };
}

function positionIn(position: string): SumPosition {
  const [, installationId = '', tier = ''] = /^(\d+)\/(.*)$/.exec(position) ?? [];
  return { installationId: Number(installationId), tier };
}

async function namesOf(
  tenants: ReadonlySet<number>,
  { registry }: Pick<ApiDeps, 'registry'>,
): Promise<ReadonlyMap<number, string>> {
  const lookups = await Promise.all([...tenants].map((tenant) => registry.get(tenant)));
  return new Map(
    lookups.flatMap((lookup) => (lookup.kind === 'tenant' ? [[lookup.installationId, lookup.tenant.orgName]] : [])),
  );
}
