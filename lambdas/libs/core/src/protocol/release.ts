import type { Job } from '../model/job';
import type { Launch } from '../model/launch';
import { freeSlots } from '../model/tenant';
import type { JobEnd } from '../transitions';
import { endJob } from './end-job';
import { recordLaunchFailure, settleByGitHub } from './record-launch-outcome';
import { parkForRestart, type Restart } from './park-for-restart';
import { dispatchInto, dispatchNextJobs, type DispatchDeps } from './dispatch-next-jobs';
import type { ProtocolDeps } from './deps';
import { giveTurns } from './give-turns';
import { endLaunch, type LaunchEnd, type Over } from './end-launch';

/** What becomes of the job that the launch was for. `ask`: GitHub knows. */
export type JobFollowUp =
  | { readonly kind: 'ask' }
  | { readonly kind: 'park'; readonly restart: Restart }
  | { readonly kind: 'end'; readonly end: JobEnd };

export interface Release extends LaunchEnd {
  readonly followUp: JobFollowUp;
}

export type ReleaseDeps = DispatchDeps & Pick<ProtocolDeps, 'github' | 'configs' | 'environment' | 'usage' | 'prices'>;

/**
 * Gives a launch's slot back, ends its row and puts its machine's life into the ledger, in one write. The caller has
 * proof that no machine of the launch lives or can come to live.
 *
 * @returns false when another invocation holds the launch and the release is not ours to do
 */
export async function release(launch: Launch, how: Release, deps: ReleaseDeps): Promise<boolean> {
  const over = await endLaunch(launch, how, deps);
  if (over === undefined) return false;
  const isSettled = await settleJob(over, how.followUp, deps);
  // What turned this launch away would turn the next one away too. Each wake is a message to the function that sends
  // it, and Lambda stops a chain of 16: https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
  if (how.followUp.kind === 'park') return true;
  // Even a release that changed nothing wakes: the one that did may have died right after it. What GitHub said of the
  // job may have changed the tenant's row.
  if (isSettled) await dispatchNextJobs(launch.installationId, deps);
  else if (!hadRoom(over, deps)) await dispatchInto(over.lookup, deps);
  await giveTurns(TURNS, deps);
  return true;
}

/**
 * No job waits for a slot of a tenant that had one before this one came free; `lookup` is without this one. Whatever
 * waits otherwise, and what was parked in this very moment, the sweep wakes within a minute, as after a release that
 * dies before its wake.
 */
function hadRoom({ lookup, gaveBack }: Over, { settings }: ReleaseDeps): boolean {
  if (!gaveBack || settings.maxRunnersTotal !== undefined) return false;
  return lookup.kind === 'tenant' && !lookup.slotsBroken && freeSlots(lookup.tenant) > 1;
}

/** Tenants that are asked for a job at a release: one slot is free, and not each has one. */
const TURNS = 3;

/** Answers whether GitHub was asked. */
async function settleJob({ job, launch }: Over, followUp: JobFollowUp, deps: ReleaseDeps): Promise<boolean> {
  if (job === undefined || job.launchId !== launch.launchId) return false;
  switch (followUp.kind) {
    case 'park':
      await parkAgain(job, launch, followUp.restart, deps);
      return false;
    case 'end':
      await endJob(job, followUp.end, deps);
      return false;
    case 'ask':
      if (job.state !== 'starting') return false;
      await settleByGitHub(job, launch, deps);
      return true;
  }
}

async function parkAgain(job: Job, launch: Launch, restart: Restart, deps: ReleaseDeps): Promise<void> {
  const parked = await parkForRestart(job, launch.launchId, restart, deps);
  if (parked !== undefined && restart.failure !== undefined) await recordLaunchFailure(launch, restart.failure, deps);
}
