import { isGated, needOf, openGate, parkAtGate, placeOfJob, type Job, type JobMessage } from '@multi-tenant-runner/core';
import type { ScaleUpDeps } from './deps';

/**
 * A `queued` of a job that GitHub held back, or whose end we decided. Its delivery may have overtaken the `waiting`, and no
 * time in it says so: GitHub's answer counts, and without one the event's word, as a machine too many is ended again.
 */
export async function letThrough(job: Job, message: JobMessage, deps: ScaleUpDeps): Promise<Job | undefined> {
  const answer = await deps.github.getJob(placeOfJob(message, await deps.tenants.get(job.installationId)), job.jobId);
  const need = answer.kind !== 'found' ? 'machine' : answer.job === undefined ? 'over' : needOf(answer.job.status);
  if (need === 'machine') return openGate(job, message, deps);
  deps.log.info('A job is said to be queued, but GitHub has it otherwise', { job_id: job.jobId, need });
  // Should the answer be behind, the next look comes soon.
  if (need === 'held-back' && isGated(job)) await parkAtGate({ ...job, gatedAt: deps.clock.now().toISOString() }, deps);
  return undefined;
}
