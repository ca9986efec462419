import { BOOKMARKS, describeNets } from '@multi-tenant-runner/core';
import * as v from 'valibot';
import type { ApiDeps } from '../deps';
import { count, text, time } from '../http/schemas';
import { NOTHING, defineOperation } from './operation';
import { tenantsWithOpen } from './tenants-with-open';

export const checkHealth = defineOperation({
  id: 'check-health',
  method: 'GET',
  path: '/v1/health',
  summary: 'The function answers. It says nothing of what stands behind it.',
  params: NOTHING,
  answer: v.object({ status: v.literal('ok') }),
  run: async () => ({ body: { status: 'ok' as const } }),
});

/** No tenant has it. */
const NO_ONE = 1;

const checks: Readonly<Record<string, (deps: ApiDeps) => Promise<unknown>>> = {
  tenants: ({ registry }) => registry.get(NO_ONE),
  jobs: ({ jobs }) => jobs.get(NO_ONE, NO_ONE),
  launches: ({ launches }) => launches.pageOpen(NO_ONE, { limit: 1 }),
  audit: ({ audit }) => audit.ofTenant(NO_ONE, { limit: 1 }),
  state: ({ state }) => state.key(),
  queues: ({ deadLetters }) => deadLetters.list(),
};

export const checkHealthDeep = defineOperation({
  id: 'check-health-deep',
  method: 'GET',
  path: '/v1/health/deep',
  summary: 'Whether the function reaches all that it stands on. It answers 200 also where something fails.',
  params: NOTHING,
  answer: v.object({
    status: v.picklist(['ok', 'failing']),
    checks: v.array(v.object({ what: text, ok: v.boolean() })),
  }),
  run: async (_call, deps) => {
    const results = await Promise.all(
      Object.entries(checks).map(async ([what, check]) => {
        try {
          await check(deps);
          return { what, ok: true };
        } catch (cause) {
          deps.log.warn('A health check fails', { what, cause });
          return { what, ok: false };
        }
      }),
    );
    return {
      body: { status: results.every(({ ok }) => ok) ? ('ok' as const) : ('failing' as const), checks: results },
    };
  },
});

export const checkNets = defineOperation({
  id: 'check-nets',
  method: 'GET',
  path: '/v1/health/nets',
  summary: 'How far the nets below the events are behind: the sweeps, and what recovery reads of GitHub.',
  params: NOTHING,
  answer: v.object({
    nets: v.array(
      v.object({
        net: text,
        what: text,
        seen_to: v.optional(time),
        behind_seconds: v.optional(count),
        late: v.pipe(v.boolean(), v.description('Longer than it ever is while it works')),
      }),
    ),
  }),
  run: async (_call, deps) => {
    const { launches, recovery, clock } = deps;
    const [sweepOpen, sweepTable, failedDeliveries, allDeliveries, installations, open] = await Promise.all([
      launches.readCursor(BOOKMARKS.sweepOpen),
      launches.readCursor(BOOKMARKS.sweepTable),
      recovery.readCursor(BOOKMARKS.failedDeliveries),
      recovery.readCursor(BOOKMARKS.allDeliveries),
      recovery.readCursor(BOOKMARKS.installations),
      tenantsWithOpen(deps),
    ]);
    const bookmarks = { sweepOpen, sweepTable, failedDeliveries, allDeliveries, installations };
    const nets = describeNets(bookmarks, open.length > 0, clock.now());
    return {
      body: {
        nets: nets.map(({ seenTo, behindSeconds, ...net }) => ({
          ...net,
          ...(seenTo !== undefined && { seen_to: seenTo }),
          ...(behindSeconds !== undefined && { behind_seconds: behindSeconds }),
        })),
      },
    };
  },
});
