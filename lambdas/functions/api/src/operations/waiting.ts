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
    const found = await findWaiting(limitOf(limit), deps.jobs, deps.directory);
    const jobs = found.map(({ job: one, lookup }) => ({
      ...viewJob(one),
      installation_id: one.installationId,
      sentence: explainJob(one, { lookup }).sentence,
    }));
    return { body: { jobs } };
  },
});
