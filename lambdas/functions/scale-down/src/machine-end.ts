import { ENDED_JOB_STATES, OPEN_JOB_STATES, TAG, readBootReport, type Launch, type Machine } from '@multi-tenant-runner/core';
import type { ScaleDownDeps } from './deps';

export const SPOT_INTERRUPTED = 'spot-interrupted';

export interface Explained {
  readonly reason: string;
  readonly worked?: boolean;
}

/** The hooks of a job write the machine's state, and nothing else does: a machine that has one ran a job. */
export function hasWorked(machine: Machine | undefined): boolean {
  return machine?.tags[TAG.state] !== undefined;
}

/**
 * Why a machine ended, as its launch's reason: that AWS took it back, or what the machine itself said in its last tag.
 * What it said is put on its job too and counted once; it changes nothing but the explanation.
 *
 * @param machine as EC2 shows it now; it keeps the tags of a machine for a while after its end
 */
export async function explainEnd(launch: Launch, machine: Machine | undefined, deps: ScaleDownDeps): Promise<Explained> {
  const worked = hasWorked(machine);
  if (launch.interruptedAt !== undefined) return { reason: SPOT_INTERRUPTED, worked };
  const report = machine === undefined ? undefined : readBootReport(machine.tags);
  if (report?.kind !== 'failed') return { reason: 'machine-gone', worked };
  const end = `machine:${report.code}`;
  if (launch.state === 'launching' || launch.state === 'running') {
    await recordMachineEnd(launch, end, deps);
    deps.metrics.count('RunnerBootFailed', {
      tier: launch.tier,
      properties: { tenant_id: launch.installationId, launch_id: launch.launchId, instance_id: machine?.instanceId ?? null, code: report.code },
    });
  }
  return { reason: end, worked };
}

/** On the job that ran on the machine, or else the one that it was started for. */
export async function recordMachineEnd(launch: Launch, machineEnd: string, deps: ScaleDownDeps): Promise<void> {
  const states = [...OPEN_JOB_STATES, ...ENDED_JOB_STATES];
  await deps.jobs.change(launch.installationId, launch.takenBy ?? launch.jobId, { from: states }, { machineEnd, updatedAt: deps.clock.now().toISOString() });
}
