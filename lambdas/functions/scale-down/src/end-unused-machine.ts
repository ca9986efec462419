import { dropLease, endMachine, hasLiveLease, takeLease, type Launch } from '@multi-tenant-runner/core';
import type { ScaleDownDeps } from './deps';

/**
 * Ends the machine of a launch whose job does not need it, unless another job has it by now: GitHub refuses to let go
 * of a runner that took one, and the launch may have been passed on to a job whose own runner this one took. What
 * can't be done now, as GitHub does not answer, the sweep does once the machine has been idle for long enough.
 *
 * @returns false when another invocation has the lease
 */
export async function endUnusedMachine(
  launch: Launch,
  reason: 'job-ended' | 'job-waits',
  deps: ScaleDownDeps,
): Promise<boolean> {
  // No write where there is nothing to end yet: events that repeat without an end would keep the sweep, which settles
  // an unchanged row alone, from finding out what EC2 made of it.
  if (launch.instanceId === undefined) return !hasLiveLease(launch, deps.clock.now(), deps.lease.name);
  const leased = await takeLease(launch, deps.lease, deps);
  if (leased === undefined) return false;
  const isStill = leased.jobId === launch.jobId && leased.takenBy === undefined;
  if (!isStill || leased.instanceId === undefined) {
    await dropLease(leased, deps.lease, deps);
    return true;
  }
  const how = { reason, followUp: { kind: 'ask' }, lease: deps.lease, registration: 'must-go' } as const;
  const end = await endMachine({ ...leased, instanceId: leased.instanceId }, how, deps);
  if (end !== 'ended') await dropLease(leased, deps.lease, deps);
  return true;
}
