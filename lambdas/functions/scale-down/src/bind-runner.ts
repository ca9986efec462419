import { WAITING_JOB_STATES, parkForRestart, runnerName, wake, type Job, type JobEvent, type Launch } from '@multi-tenant-runner/core';
import type { ScaleDownDeps } from './deps';

/**
 * Records which launch's runner took a job. Only launches of the installation that signed the event are looked at: a
 * runner's name is text that a tenant can choose. When the runner was started for another job, that one is provided for.
 */
export async function bindRunner(event: JobEvent, deps: ScaleDownDeps): Promise<Launch | undefined> {
  if (event.runnerName === undefined) return undefined;
  const launches = await deps.launches.listOpen(event.installationId);
  const launch = launches.find((candidate) => nameOf(candidate, deps) === event.runnerName);
  if (launch === undefined) {
    deps.log.debug('The runner of a job is none of ours, or ended already', { job_id: event.jobId });
    return undefined;
  }
  const bound = await deps.launches.change(
    launch.installationId,
    launch.launchId,
    { from: ['launching', 'running'] },
    {
      takenBy: event.jobId,
      ...(event.kind === 'in_progress' ? { takenAt: event.at } : { jobEndedAt: event.at }),
      updatedAt: deps.clock.now().toISOString(),
    },
  );
  if (!bound.ok) return launch;
  // The prediction as it stood when the runner was bound: it may have been passed on since the list was read.
  if (bound.row.jobId !== event.jobId) await provideForDisplaced(event.jobId, bound.row, launches, deps);
  return bound.row;
}

function nameOf(launch: Launch, deps: ScaleDownDeps): string | undefined {
  return launch.runnerName ?? (launch.instanceId === undefined ? undefined : runnerName(deps.environment, launch.instanceId));
}

/**
 * GitHub gives any matching job to any idle runner. The job that lost its machine inherits the one that was started for
 * the job that took it; only a job left with none is started again.
 */
async function provideForDisplaced(thief: number, taken: Launch, launches: readonly Launch[], deps: ScaleDownDeps): Promise<void> {
  const displaced = await deps.jobs.get(taken.installationId, taken.jobId);
  if (displaced === undefined || displaced.launchId !== taken.launchId || !waits(displaced)) return;
  const heir = launches.find((candidate) => inheritable(candidate, thief, taken));
  const inherited = heir !== undefined && (await inherit(displaced, taken, heir, deps));
  if (!inherited) await startAgain(displaced, taken.launchId, deps);
}

const waits = (job: Job): boolean => (WAITING_JOB_STATES as readonly string[]).includes(job.state);

async function startAgain(job: Job, launchId: string, deps: ScaleDownDeps): Promise<void> {
  if (await parkForRestart(job, launchId, { reason: 'runner-taken', spent: false }, deps)) await wake(job.installationId, deps);
}

function inheritable(candidate: Launch, thief: number, taken: Launch): boolean {
  return (
    candidate.launchId !== taken.launchId &&
    candidate.jobId === thief &&
    candidate.takenBy === undefined &&
    candidate.instanceId !== undefined &&
    (candidate.state === 'launching' || candidate.state === 'running') &&
    candidate.scope === taken.scope &&
    candidate.tier === taken.tier
  );
}

/**
 * The launch first: should this stop in between, the job still points at the taken launch, whose end asks GitHub. Read
 * again at the end: the inherited runner may have taken another job before this one was seen to wait for it.
 */
async function inherit(displaced: Job, taken: Launch, heir: Launch, deps: ScaleDownDeps): Promise<boolean> {
  const updatedAt = deps.clock.now().toISOString();
  const reassigned = await deps.launches.change(
    heir.installationId,
    heir.launchId,
    { from: ['launching', 'running'], version: heir.version },
    { jobId: displaced.jobId, updatedAt },
  );
  if (!reassigned.ok) return false;
  const follows = await deps.jobs.change(
    displaced.installationId,
    displaced.jobId,
    { from: WAITING_JOB_STATES, launchId: taken.launchId },
    { launchId: heir.launchId, updatedAt },
  );
  if (!follows.ok) return false;
  const now = await deps.launches.get(heir.installationId, heir.launchId);
  const lost = now === undefined || now.state === 'ending' || now.state === 'ended' || (now.takenBy !== undefined && now.takenBy !== displaced.jobId);
  if (lost) await startAgain(follows.row, heir.launchId, deps);
  return true;
}
