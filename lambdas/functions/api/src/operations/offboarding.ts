import { TENANT_STATUSES } from '@multi-tenant-runner/core';
import * as v from 'valibot';
import { count, tenantParams, text } from '../http/schemas';
import { defineOperation } from './operation';
import { findTenant } from './tenant-view';

/** More are told as that many. */
const COUNTED = 100;

export const showOffboarding = defineOperation({
  id: 'show-offboarding',
  method: 'GET',
  path: '/v1/tenants/{installation_id}/offboarding',
  summary: 'What an offboarding would end, or, of an offboarded tenant, what was looked for and is left.',
  params: tenantParams,
  answer: v.object({
    status: v.picklist(TENANT_STATUSES),
    cleanup: v.optional(v.picklist(['pending', 'done'])),
    done: v.boolean(),
    looked_for: v.array(
      v.object({ what: text, found: v.pipe(count, v.description(`At most ${COUNTED} are counted`)) }),
    ),
    sentence: text,
  }),
  run: async ({ params }, deps) => {
    const { tenant, installationId } = await findTenant(params.installation_id, deps);
    const [launches, jobs] = await Promise.all([
      deps.launches.pageOpen(installationId, { limit: COUNTED }),
      deps.jobs.pageOpen(installationId, { limit: COUNTED }),
    ]);
    const found = [
      { what: 'slots in use', found: tenant.slots.size },
      { what: 'launches that are not over', found: launches.rows.length },
      { what: 'jobs that are not over', found: jobs.rows.length },
      { what: 'security group of its own', found: tenant.securityGroupId === undefined ? 0 : 1 },
    ];
    const isGone = found.slice(0, 3).every((one) => one.found === 0);
    const done = tenant.status === 'deleted' && tenant.cleanup === 'done' && isGone;
    return {
      body: {
        status: tenant.status,
        ...(tenant.cleanup && { cleanup: tenant.cleanup }),
        done,
        looked_for: found,
        sentence: sentenceOf(tenant.status, done),
      },
    };
  },
});

function sentenceOf(status: string, done: boolean): string {
  if (status !== 'deleted') return 'Offboarding ends all of this; suspend the tenant first to let its jobs finish.';
  return done
    ? 'Nothing is left: EC2 listed no machine of it, SSM no parameter, and the tables have nothing open.'
    : 'It is offboarded, and something is left; the sweep looks again every minute.';
}
