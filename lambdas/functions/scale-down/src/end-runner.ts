import {
  ENDED_BY_HAND,
  dropLease,
  endJob,
  endMachine,
  isEnded,
  protectedMachines,
  recordMachineEnd,
  takeLease,
  type Launch,
} from '@multi-tenant-runner/core';
import type { RunnerEnd } from './decide-runner';
import type { ScaleDownDeps } from './deps';

export interface EndRunner {
  readonly launch: Launch;
  readonly reason: RunnerEnd;
  /** The machine ran a job, as it says itself. */
  readonly worked: boolean;
}

/** Ends a machine whose time is up, if GitHub lets go of its runner. */
export async function endRunner({ launch, reason, worked }: EndRunner, deps: ScaleDownDeps): Promise<void> {
  const leased = await takeLease(launch, deps.lease, deps);
  if (leased?.instanceId === undefined) return;
  if (reason === 'job-ended' && !(await isJobOver(leased, deps))) return dropLease(leased, deps.lease, deps);
  const hard = reason === 'max-lifetime' || (reason === ENDED_BY_HAND && leased.endForced === true);
  const end = await endMachine(
    { ...leased, instanceId: leased.instanceId },
    { reason, followUp: { kind: 'ask' }, lease: deps.lease, worked, registration: hard ? 'whatever' : 'must-go' },
    deps,
  );
  if (end !== 'ended') await dropLease(leased, deps.lease, deps);
  if (end === 'protected') throw protectedMachines([leased.instanceId]);
  if (end !== 'ended') return;
  if (reason === 'max-lifetime') await recordHardEnd(leased, deps);
  if (reason === ENDED_BY_HAND) await recordMachineEnd(leased, ENDED_BY_HAND, deps, { openOnly: true });
}

/**
 * Jobs and launches were read side by side, so a job that began meanwhile may have been missed; and the machine may be
 * another's by now.
 */
async function isJobOver({ installationId, jobId, takenBy }: Launch, deps: ScaleDownDeps): Promise<boolean> {
  if (takenBy !== undefined) return false;
  const job = await deps.jobs.get(installationId, jobId);
  return job !== undefined && isEnded(job.state);
}

async function recordHardEnd(launch: Launch, deps: ScaleDownDeps): Promise<void> {
  const job = launch.takenBy === undefined ? undefined : await deps.jobs.get(launch.installationId, launch.takenBy);
  if (job !== undefined) await endJob(job, { state: 'cancelled', reason: 'max-lifetime' }, deps);
}
