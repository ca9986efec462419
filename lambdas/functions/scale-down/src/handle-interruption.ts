import {
  SPOT_INTERRUPTED,
  dropLease,
  endMachine,
  recordInterruption,
  recordMachineEnd,
  takeLease,
  type Launch,
} from '@multi-tenant-runner/core';
import type { ScaleDownDeps } from './deps';

/**
 * AWS takes a spot machine back in two minutes. A runner without a job is deregistered and ended at once, so that
 * GitHub gives it none any more, and its job is started again. A busy one has its two minutes: GitHub fails its job if
 * they don't suffice, and the row says why.
 */
export async function handleInterruption(instanceId: string, deps: ScaleDownDeps): Promise<void> {
  const key = await deps.launches.findByInstance(instanceId);
  const launch = key && (await deps.launches.get(key.installationId, key.launchId));
  if (launch === undefined || launch.instanceId !== instanceId) return;
  const noted = await recordInterruption(launch, deps);
  // Refused: the machine's end is being recorded already.
  if (!noted.ok) return;
  if (launch.interruptedAt === undefined) report(noted.row, deps);
  const leased = await takeLease(noted.row, deps.lease, deps);
  if (leased === undefined)
    throw new Error(`Launch ${launch.launchId} is leased by another invocation; its interruption is handled later`);
  const how = {
    reason: SPOT_INTERRUPTED,
    followUp: { kind: 'ask' },
    lease: deps.lease,
    registration: 'must-go',
  } as const;
  await recordMachineEnd(leased, SPOT_INTERRUPTED, deps);
  const end = await endMachine({ ...leased, instanceId }, how, deps);
  if (end !== 'ended') await dropLease(leased, deps.lease, deps);
}

function report(launch: Launch, deps: ScaleDownDeps): void {
  deps.metrics.count('SpotInterrupted', {
    tier: launch.tier,
    properties: {
      tenant_id: launch.installationId,
      launch_id: launch.launchId,
      instance_id: launch.instanceId ?? null,
      instance_type: launch.intent?.instanceType ?? null,
      subnet_id: launch.intent?.subnetId ?? null,
      busy: launch.takenBy !== undefined,
    },
  });
}
