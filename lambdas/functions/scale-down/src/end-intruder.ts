import {
  endJob,
  endMachine,
  decideJobPolicy,
  newJob,
  recordLaunchFailure,
  recordRunner,
  takeLease,
  type JobEvent,
  type JobReason,
  type Launch,
  type Verdict,
} from '@multi-tenant-runner/core';
import type { ScaleDownDeps } from './deps';

type Refusal = Extract<JobReason, 'public-repository' | 'foreign-owner'>;

/**
 * Why a job may not have the runner that it has taken. A size or a tenant that changed meanwhile is no reason to end
 * it.
 */
export async function refusalOf(event: JobEvent, launch: Launch, deps: ScaleDownDeps): Promise<Refusal | undefined> {
  const verdict: Verdict = decideJobPolicy(
    await deps.tenants.get(event.installationId),
    { ...event, tier: launch.tier },
    deps.settings,
  );
  if (verdict.kind !== 'refuse') return undefined;
  return verdict.reason === 'public-repository' || verdict.reason === 'foreign-owner' ? verdict.reason : undefined;
}

/**
 * A job that is refused here has taken a runner, because the tenant's runner group at GitHub admits it: GitHub does
 * not ask. Its machine is ended as it runs, so that no stranger's code stays beside the tenant's network. It counts
 * towards the tenant's circuit: else every public job in GitHub's queue would be worth a machine.
 * https://docs.github.com/en/actions/how-tos/manage-runners/self-hosted-runners/manage-access#changing-which-repositories-can-access-a-runner-group
 */
export async function endIntruder(
  event: JobEvent,
  launch: Launch,
  reason: Refusal,
  deps: ScaleDownDeps,
): Promise<void> {
  await recordRefusal({ ...event, tier: launch.tier }, reason, deps);
  if (launch.instanceId === undefined || launch.state === 'ending' || launch.state === 'ended') return;
  const leased = await takeLease(launch, deps.lease, deps);
  if (leased === undefined)
    throw new Error(`Launch ${launch.launchId} is leased by another invocation; its machine is ended later`);
  const how = { reason, followUp: { kind: 'ask' }, lease: deps.lease, registration: 'whatever' } as const;
  const end = await endMachine({ ...leased, instanceId: launch.instanceId }, how, deps);
  if (end !== 'ended') throw new Error(`The machine of launch ${launch.launchId} could not be ended yet`);
  await recordLaunchFailure(launch, `a job took the runner that is refused here (${reason})`, deps);
  const properties = {
    tenant_id: event.installationId,
    job_id: event.jobId,
    launch_id: launch.launchId,
    instance_id: launch.instanceId,
    reason,
  };
  deps.metrics.count('RunnerMisused', { tier: launch.tier, properties });
  deps.log.error(
    "A job that is refused here took a tenant's runner, so its machine was ended. The tenant's runner " +
      'group at GitHub admits public repositories: it should not',
    properties,
  );
}

async function recordRefusal(event: JobEvent, reason: Refusal, deps: ScaleDownDeps): Promise<void> {
  const now = deps.clock.now();
  const row = newJob(event, now, 'refused', reason);
  const created = await deps.jobs.create({
    ...row,
    endedAt: now.toISOString(),
    ...(event.runnerName !== undefined && { runnerName: event.runnerName }),
  });
  if (created.ok) return;
  await endJob(event, { state: 'refused', reason }, deps);
  await recordRunner(event, event.runnerName, deps);
}
