import {
  WAITING_JOB_STATES,
  bindJob,
  followLaunch,
  instanceIdOf,
  isSamePlace,
  launchIdOf,
  parkForRestart,
  reassignLaunch,
  runnerName,
  dispatchNextJobs,
  type Job,
  type JobEvent,
  type Launch,
} from '@multi-tenant-runner/core';
import type { ScaleDownDeps } from './deps';

/**
 * Records which launch's runner took a job. Only launches of the installation that signed the event are looked at: a
 * runner's name is text that a tenant can choose. When the runner was started for another job, that one is provided
 * for.
 */
export async function bindRunner(event: JobEvent, deps: ScaleDownDeps): Promise<Launch | undefined> {
  const { runnerName: name, installationId, jobId } = event;
  if (name === undefined) return undefined;
  const taken = {
    takenBy: jobId,
    ...(event.kind === 'in_progress' ? { takenAt: event.at } : { jobEndedAt: event.at }),
  };
  const bound = (await bindFirstLaunch(event, taken, deps)) ?? (await bindFound(installationId, name, taken, deps));
  if (bound === undefined) deps.log.debug('The runner of a job is none of ours, or ended already', { job_id: jobId });
  if (bound?.ok !== true) return bound?.seen;
  // The prediction as it stood when the runner was bound: it may have been passed on since the list was read.
  if (bound.row.jobId !== event.jobId) await provideForDisplaced(event.jobId, bound.row, deps);
  return bound.row;
}

type Taken = Pick<Launch, 'takenBy' | 'takenAt' | 'jobEndedAt'>;
/** `seen`: the row as it was read, whose end is being recorded already. */
type Bound = { readonly ok: true; readonly row: Launch } | { readonly ok: false; readonly seen: Launch };

/**
 * Most jobs run on the machine of their own first launch, whose key follows from the job: then one write finds its row,
 * proves it by the machine that the runner is named after, and records the job. Undefined: that row, if there is one,
 * is another machine's, or over.
 */
async function bindFirstLaunch(
  { installationId, jobId, runnerName: name = '' }: JobEvent,
  taken: Taken,
  deps: ScaleDownDeps,
): Promise<Bound | undefined> {
  const ofMachine = instanceIdOf(deps.environment, name);
  if (ofMachine === undefined) return undefined;
  const bound = await bindJob({ installationId, launchId: launchIdOf(jobId, 1) }, taken, deps, { ofMachine });
  if (bound.ok) {
    deps.known.remember(ofMachine, bound.row);
    return bound;
  }
  const { row } = bound;
  return row?.instanceId === ofMachine && row.state !== 'ended' ? { ok: false, seen: row } : undefined;
}

async function bindFound(
  installationId: number,
  name: string,
  taken: Taken,
  deps: ScaleDownDeps,
): Promise<Bound | undefined> {
  const launch = await findByRunner(installationId, name, deps);
  if (launch === undefined) return undefined;
  const bound = await bindJob(launch, taken, deps);
  if (bound.ok) deps.known.remember(bound.row.instanceId, bound.row);
  return bound.ok ? bound : { ok: false, seen: launch };
}

/**
 * By the machine that the runner is named after: a tenant may have a thousand open launches. The index may lag behind a
 * launch that began a moment ago, so what it does not know is looked for among them.
 */
async function findByRunner(installationId: number, name: string, deps: ScaleDownDeps): Promise<Launch | undefined> {
  const instanceId = instanceIdOf(deps.environment, name);
  const key = instanceId === undefined ? undefined : await deps.launches.findByInstance(instanceId);
  if (key?.installationId === installationId) {
    const launch = await deps.launches.get(installationId, key.launchId);
    if (launch !== undefined && nameOf(launch, deps) === name) return launch.state === 'ended' ? undefined : launch;
  }
  const launches = await deps.launches.listOpen(installationId);
  return launches.find((candidate) => nameOf(candidate, deps) === name);
}

function nameOf(launch: Launch, deps: ScaleDownDeps): string | undefined {
  return (
    launch.runnerName ?? (launch.instanceId === undefined ? undefined : runnerName(deps.environment, launch.instanceId))
  );
}

/** How often the rows are read again when another event of the same exchange changes them meanwhile. */
const LOOKS = 4;

/**
 * GitHub gives any matching job to any idle runner. The job that lost its machine inherits the one that was started for
 * the job that took it; only a job left with none is started again. Where several jobs pass their runners round, their
 * events work on the same rows side by side, so each look reads them anew.
 */
async function provideForDisplaced(taker: number, taken: Launch, deps: ScaleDownDeps): Promise<void> {
  for (let look = 1; ; look += 1) {
    const [displaced, launches] = await Promise.all([
      deps.jobs.get(taken.installationId, taken.jobId),
      deps.launches.listOpen(taken.installationId),
    ]);
    if (displaced === undefined || displaced.launchId !== taken.launchId || !waits(displaced)) return;
    // Once for all candidates: a tenant may have thousands, and after an outage each job takes another's runner.
    const running = new Set(launches.map(({ takenBy }) => takenBy));
    // It runs already: that event has bound its runner, and writes its row next.
    if (running.has(displaced.jobId)) return;
    const replacement = launches.find((candidate) => inheritable(candidate, { taker, taken, running }));
    if (replacement === undefined || look > LOOKS) return startAgain(displaced, taken.launchId, deps);
    if (await inherit(displaced, taken, replacement, deps)) return;
  }
}

const waits = (job: Job): boolean => (WAITING_JOB_STATES as readonly string[]).includes(job.state);

async function startAgain(job: Job, launchId: string, deps: ScaleDownDeps): Promise<void> {
  if (await parkForRestart(job, launchId, { reason: 'runner-taken', usedMachine: false }, deps))
    await dispatchNextJobs(job.installationId, deps);
}

/** A machine that no job took, started for a job that took another. */
function inheritable(
  candidate: Launch,
  exchange: { readonly taker: number; readonly taken: Launch; readonly running: ReadonlySet<number | undefined> },
): boolean {
  const { taker, taken, running } = exchange;
  return (
    candidate.launchId !== taken.launchId &&
    (candidate.jobId === taker || running.has(candidate.jobId)) &&
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
async function inherit(displaced: Job, taken: Launch, replacement: Launch, deps: ScaleDownDeps): Promise<boolean> {
  const reassigned = await reassignLaunch(replacement, displaced.jobId, deps);
  if (!reassigned.ok) return false;
  const follows = await followLaunch(displaced, { taken: taken.launchId, next: replacement.launchId }, deps);
  if (!follows.ok) return false;
  const now = await deps.launches.get(replacement.installationId, replacement.launchId);
  if (now === undefined || now.state === 'ending' || now.state === 'ended')
    await startAgain(follows.row, replacement.launchId, deps);
  else if (now.takenBy !== undefined && now.takenBy !== displaced.jobId)
    await provideForDisplaced(now.takenBy, now, deps);
  return true;
}
