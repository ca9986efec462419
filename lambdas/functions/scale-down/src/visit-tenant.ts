import { decideCheck, isOffboarded, openAtOfJob, openAtOfLaunch, type Job } from '@multi-tenant-runner/core';
import { carryOutAll, type CarriedOut } from './carry-out-all';
import { decideSweep, type SweepAction } from './decide-sweep';
import type { ScaleDownDeps } from './deps';
import { oldestDispatchable } from './oldest-job';
import { readRows, type SeenBefore } from './read-rows';
import type { Snapshot } from './snapshot';
import { readNote, writeNote, type VisitNote } from './visit-note';

export interface Visit extends Pick<CarriedOut, 'repaired' | 'failed' | 'setAside'> {
  /** By tier, in seconds, of the jobs that this visit saw. */
  readonly oldestJobs: Readonly<Record<string, number>>;
  /** Ids of jobs of this visit about whose checks something is to be done; none without checks. */
  readonly untold: readonly number[];
  /** The tenant has more rows, for another visit. */
  readonly hasMore: boolean;
}

/**
 * Settles differences of one tenant, within bounds: so many rows, actions and seconds, whatever it has. What is left
 * over is the next visit's, which begins behind the rows that this one dealt with.
 */
export async function visitTenant(installationId: number, seen: SeenBefore, deps: ScaleDownDeps): Promise<Visit> {
  const note = await readNote(installationId, deps.launches);
  const { snapshot, next } = await readRows(installationId, { note, seen }, deps);
  const now = deps.clock.now();
  const actions = decideSweep(snapshot, now, { ...deps.scaleDown, tiers: deps.settings.tiers });
  const done = await carryOutAll(actions, { snapshot, failures: note.failures }, deps);
  const place = isOffboarded(snapshot.lookup) ? {} : placeAfter(done.cut, { note, next, snapshot, actions });
  const after = { failures: done.failures, ...place };
  await writeNote(installationId, { before: note, after }, deps.launches);
  return {
    repaired: done.repaired,
    failed: done.failed,
    setAside: done.setAside,
    oldestJobs: oldestDispatchable(snapshot.lookup, jobsOf(snapshot), now),
    untold: deps.checkRuns === undefined ? [] : untoldOf(snapshot, now, deps.lease.milliseconds),
    hasMore: place.launches !== undefined || place.jobs !== undefined,
  };
}

function untoldOf(snapshot: Snapshot, now: Date, abandoned: number): readonly number[] {
  const untold = jobsOf(snapshot).filter((job) => decideCheck(job, snapshot.lookup, now, abandoned) !== undefined);
  return untold.map(({ jobId }) => jobId);
}

const jobsOf = ({ jobs, led = [] }: Snapshot): readonly Job[] => [...jobs, ...led];

type Place = Omit<VisitNote, 'failures'>;

interface Pages {
  readonly note: Place;
  readonly next: Pick<Place, 'launches' | 'jobs'>;
  readonly snapshot: Snapshot;
  readonly actions: readonly SweepAction[];
}

/** Where the next visit goes on: behind the pages, or at the row of the first action that was left to it. */
function placeAfter(cut: SweepAction | undefined, { note, next, snapshot, actions }: Pages): Place {
  const { launches, jobs } = snapshot;
  const checked = snapshot.allLaunches ? {} : lastChecked(actions, note);
  if (cut === undefined) return { ...next, ...checked };
  const launch = launches.findIndex(({ launchId }) => launchId === launchOf(cut, snapshot));
  if (launch >= 0) {
    const before = launches[launch - 1];
    return defined({ ...note, launches: before === undefined ? note.launches : openAtOfLaunch(before) });
  }
  const job = 'job' in cut ? jobs.findIndex((one) => one.jobId === cut.job.jobId) : -1;
  if (job < 0) return defined({ ...note, launches: next.launches });
  const before = jobs[job - 1];
  return defined({
    ...checked,
    launches: next.launches,
    jobs: before === undefined ? note.jobs : openAtOfJob(before),
  });
}

/** What an action of a launch's turn is about: itself, or the job that it leads to. */
function launchOf(action: SweepAction, { ledBy }: Snapshot): string | undefined {
  if ('launch' in action) return action.launch.launchId;
  if ('launchId' in action) return action.launchId;
  if (!('job' in action)) return undefined;
  return [...ledBy].find(([, { jobId }]) => jobId === action.job.jobId)?.[0];
}

function lastChecked(actions: readonly SweepAction[], note: Place): Pick<Place, 'machine'> {
  let { machine } = note;
  for (const action of actions) if (action.kind === 'end-orphan') machine = action.machine.instanceId;
  return defined({ machine });
}

function defined<T extends object>(place: { readonly [K in keyof T]: T[K] | undefined }): Partial<T> {
  return Object.fromEntries(Object.entries(place).filter(([, value]) => value !== undefined)) as Partial<T>;
}
