import { isEnded, type Job, type JobReason } from '../model/job';
import { launchIdOf } from '../model/names';
import type { Changes, JobGuard } from '../ports';
import { NO_WAIT, moveJob, type JobKey, type JobTransitionDeps, type JobWrite } from './job';

/** Why a job waits, and until when at the longest; without `nextTry` only for what the reason names. */
export interface JobWait {
  readonly reason: JobReason;
  readonly nextTry?: Date;
}

const waiting = ({ reason, nextTry }: JobWait): Changes<Job> => ({ reason, nextTry: nextTry?.toISOString() ?? null });

const nextStart = (job: Job): Pick<Job, 'startNumber' | 'launchId'> => ({
  startNumber: job.startNumber + 1,
  launchId: launchIdOf(job.jobId, job.startNumber + 1),
});

/** The launch and start number that the job was read with. */
const asRead = ({ startNumber, launchId }: Job): Partial<JobGuard> => ({ startNumber, launchId });

/** What waits is in the tenant's indexes, in this place. */
const inPlace = ({ queuedAt }: Job): Partial<JobGuard> => ({ queuedAt });

export function parkJob(job: Job, wait: JobWait, deps: JobTransitionDeps): JobWrite {
  const condition = { launchId: job.launchId, ...inPlace(job) };
  return moveJob('park', job, { changes: waiting(wait), condition }, deps);
}

/** @param failure.error the name of what was thrown, never its text */
export function parkAfterError(
  job: JobKey,
  failure: { readonly error: string; readonly nextTry: Date },
  deps: JobTransitionDeps,
): JobWrite {
  const changes = { ...waiting({ reason: 'error', nextTry: failure.nextTry }), error: failure.error, gatedAt: null };
  return moveJob('parkAfterError', job, { changes }, deps);
}

/** Only if the job still waits for `launchId`; an ended launch never starts anything again. */
export function parkUnderNewStart(
  job: Job,
  next: JobWait & Pick<Job, 'launchId' | 'restarts'>,
  deps: JobTransitionDeps,
): JobWrite {
  const changes = { ...waiting(next), restarts: next.restarts, ...nextStart(job) };
  const condition = { ...asRead(job), ...inPlace(job), launchId: next.launchId };
  return moveJob('parkForRestart', job, { changes, condition }, deps);
}

/** @param gate.known it was behind the gate before, so its start number stays */
export function parkJobAtGate(
  job: Job,
  gate: Required<Pick<Job, 'gatedAt' | 'nextTry'>> & { readonly known: boolean },
  deps: JobTransitionDeps,
): JobWrite {
  const { known, gatedAt, nextTry } = gate;
  const changes = { reason: 'github-waiting', gatedAt, nextTry, ...(!known && nextStart(job)) } as const;
  return moveJob('parkAtGate', job, { changes, condition: { ...asRead(job), ...inPlace(job) } }, deps);
}

export function requeueJob(job: JobKey, tier: string, deps: JobTransitionDeps): JobWrite {
  return moveJob('requeue', job, { changes: { ...NO_WAIT, tier }, condition: { startNumber: 1 } }, deps);
}

export function refuseParkedJob(job: JobKey, why: Pick<Job, 'reason' | 'tier'>, deps: JobTransitionDeps): JobWrite {
  const changes = { ...NO_WAIT, ...why, endedAt: deps.clock.now().toISOString() };
  return moveJob('refuse', job, { changes, condition: { startNumber: 1 } }, deps);
}

export interface LetThrough extends Pick<Job, 'queuedAt' | 'deliveryId'> {
  /** A machine of its own that could not be ended meanwhile. */
  readonly spareLaunchId?: string;
}

/** Only in the state that the job was read in. Its end, if it had one, is taken back. */
export function letJobThrough(job: Job, { spareLaunchId, ...word }: LetThrough, deps: JobTransitionDeps): JobWrite {
  const { startNumber, launchId } = nextStart(job);
  const startingAt = deps.clock.now().toISOString();
  const changes = {
    ...NO_WAIT,
    gatedAt: null,
    ...word,
    ...(isEnded(job.state) && { endedAt: null, conclusion: null, startedAt: null, runnerName: null }),
    startNumber,
    ...(spareLaunchId === undefined ? { launchId } : { launchId: spareLaunchId, startingAt }),
  };
  const name = spareLaunchId === undefined ? 'letThrough' : 'letThroughToSpare';
  return moveJob(name, job, { changes, condition: { ...asRead(job), from: [job.state] } }, deps);
}

export function loseSpare(job: Job, deps: JobTransitionDeps): JobWrite {
  return moveJob('loseSpare', job, { changes: nextStart(job), condition: asRead(job) }, deps);
}

export function renewStart(job: Job, deps: JobTransitionDeps): JobWrite {
  return moveJob('renewStart', job, { changes: nextStart(job), condition: asRead(job) }, deps);
}

export function explainWait(
  job: Job,
  wait: Pick<Changes<Job>, 'reason' | 'nextTry'>,
  deps: JobTransitionDeps,
): JobWrite {
  return moveJob('explainWait', job, { changes: wait, condition: asRead(job) }, deps);
}
