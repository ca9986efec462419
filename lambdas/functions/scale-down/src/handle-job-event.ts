import {
  closeCircuit,
  endJob,
  endStateOf,
  instanceIdOf,
  isEnded,
  launchIdOf,
  markJobRunning,
  markOwnJobRunning,
  newJob,
  release,
  reopenJob,
  takeLease,
  type Job,
  type JobEvent,
  type Launch,
} from '@multi-tenant-runner/core';
import { bindRunner } from './bind-runner';
import { endIfUninstalled } from './end-if-uninstalled';
import { endIntruder, refusalOf } from './end-intruder';
import { endUnusedMachine } from './end-unused-machine';
import { handleWaiting } from './handle-waiting';
import type { ScaleDownDeps } from './deps';

/**
 * What became of a job with our labels, or on a runner of ours. No word gives a slot back by itself: that needs proof
 * that the machine is gone. Events may come late, twice or in the wrong order, so each names the states it may follow.
 */
export async function handleJobEvent(event: JobEvent, deps: ScaleDownDeps): Promise<void> {
  if (event.kind === 'waiting') return handleWaiting(event, deps);
  if (await recordOwnEnd(event, deps)) return;
  // Before the job's own row changes, so that a crash in between is healed by the event's return.
  const launch = await bindRunner(event, deps);
  const known = event.runnerOnly === true ? await placed(event, launch, deps) : event;
  if (known !== undefined) await recordJob(known, launch, deps);
}

/** A job that only its runner makes ours: of the runner's size, or of its own row's once the runner is gone. */
async function placed(event: JobEvent, launch: Launch | undefined, deps: ScaleDownDeps): Promise<JobEvent | undefined> {
  const tier = launch?.tier ?? (await deps.jobs.get(event.installationId, event.jobId))?.tier;
  return tier === undefined ? undefined : { ...event, tier };
}

/**
 * The end of a job that runs on the machine of its own first launch: that launch has heard of its start, and takes the
 * end from the job's row when it ends itself. A job that another runner has, or whose start was not heard of, is looked
 * at with its launch.
 */
async function recordOwnEnd(event: JobEvent, deps: ScaleDownDeps): Promise<boolean> {
  const { kind, runnerOnly, runnerName: onRunner } = event;
  if (kind !== 'completed' || runnerOnly === true || onRunner === undefined) return false;
  const instanceId = instanceIdOf(deps.environment, onRunner);
  if (instanceId === undefined) return false;
  const ofLaunch = launchIdOf(event.jobId, 1);
  if (!(await endJob(event, { ...endOf(event), at: event.at }, deps, { ofLaunch, onRunner }))) return false;
  deps.known.remember(instanceId, { installationId: event.installationId, launchId: ofLaunch });
  return true;
}

async function recordJob(event: JobEvent, launch: Launch | undefined, deps: ScaleDownDeps): Promise<void> {
  if (launch !== undefined && (await recordOwnStart(event, launch, deps))) return closeItsCircuit(launch, deps);
  const refusal =
    event.kind === 'in_progress' && launch !== undefined ? await refusalOf(event, launch, deps) : undefined;
  if (refusal !== undefined && launch !== undefined) return endIntruder(event, launch, refusal, deps);
  if (launch !== undefined) await closeItsCircuit(launch, deps);
  if (launch !== undefined && (await recordOfItsOwn(event, launch, deps))) return;
  const before =
    event.kind === 'in_progress' ? await recordRunning(event, launch?.launchId, deps) : await recordEnd(event, deps);
  if (before === undefined || before.launchId === launch?.launchId) return;
  const unused = await endUnusedLaunch(before, deps);
  // Where scale-up is still at work on it, the next sweep ends it.
  if (event.kind === 'completed' && unused !== undefined && isUnused(unused, event.jobId))
    await endUnusedMachine(unused, 'job-ended', deps);
}

async function closeItsCircuit({ clearsCircuit, installationId, tier }: Launch, deps: ScaleDownDeps): Promise<void> {
  if (clearsCircuit === true) await closeCircuit(installationId, tier, deps);
}

/**
 * The start of a job that was let in for this very machine, from a repository that is private and of the same account:
 * it is refused for nothing by which a running job is ended, so the tenant's row need not be read.
 */
async function recordOwnStart(event: JobEvent, launch: Launch, deps: ScaleDownDeps): Promise<boolean> {
  if (event.kind !== 'in_progress' || event.isPublic || launch.jobId !== event.jobId) return false;
  return (await markOwnJobRunning(event, { ...runningOf(event), launchId: launch.launchId }, deps)).ok;
}

/** Most jobs run on the machine that was started for them: then no other launch is concerned, and one write does. */
async function recordOfItsOwn(event: JobEvent, { launchId }: Launch, deps: ScaleDownDeps): Promise<boolean> {
  const options = { ofLaunch: launchId };
  if (event.kind === 'completed') return endJob(event, { ...endOf(event), at: event.at }, deps, options);
  return (await markJobRunning(event, { ...runningOf(event), launchId }, deps, options)).ok;
}

const runningOf = ({ at, runnerName }: JobEvent): Pick<Job, 'startedAt' | 'runnerName'> => ({
  startedAt: at,
  ...(runnerName !== undefined && { runnerName }),
});

const endOf = ({ conclusion, runnerName }: JobEvent) => ({
  state: endStateOf(conclusion),
  ...(conclusion !== undefined && { conclusion }),
  ...(runnerName !== undefined && { runnerName }),
});

async function recordRunning(
  event: JobEvent,
  launchId: string | undefined,
  deps: ScaleDownDeps,
): Promise<Job | undefined> {
  const running = runningOf(event);
  const created = await deps.jobs.create({ ...newJob(event, deps.clock.now(), 'running'), ...running });
  if (created.ok) return void (await endIfUninstalled(event, 'running', deps));
  const before = created.row;
  if (before === undefined) return undefined;
  const reopened = isOvertaken(before, event, launchId);
  if (isEnded(before.state) && !reopened) return undefined;
  const facts = { ...running, ...(launchId !== undefined && { launchId }) };
  const changed = await (reopened ? reopenJob(before, facts, deps) : markJobRunning(event, facts, deps));
  if (!changed.ok) await endIfUninstalled(event, 'running', deps);
  return before;
}

/**
 * Whether the row says an end that we decided, and GitHub has had the job run, or ended it, since. A machine that we
 * ended ourselves is no mistake, and a refusal is one only of a job that one of our runners may have by now.
 */
function isOvertaken({ state, reason, endedAt }: Job, event: JobEvent, launchId: string | undefined): boolean {
  const mistaken =
    reason === 'too-old' ||
    reason === 'gone-at-github' ||
    reason === 'cancelled-by-operator' ||
    (state === 'refused' && launchId !== undefined);
  return isEnded(state) && mistaken && endedAt !== undefined && Date.parse(event.at) > Date.parse(endedAt);
}

/** A `completed` that overtakes its `queued` leaves the end behind, so that nothing starts for it any more. */
async function recordEnd(event: JobEvent, deps: ScaleDownDeps): Promise<Job | undefined> {
  const end = endOf(event);
  const created = await deps.jobs.create({
    ...newJob(event, deps.clock.now(), end.state),
    ...end,
    endedAt: event.at,
  });
  if (created.ok || created.row === undefined) return undefined;
  const isLate = isOvertaken(created.row, event, undefined);
  await endJob(event, { ...end, at: event.at, ...(isLate && { stillIn: created.row.state }) }, deps);
  return created.row;
}

/**
 * A launch without a machine has nothing left to wait for once its job runs elsewhere or is over. Its message can't end
 * it: the job's row names another launch by now, and the slot would be kept from the waiting jobs until a sweep comes.
 * Answers a launch that got further than that.
 */
async function endUnusedLaunch(before: Job, deps: ScaleDownDeps): Promise<Launch | undefined> {
  const launch = await deps.launches.get(before.installationId, before.launchId);
  if (launch?.state !== 'held') return launch;
  const leased = await takeLease(launch, deps.lease, deps);
  if (leased !== undefined)
    await release(leased, { reason: 'job-elsewhere', followUp: { kind: 'ask' }, lease: deps.lease }, deps);
  return undefined;
}

/** As one that was cancelled while its machine booted: the slot is another job's. */
function isUnused(launch: Launch, jobId: number): boolean {
  return (
    (launch.state === 'launching' || launch.state === 'running') &&
    launch.jobId === jobId &&
    launch.takenBy === undefined
  );
}
