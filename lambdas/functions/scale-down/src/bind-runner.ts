import { WAITING_JOB_STATES, isSamePlace, parkForRestart, runnerName, wake, type Job, type JobEvent, type Launch } from '@multi-tenant-runner/core';
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
  if (bound.row.jobId !== event.jobId) await provideForDisplaced(event.jobId, bound.row, deps);
  return bound.row;
}

function nameOf(launch: Launch, deps: ScaleDownDeps): string | undefined {
  return launch.runnerName ?? (launch.instanceId === undefined ? undefined : runnerName(deps.environment, launch.instanceId));
}

/** How often the rows are read again when another event of the same exchange changes them meanwhile. */
const LOOKS = 4;

/**
 * GitHub gives any matching job to any idle runner. The job that lost its machine inherits the one that was started for
 * the job that took it; only a job left with none is started again. Where several jobs pass their runners round, their
 * events work on the same rows side by side, so each look reads them anew.
 */
async function provideForDisplaced(thief: number, taken: Launch, deps: ScaleDownDeps): Promise<void> {
  for (let look = 1; ; look += 1) {
    const [displaced, launches] = await Promise.all([deps.jobs.get(taken.installationId, taken.jobId), deps.launches.listOpen(taken.installationId)]);
    if (displaced === undefined || displaced.launchId !== taken.launchId || !waits(displaced)) return;
    // It runs already: the event that says so has bound its runner, and will tell its row next.
    if (launches.some((launch) => launch.takenBy === displaced.jobId)) return;
    const heir = launches.find((candidate) => inheritable(candidate, { thief, taken, launches }));
    if (heir === undefined || look > LOOKS) return startAgain(displaced, taken.launchId, deps);
    if (await inherit(displaced, taken, heir, deps)) return;
  }
}

const waits = (job: Job): boolean => (WAITING_JOB_STATES as readonly string[]).includes(job.state);

async function startAgain(job: Job, launchId: string, deps: ScaleDownDeps): Promise<void> {
  if (await parkForRestart(job, launchId, { reason: 'runner-taken', spent: false }, deps)) await wake(job.installationId, deps);
}

/** A machine that nobody took, started for a job that took another. */
function inheritable(candidate: Launch, exchange: { readonly thief: number; readonly taken: Launch; readonly launches: readonly Launch[] }): boolean {
  const { thief, taken, launches } = exchange;
  return (
    candidate.launchId !== taken.launchId &&
    (candidate.jobId === thief || launches.some((launch) => launch.takenBy === candidate.jobId)) &&
    candidate.takenBy === undefined &&
    candidate.instanceId !== undefined &&
    (candidate.state === 'launching' || candidate.state === 'running') &&
    isSamePlace(candidate, taken) &&
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
  if (now === undefined || now.state === 'ending' || now.state === 'ended') await startAgain(follows.row, heir.launchId, deps);
  else if (now.takenBy !== undefined && now.takenBy !== displaced.jobId) await provideForDisplaced(now.takenBy, now, deps);
  return true;
}
