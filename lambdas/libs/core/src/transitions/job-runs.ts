import {
  type ENDED_JOB_STATES,
  OPEN_JOB_STATES,
  WAITING_JOB_STATES,
  isEnded,
  type Job,
  type JobReason,
  type JobState,
} from '../model/job';
import type { Changes, JobGuard } from '../ports';
import { NO_WAIT, moveJob, type JobKey, type JobTransitionDeps, type JobWrite } from './job';

export function markJobStarting(job: Job, deps: JobTransitionDeps): JobWrite {
  const changes = { ...NO_WAIT, startingAt: deps.clock.now().toISOString() };
  return moveJob('markStarting', job, { changes, condition: { launchId: job.launchId } }, deps);
}

export function recordCapacityErrors(job: JobKey, errors: readonly string[], deps: JobTransitionDeps): JobWrite {
  return moveJob('recordCapacityErrors', job, { changes: { capacityErrors: [...errors] } }, deps);
}

/** Only while it still is for the launch whose runner was taken. */
export function followLaunch(
  job: JobKey,
  launch: { readonly taken: string; readonly next: string },
  deps: JobTransitionDeps,
): JobWrite {
  const condition = { launchId: launch.taken };
  return moveJob('followLaunch', job, { changes: { launchId: launch.next }, condition }, deps);
}

type RunningFacts = Pick<Job, 'startedAt' | 'runnerName'> & { readonly launchId?: string };

const running = (facts: RunningFacts): Changes<Job> => ({ ...NO_WAIT, gatedAt: null, ...facts });

/** Where the write rests on that: only while the job is for this launch, and only while this runner has it. */
export interface OfLaunch {
  readonly ofLaunch?: string;
  readonly onRunner?: string;
}

const ofLaunchOnly = ({ ofLaunch, onRunner }: OfLaunch): Partial<JobGuard> => ({
  ...(ofLaunch !== undefined && { launchId: ofLaunch }),
  ...(onRunner !== undefined && { from: ['running'], runnerName: onRunner }),
});

export function markJobRunning(
  job: JobKey,
  facts: RunningFacts,
  deps: JobTransitionDeps,
  options: OfLaunch = {},
): JobWrite {
  return moveJob('markRunning', job, { changes: running(facts), condition: ofLaunchOnly(options) }, deps);
}

/** Only the job that the launch was started for, and only while its repository is of the same account. */
export function markOwnJobRunning(
  job: JobKey & Pick<Job, 'ownerId'>,
  facts: RunningFacts & { readonly launchId: string },
  deps: JobTransitionDeps,
): JobWrite {
  const condition = { from: ['starting'], launchId: facts.launchId, ownerId: job.ownerId } as const;
  return moveJob('markRunning', job, { changes: running(facts), condition }, deps);
}

export function confirmJobRunning(job: JobKey, facts: RunningFacts, deps: JobTransitionDeps): JobWrite {
  return moveJob('confirmRunning', job, { changes: running(facts) }, deps);
}

/** Only in the end that the job was read with. */
export function reopenJob(job: Job, facts: RunningFacts, deps: JobTransitionDeps): JobWrite {
  const changes = { ...running(facts), endedAt: null, conclusion: null };
  return moveJob('reopen', job, { changes, condition: { from: [job.state] } }, deps);
}

export function returnToStarting(job: JobKey, deps: JobTransitionDeps): JobWrite {
  return moveJob('returnToStarting', job, { changes: { runnerName: null, startedAt: null } }, deps);
}

/** Only in the state that the job was read in. */
export function postponeQuestion(job: Job, deps: JobTransitionDeps): JobWrite {
  return moveJob('postponeQuestion', job, { condition: { from: [job.state] } }, deps);
}

export interface JobEnd {
  readonly state: (typeof ENDED_JOB_STATES)[number];
  readonly reason?: JobReason;
  readonly conclusion?: string;
  readonly runnerName?: string;
  readonly at?: string;
  /** Where the decision rests on the state that was read: only while the job is still in it. */
  readonly stillIn?: JobState | 'waiting';
}

export function recordJobEnd(job: JobKey, end: JobEnd, deps: JobTransitionDeps, options: OfLaunch = {}): JobWrite {
  const { state, reason, at, stillIn, ...facts } = end;
  const endedAt = at ?? deps.clock.now().toISOString();
  const changes = { state, ...NO_WAIT, ...(reason !== undefined && { reason }), gatedAt: null, endedAt, ...facts };
  if (stillIn === undefined) return moveJob('end', job, { changes, condition: ofLaunchOnly(options) }, deps);
  const from = stillIn === 'waiting' ? WAITING_JOB_STATES : [stillIn];
  const corrects = stillIn !== 'waiting' && isEnded(stillIn);
  return moveJob(corrects ? 'correctEnd' : 'end', job, { changes, condition: { from } }, deps);
}

/** What it holds is given back by who finds it: a worker before its next step, or the sweep. */
export function cancelJob(job: JobKey, deps: JobTransitionDeps): JobWrite {
  const reason = 'cancelled-by-operator';
  const changes = { reason, nextTry: null, gatedAt: null, endedAt: deps.clock.now().toISOString() } as const;
  return moveJob('cancel', job, { changes }, deps);
}

export function recordRunner(job: JobKey, runnerName: string | undefined, deps: JobTransitionDeps): JobWrite {
  return moveJob('recordRunner', job, { changes: { runnerName: runnerName ?? null } }, deps);
}

/** @param options.openOnly only while the job is not over */
export function recordJobMachineEnd(
  job: JobKey,
  machineEnd: string,
  deps: JobTransitionDeps,
  options: { readonly openOnly?: boolean } = {},
): JobWrite {
  const condition = options.openOnly === true ? { from: OPEN_JOB_STATES } : {};
  return moveJob('recordMachineEnd', job, { changes: { machineEnd }, condition }, deps);
}
