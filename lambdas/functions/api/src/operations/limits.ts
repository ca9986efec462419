import { describeLimits } from '@multi-tenant-runner/core';
import * as v from 'valibot';
import { tenantParams, text } from '../http/schemas';
import { defineOperation } from './operation';
import { findTenant } from './tenant-view';

/** Of runners, minutes or dollars. */
const amount = v.pipe(v.number(), v.minValue(0));

export const showLimits = defineOperation({
  id: 'show-limits',
  method: 'GET',
  path: '/v1/tenants/{installation_id}/limits',
  summary: 'What is left of each limit of a tenant, and when it refills.',
  params: tenantParams,
  answer: v.object({
    limits: v.array(
      v.object({
        limit: text,
        used: v.optional(amount),
        of: v.optional(amount),
        left: v.optional(v.union([amount, v.picklist(['some', 'none'])])),
        refills: v.optional(v.pipe(text, v.description('A time of ISO 8601, or what has to happen'))),
      }),
    ),
  }),
  run: async ({ params }, deps) => {
    const { tenant } = await findTenant(params.installation_id, deps);
    const limits = describeLimits(tenant, deps.tiers, deps.clock.now()).map((limit) => ({ ...limit }));
    return { body: { limits } };
  },
});
