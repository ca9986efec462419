import { OPEN_JOB_STATES, type Job, type JobReason, type JobState } from '../model/job';
import type { ProtocolDeps } from './deps';

export interface JobEnd {
  readonly state: Extract<JobState, 'completed' | 'cancelled' | 'refused' | 'expired'>;
  readonly reason?: JobReason;
  readonly conclusion?: string;
  readonly runnerName?: string;
  readonly at?: string;
  /** States it may come from; by default any that is not an end. */
  readonly from?: readonly JobState[];
}

/** Records how a job ended; an end that stands already stays. Answers whether it was this call. */
export async function endJob(
  job: Pick<Job, 'installationId' | 'jobId' | 'tier'>,
  end: JobEnd,
  deps: Pick<ProtocolDeps, 'jobs' | 'clock' | 'metrics'>,
): Promise<boolean> {
  const now = deps.clock.now().toISOString();
  const written = await deps.jobs.change(
    job.installationId,
    job.jobId,
    { from: end.from ?? OPEN_JOB_STATES },
    {
      state: end.state,
      reason: end.reason ?? null,
      nextTry: null,
      gatedAt: null,
      endedAt: end.at ?? now,
      ...(end.conclusion !== undefined && { conclusion: end.conclusion }),
      ...(end.runnerName !== undefined && { runnerName: end.runnerName }),
      updatedAt: now,
    },
  );
  if (!written.ok) return false;
  deps.metrics.count(end.state === 'refused' ? 'JobRefused' : 'JobEnded', {
    tier: job.tier,
    properties: { tenant_id: job.installationId, job_id: job.jobId, state: end.state, reason: end.reason ?? null },
  });
  return true;
}
