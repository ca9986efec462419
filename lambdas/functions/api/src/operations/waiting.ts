import { explainJob, findWaiting } from '@multi-tenant-runner/core';
import * as v from 'valibot';
import { id, limitOf, paging, text } from '../http/schemas';
import { job, viewJob } from './job-view';
import { NOTHING, defineOperation } from './operation';

export const listWaiting = defineOperation({
  id: 'list-waiting',
  method: 'GET',
  path: '/v1/waiting',
  summary: 'The jobs of all tenants that wait, oldest first, and why.',
  params: NOTHING,
  query: v.strictObject({ limit: paging.limit }),
  answer: v.object({ jobs: v.array(v.object({ ...job.entries, installation_id: id, sentence: text })) }),
  run: async ({ query: { limit } }, deps) => {
    const found = await findWaiting(limitOf(limit), deps);
    const ids = [...new Set(found.map(({ installationId }) => installationId))];
    const lookups = new Map(await Promise.all(ids.map(async (one) => [one, await deps.registry.get(one)] as const)));
    const jobs = found.map((one) => {
      const lookup = lookups.get(one.installationId) ?? {
        kind: 'none' as const,
        installationId: one.installationId,
        problems: [],
      };
      return { ...viewJob(one), installation_id: one.installationId, sentence: explainJob(one, { lookup }).sentence };
    });
    return { body: { jobs } };
  },
});
