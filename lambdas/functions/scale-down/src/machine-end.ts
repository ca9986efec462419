import {
  BY_A_CALL,
  ENDED_BY_HAND,
  SPOT_INTERRUPTED,
  hasLiveLease,
  failureOf,
  hasWorked,
  recordEc2End,
  recordMachineEnd,
  type Launch,
  type Machine,
} from '@multi-tenant-runner/core';
import type { ScaleDownDeps } from './deps';

/** For no known reason. */
export const GONE = 'machine-gone';

export interface Explained {
  readonly reason: string;
  readonly worked?: boolean;
  /** As EC2 shows it now. */
  readonly machine?: Machine;
}

/**
 * Why a machine ended, as its launch's reason: that AWS took it back or ended it unasked, or what the machine itself
 * said in its last report. It is put on its job too and counted once. What the machine said changes nothing but the
 * explanation.
 *
 * @param launch its row as it is now, with the reports
 * @param machine as EC2 shows it now
 */
export async function explainEnd(
  launch: Launch,
  machine: Machine | undefined,
  deps: ScaleDownDeps,
): Promise<Explained> {
  const worked = hasWorked(launch);
  const seen = { worked, ...(machine !== undefined && { machine }) };
  if (launch.interruptedAt !== undefined) return { reason: SPOT_INTERRUPTED, ...seen };
  const unasked = await recordEc2End(launch, machine?.stateReason, deps);
  if (unasked !== undefined) return { reason: unasked, ...seen };
  const code = failureOf(launch);
  if (code === undefined)
    return { reason: (await wasEndedByHand(launch, machine, deps)) ? ENDED_BY_HAND : GONE, ...seen };
  const end = `machine:${code}`;
  if (launch.state === 'launching' || launch.state === 'running') {
    await recordMachineEnd(launch, end, deps);
    deps.metrics.count('RunnerBootFailed', {
      tier: launch.tier,
      properties: {
        tenant_id: launch.installationId,
        launch_id: launch.launchId,
        instance_id: launch.instanceId ?? null,
        code,
      },
    });
  }
  return { reason: end, ...seen };
}

/**
 * Whether an operator, or another program, ended the machine of an open job; its job then says so. Our own
 * functions hold the launch's lease when they end a machine, or have ended its tenant's jobs before.
 */
async function wasEndedByHand(launch: Launch, machine: Machine | undefined, deps: ScaleDownDeps): Promise<boolean> {
  if (machine?.stateReason !== BY_A_CALL || (launch.state !== 'launching' && launch.state !== 'running')) return false;
  if (hasLiveLease(launch, deps.clock.now(), deps.lease.name)) return false;
  if (!(await recordMachineEnd(launch, ENDED_BY_HAND, deps, { openOnly: true }))) return false;
  const properties = { tenant_id: launch.installationId, launch_id: launch.launchId, instance_id: machine.instanceId };
  deps.log.warn(
    'Another caller ended the machine of an open job; CloudTrail names who called TerminateInstances or StopInstances',
    properties,
  );
  return true;
}
