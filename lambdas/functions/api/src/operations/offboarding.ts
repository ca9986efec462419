import { TENANT_STATUSES, describeSurvey, type AuditEntry } from '@multi-tenant-runner/core';
import * as v from 'valibot';
import type { ApiDeps } from '../deps';
import { count, tenantParams, text, time } from '../http/schemas';
import { defineOperation } from './operation';
import { findTenant } from './tenant-view';

const looked = v.object({
  what: text,
  where: text,
  found: count,
  is_more: v.optional(v.pipe(v.boolean(), v.description('There are at least so many'))),
  unknown: v.optional(v.pipe(text, v.description('Why nobody could look; found says nothing then'))),
});
const kept = v.object({ what: text, found: v.optional(count), why: text, until: text });

export const showOffboarding = defineOperation({
  id: 'show-offboarding',
  method: 'GET',
  path: '/v1/tenants/{installation_id}/offboarding',
  summary: 'Looks now: what an offboarding would end, or, of an offboarded tenant, what was looked for and is left.',
  params: tenantParams,
  answer: v.object({
    status: v.picklist(TENANT_STATUSES),
    cleanup: v.optional(v.picklist(['pending', 'done'])),
    at: time,
    done: v.pipe(v.boolean(), v.description('Every place was looked in, and nothing is left')),
    looked_for: v.array(looked),
    kept: v.pipe(v.array(kept), v.description('What stays on purpose')),
    sentence: text,
    recorded_at: v.optional(v.pipe(time, v.description('When the proof went into the audit trail'))),
  }),
  run: async ({ params }, deps) => {
    const { tenant, installationId } = await findTenant(params.installation_id, deps);
    const survey = await deps.surveyor.survey(installationId);
    const recorded = tenant.status === 'deleted' ? await findProof(installationId, deps) : undefined;
    return {
      body: {
        status: tenant.status,
        ...(tenant.cleanup && { cleanup: tenant.cleanup }),
        at: survey.at,
        ...describeSurvey(survey, tenant),
        looked_for: survey.lookedFor.map(({ isMore, ...one }) => ({ ...one, ...(isMore && { is_more: isMore }) })),
        kept: [...survey.kept],
        ...(recorded && { recorded_at: recorded.at }),
      },
    };
  },
});

/** An offboarded tenant's trail ends with it, but for edits of its row. */
const NEWEST = 50;

async function findProof(installationId: number, { audit }: Pick<ApiDeps, 'audit'>): Promise<AuditEntry | undefined> {
  const { entries } = await audit.ofTenant(installationId, { limit: NEWEST });
  return entries.find(({ action }) => action === 'tenant.offboarding-proved');
}
