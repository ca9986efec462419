import { MAX_RESTARTS, type Job, type JobReason } from '../model/job';
import { HOUR, plus } from '../model/time';
import { parkUnderNewStart } from '../transitions';
import type { ProtocolDeps } from './deps';

export interface Restart {
  readonly reason: JobReason;
  /** Not before this time; absent: as soon as a slot is free. */
  readonly nextTry?: Date;
  /** The launch had a machine that came to nothing: counts towards the bound. */
  readonly usedMachine: boolean;
  /** Why the launch failed in a way that the tenant's next one may too: counts towards its circuit. */
  readonly failure?: string;
}

/**
 * Parks a job under a new start number: an ended launch never starts anything again. Answers the parked job, or
 * undefined if it no longer waits for that launch.
 */
export async function parkForRestart(
  job: Job,
  launchId: string,
  restart: Restart,
  deps: Pick<ProtocolDeps, 'jobs' | 'clock' | 'metrics'>,
): Promise<Job | undefined> {
  const restarts = job.restarts + (restart.usedMachine ? 1 : 0);
  const exhausted = restart.usedMachine && restarts > MAX_RESTARTS;
  const nextTry = exhausted ? plus(deps.clock.now(), HOUR) : restart.nextTry;
  const reason = exhausted ? 'relaunch-limit' : restart.reason;
  const wait = { reason, ...(nextTry !== undefined && { nextTry }) };
  const parked = await parkUnderNewStart(job, { ...wait, restarts, launchId }, deps);
  if (!parked.ok) return undefined;
  deps.metrics.count('JobParked', {
    tier: job.tier,
    properties: { tenant_id: job.installationId, job_id: job.jobId, reason },
  });
  return parked.row;
}
