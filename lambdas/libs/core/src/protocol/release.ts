import type { Job } from '../model/job';
import type { Launch } from '../model/launch';
import { DAY, SECOND, ageOf } from '../model/time';
import { beginRelease, finishRelease, type JobEnd, type ReleaseProof } from '../transitions';
import { deregister } from './deregister';
import { endJob } from './end-job';
import { recordLaunchFailure, settleByGitHub } from './record-launch-outcome';
import { parkForRestart, type Restart } from './park-for-restart';
import { dispatchNextJobs, type DispatchDeps } from './dispatch-next-jobs';
import type { ProtocolDeps } from './deps';

/** What becomes of the job that the launch was for. `ask`: GitHub knows. */
export type JobFollowUp =
  | { readonly kind: 'ask' }
  | { readonly kind: 'park'; readonly restart: Restart }
  | { readonly kind: 'end'; readonly end: JobEnd };

export interface Release extends ReleaseProof {
  readonly followUp: JobFollowUp;
  /** GitHub has no registration of it any more, and need not be asked. */
  readonly deregistered?: boolean;
}

export type ReleaseDeps = DispatchDeps & Pick<ProtocolDeps, 'github' | 'configs' | 'environment'>;

/**
 * Gives a launch's slot back: row `ending`, slot, row `ended`, in this order, so that whatever cuts it off leaves a row
 * that says what is left to do. The caller has proof that no machine of the launch lives or can come to live.
 *
 * @returns false when another invocation holds the launch and the release is not ours to do
 */
export async function release(launch: Launch, how: Release, deps: ReleaseDeps): Promise<boolean> {
  const ending = await beginRelease(launch, how, deps);
  if (!ending.ok && ending.row !== undefined && ending.row.state !== 'ended') return false;
  const removed = await removeLeftovers(ending.row ?? launch, how, deps);
  await deps.tenants.freeSlot(launch.installationId, launch.launchId);
  if (ending.ok && removed) await markEnded(ending.row, deps);
  await settleJob(ending.row ?? launch, how.followUp, deps);
  // What turned this launch away would turn the next one away too. Each wake is a message to the function that sends
  // it, and Lambda stops a chain of 16: https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
  if (how.followUp.kind === 'park') return true;
  // Even a release that changed nothing wakes: the one that did may have died right after it.
  await dispatchNextJobs(launch.installationId, deps);
  return true;
}

async function markEnded(launch: Launch, deps: ReleaseDeps): Promise<void> {
  const endedAt = deps.clock.now().toISOString();
  if (!(await finishRelease(launch, endedAt, deps)).ok) return;
  deps.metrics.count('RunnerEnded', {
    tier: launch.tier,
    properties: {
      tenant_id: launch.installationId,
      launch_id: launch.launchId,
      instance_id: launch.instanceId ?? null,
      instance_type: launch.intent?.instanceType ?? null,
      seconds: secondsOf(launch, endedAt),
      reason: launch.reason ?? null,
    },
  });
}

/** How long there was a machine, as far as its bill is concerned; null where there was none. */
function secondsOf(launch: Launch, endedAt: string): number | null {
  if (launch.launchedAt === undefined) return null;
  return Math.max(0, Math.round((Date.parse(endedAt) - Date.parse(launch.launchedAt)) / SECOND));
}

/**
 * The configuration and the registration that no runner will use. They must not keep the slot, but as long as
 * one stays, the row stays `ending` and the sweep comes back to it; after a day both have expired by themselves.
 */
export async function removeLeftovers(
  launch: Launch,
  how: Pick<Release, 'deregistered'>,
  deps: Pick<ReleaseDeps, 'configs' | 'github' | 'tenants' | 'environment' | 'log' | 'clock'>,
): Promise<boolean> {
  const { instanceId } = launch;
  if (instanceId === undefined) return true;
  try {
    // Before the first report of a machine its configuration was removed.
    if (launch.reports === undefined) await deps.configs.remove(launch.installationId, [launch.launchId]);
    if (launch.takenBy !== undefined || how.deregistered === true) return true;
    if ((await deregister({ ...launch, instanceId }, deps)).kind !== 'unsure') return true;
  } catch (cause) {
    deps.log.warn('A leftover of an ended launch could not be removed yet', { launch_id: launch.launchId, cause });
  }
  return ageOf(launch.createdAt, deps.clock.now()) > DAY;
}

async function settleJob(launch: Launch, followUp: JobFollowUp, deps: ReleaseDeps): Promise<void> {
  const job = await deps.jobs.get(launch.installationId, launch.jobId);
  if (job === undefined || job.launchId !== launch.launchId) return;
  await settle(job, launch, followUp, deps);
}

async function settle(job: Job, launch: Launch, followUp: JobFollowUp, deps: ReleaseDeps): Promise<void> {
  switch (followUp.kind) {
    case 'park':
      if (
        (await parkForRestart(job, launch.launchId, followUp.restart, deps)) === undefined ||
        followUp.restart.failure === undefined
      )
        return;
      await recordLaunchFailure(launch, followUp.restart.failure, deps);
      return;
    case 'end':
      await endJob(job, followUp.end, deps);
      return;
    case 'ask':
      if (job.state === 'starting') await settleByGitHub(job, launch, deps);
  }
}
