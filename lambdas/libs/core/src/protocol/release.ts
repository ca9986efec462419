import type { Job } from '../model/job';
import { hasLiveLease, type Launch } from '../model/launch';
import { fleetSlotOf } from '../model/fleet-share';
import { DAY, ageOf } from '../model/time';
import type { MachineLife } from '../model/usage';
import type { Machine } from '../ports';
import { beginRelease, finishRelease, type JobEnd, type ReleaseProof } from '../transitions';
import { deregister } from './deregister';
import { endJob } from './end-job';
import { recordLaunchFailure, settleByGitHub } from './record-launch-outcome';
import { parkForRestart, type Restart } from './park-for-restart';
import { dispatchNextJobs, type DispatchDeps } from './dispatch-next-jobs';
import { giveTurns } from './give-turns';
import type { ProtocolDeps } from './deps';
import { recordUsage } from './record-usage';
import { refreshUsage } from './refresh-usage';

/** What becomes of the job that the launch was for. `ask`: GitHub knows. */
export type JobFollowUp =
  | { readonly kind: 'ask' }
  | { readonly kind: 'park'; readonly restart: Restart }
  | { readonly kind: 'end'; readonly end: JobEnd };

export interface Release extends Omit<ReleaseProof, 'life'> {
  readonly followUp: JobFollowUp;
  /** GitHub has no registration of it any more, and need not be asked. */
  readonly deregistered?: boolean;
  /** As EC2 shows the ended machine. */
  readonly machine?: Machine;
  /** When it ended, as far as another source than EC2's answer says so. ISO 8601. */
  readonly endedAt?: string;
}

export type ReleaseDeps = DispatchDeps & Pick<ProtocolDeps, 'github' | 'configs' | 'environment' | 'usage' | 'prices'>;

/**
 * Gives a launch's slot back: row `ending`, slot, row `ended`, in this order, so that whatever cuts it off leaves a row
 * that says what is left to do. The caller has proof that no machine of the launch lives or can come to live.
 *
 * @returns false when another invocation holds the launch and the release is not ours to do
 */
export async function release(launch: Launch, how: Release, deps: ReleaseDeps): Promise<boolean> {
  const ending = await beginRelease(launch, { ...how, life: lifeOf(launch, how, deps.clock.now()) }, deps);
  if (!ending.ok && ending.row !== undefined && ending.row.state !== 'ended') return false;
  const removed = await removeLeftovers(ending.row ?? launch, how, deps);
  await freeFleetSlot(ending.row ?? launch, deps);
  const lookup = await deps.tenants.freeSlot(launch.installationId, launch.launchId);
  const life = ending.ok ? await recordUsage(ending.row, lookup, deps) : undefined;
  // Before the next job is looked for: it may be one too many.
  if (life) await refreshUsage(lookup, deps);
  const isOver = ending.ok && removed && life !== false && !mayBeConfigured(ending.row, how, deps);
  if (isOver) await markEnded(ending.row, life, deps);
  await settleJob(ending.row ?? launch, how.followUp, deps);
  // What turned this launch away would turn the next one away too. Each wake is a message to the function that sends
  // it, and Lambda stops a chain of 16: https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
  if (how.followUp.kind === 'park') return true;
  // Even a release that changed nothing wakes: the one that did may have died right after it.
  await dispatchNextJobs(launch.installationId, deps);
  await giveTurns(TURNS, deps);
  return true;
}

/** Tenants that are asked for a job at a release: one slot is free, and not each has one. */
const TURNS = 3;

async function freeFleetSlot(launch: Launch, { fleetSlots }: Pick<ReleaseDeps, 'fleetSlots'>): Promise<void> {
  if (launch.fleetShare !== undefined) await fleetSlots.free(launch.fleetShare, fleetSlotOf(launch));
}

/**
 * Whether another invocation may make the machine's configuration just now, and may die over it. Until its lease has
 * run out the row stays `ending`, so that the sweep removes what comes after this look.
 */
function mayBeConfigured(launch: Launch, { lease }: Release, { clock }: Pick<ReleaseDeps, 'clock'>): boolean {
  return launch.runningAt === undefined && hasLiveLease(launch, clock.now(), lease?.name);
}

/** What the row says of the machine from now on. An end that stands there is the first one, and stays. */
function lifeOf(
  launch: Launch,
  { machine, endedAt }: Pick<Release, 'machine' | 'endedAt'>,
  now: Date,
): NonNullable<ReleaseProof['life']> {
  if (launch.intent === undefined) return {};
  return {
    ...(launch.instanceId === undefined && machine && { instanceId: machine.instanceId }),
    ...(launch.launchedAt === undefined && machine && { launchedAt: machine.launchedAt }),
    machineEndedAt: launch.machineEndedAt ?? machine?.endedAt ?? endedAt ?? now.toISOString(),
  };
}

async function markEnded(launch: Launch, life: MachineLife | undefined, deps: ReleaseDeps): Promise<void> {
  const ended = {
    endedAt: deps.clock.now().toISOString(),
    ...(life !== undefined && { machineEndedAt: life.endedAt }),
  };
  if (!(await finishRelease(launch, ended, deps)).ok) return;
  deps.metrics.count('RunnerEnded', {
    tier: launch.tier,
    properties: {
      tenant_id: launch.installationId,
      launch_id: launch.launchId,
      instance_id: launch.instanceId ?? null,
      instance_type: launch.intent?.instanceType ?? null,
      seconds: life?.seconds ?? null,
      reason: launch.reason ?? null,
    },
  });
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
