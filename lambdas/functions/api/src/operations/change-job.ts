import { changeJob, decideCancel, decideRetry, type Job, type JobChangeDecision } from '@multi-tenant-runner/core';
import * as v from 'valibot';
import type { ApiDeps } from '../deps';
import { Problem } from '../http/problem';
import { text } from '../http/schemas';
import { findJob, job, jobParams, viewJob } from './job-view';
import { NOTHING, defineOperation, type Answer, type Context } from './operation';
import { recordChange } from './record-change';

const changed = v.object({
  changed: v.pipe(v.boolean(), v.description('false: there was nothing to do')),
  sentence: text,
  job,
});

const change = (verb: 'cancel' | 'retry', summary: string, decide: (job: Job, now: Date) => JobChangeDecision) =>
  defineOperation({
    id: `${verb}-job`,
    method: 'POST',
    path: `/v1/tenants/{installation_id}/jobs/{job_id}/${verb}`,
    summary,
    params: jobParams,
    body: NOTHING,
    answer: changed,
    run: async ({ params, ...context }, deps) => {
      const found = await findJob(params, context.caller, deps);
      return carryOut(found, { verb, decision: decide(found, deps.clock.now()) }, context, deps);
    },
  });

export const cancelJob = change(
  'cancel',
  'Gives a job that waits no runner any more, and ends what was started for it. GitHub keeps it in its own queue.',
  decideCancel,
);
export const retryJob = change(
  'retry',
  'Tries a waiting job at once, or asks GitHub about one that was ended here, and starts it if it still waits there.',
  decideRetry,
);

async function carryOut(
  found: Job,
  { verb, decision }: { readonly verb: 'cancel' | 'retry'; readonly decision: JobChangeDecision },
  context: Context,
  deps: Pick<ApiDeps, 'jobs' | 'queue' | 'audit' | 'clock'>,
): Promise<Answer<v.InferOutput<typeof changed>>> {
  const { kind, sentence } = decision;
  if (kind === 'refuse') throw new Problem('refused', sentence);
  if (kind === 'nothing') return { body: { changed: false, sentence, job: viewJob(found) } };
  const { installationId, jobId, state, reason } = found;
  const action = verb === 'cancel' ? 'job.cancelled' : 'job.retried';
  const before = { state, ...(reason !== undefined && { reason }) };
  await recordChange({ installationId, action, before, after: { job_id: jobId } }, context, deps);
  const written = await changeJob(found, decision, context.requestId, deps);
  if (written.ok) return { body: { changed: true, sentence, job: viewJob(written.row) } };
  throw new Problem('changed', 'The job has gone on meanwhile, so nothing was written; read it again and decide anew.');
}
