import type { Job } from '../model/job';
import { recordJobEnd, type JobEnd, type OfLaunch } from '../transitions';
import type { ProtocolDeps } from './deps';

/**
 * Records how a job ended and counts it; an end that is recorded already stays. Answers whether it was this call.
 *
 * @param options.ofLaunch only while the job is for this launch
 * @param options.onRunner only while this runner has it
 */
export async function endJob(
  job: Pick<Job, 'installationId' | 'jobId' | 'tier'>,
  end: JobEnd,
  deps: Pick<ProtocolDeps, 'jobs' | 'clock' | 'metrics'>,
  options: OfLaunch = {},
): Promise<boolean> {
  if (!(await recordJobEnd(job, end, deps, options)).ok) return false;
  deps.metrics.count(end.state === 'refused' ? 'JobRefused' : 'JobEnded', {
    tier: job.tier,
    properties: { tenant_id: job.installationId, job_id: job.jobId, state: end.state, reason: end.reason ?? null },
  });
  return true;
}
