import { bindJob, jobEndOf, type Launch } from '@multi-tenant-runner/core';
import type { ScaleDownDeps } from './deps';

/** Puts the end of the job that a runner took on its launch's row, if the job's row has it and the launch's has not. */
export async function noteJobEnd(launch: Launch, deps: ScaleDownDeps): Promise<void> {
  const { installationId, takenBy } = launch;
  if (takenBy === undefined) return;
  const jobEndedAt = jobEndOf(launch, await deps.jobs.get(installationId, takenBy));
  if (jobEndedAt !== undefined) await bindJob(launch, { takenBy, jobEndedAt }, deps);
}
