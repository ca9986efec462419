import { ENDED_JOB_STATES, OPEN_JOB_STATES, WAITING_JOB_STATES, type Job, type JobState } from '../model/job';
import type { Clock } from '../model/time';
import type { Changes, JobGuard, JobStore, Written } from '../ports';

/**
 * The life of a job, read from top to bottom: every write to a row that exists, the states it may come from, and
 * the state it leads to. Without `to` the state stays, or is the caller's among `ends`. Rows begin in `newJob`, and no
 * other code changes one. The writes themselves are in `job-waits` and `job-runs`.
 *
 *     queued → parked ⇄ starting → running → completed, cancelled, refused, expired
 */
export const JOB_TRANSITIONS = {
  /** It waits for what its reason names: a slot, its tenant, capacity. */
  park: { from: ['queued', 'starting'], to: 'parked' },
  /** Its message failed on every receive. */
  parkAfterError: { from: WAITING_JOB_STATES, to: 'parked' },
  /** Its launch came to nothing; the next one has a new start number. */
  parkForRestart: { from: WAITING_JOB_STATES, to: 'parked' },
  /** GitHub holds it back: behind a protection rule, or in a concurrency group. */
  parkAtGate: { from: WAITING_JOB_STATES, to: 'parked' },
  /** The wait was over between the look at its tenant and the write of its row. */
  requeue: { from: ['parked'], to: 'queued' },
  /** By then its tenant refuses it. */
  refuse: { from: ['parked'], to: 'refused' },
  /** Its gate opened, or GitHub has it in the queue after we ended it. */
  letThrough: { from: ['parked', ...ENDED_JOB_STATES], to: 'queued' },
  /** The same, while a machine of its own still lives. */
  letThroughToSpare: { from: ['parked', ...ENDED_JOB_STATES], to: 'starting' },
  /** That machine was ending already. */
  loseSpare: { from: ['starting'], to: 'queued' },
  /** It waits under a new start number, as the launch of the old one is over. */
  renewStart: { from: ['parked'] },
  /** Its wait is over: with a slot and a launch, and its message is sent next. */
  wake: { from: ['parked'], to: 'queued' },
  /** With a slot, and a launch that a worker has the lease of. */
  admit: { from: WAITING_JOB_STATES, to: 'starting' },
  /** What it waits for changed, or until when. */
  explainWait: { from: ['parked'] },
  /** A worker with the lease goes on with its launch. */
  markStarting: { from: WAITING_JOB_STATES, to: 'starting' },
  /** EC2 refused machines for its launch. */
  recordCapacityErrors: { from: WAITING_JOB_STATES },
  /** Another job took its runner, and it takes that job's. */
  followLaunch: { from: WAITING_JOB_STATES },
  /** GitHub reports that a runner has it. */
  markRunning: { from: WAITING_JOB_STATES, to: 'running' },
  /** GitHub answers the same when asked. */
  confirmRunning: { from: [...WAITING_JOB_STATES, 'running'], to: 'running' },
  /** GitHub ran it after we ended it. */
  reopen: { from: ENDED_JOB_STATES, to: 'running' },
  /** GitHub has it in the queue again although a runner had it. */
  returnToStarting: { from: ['running'], to: 'starting' },
  /** Its launch is over, by which it was found: from that write on the index has it. */
  putBack: { from: OPEN_JOB_STATES },
  /** GitHub gave no answer about it: the next question waits a grace. */
  postponeQuestion: { from: OPEN_JOB_STATES },
  /** An operator gives it no runner. */
  cancel: { from: WAITING_JOB_STATES, to: 'cancelled' },
  /** It is over. An end that is recorded already stays. */
  end: { from: OPEN_JOB_STATES, ends: ENDED_JOB_STATES },
  /** GitHub's end replaces one that we decided. */
  correctEnd: { from: ENDED_JOB_STATES, ends: ['completed', 'cancelled'] },
  /** The runner that a refused job had taken. */
  recordRunner: { from: ENDED_JOB_STATES },
  /** What GitHub shows of it on its commit; changes nothing of the job itself. */
  recordCheck: { from: [...OPEN_JOB_STATES, ...ENDED_JOB_STATES] },
  /** How its machine ended; changes nothing but the explanation. */
  recordMachineEnd: { from: [...OPEN_JOB_STATES, ...ENDED_JOB_STATES] },
} as const satisfies Readonly<Record<string, JobTransition>>;

interface JobTransition {
  readonly from: readonly JobState[];
  readonly to?: JobState;
  readonly ends?: readonly JobState[];
}

export interface JobTransitionDeps {
  readonly jobs: Pick<JobStore, 'change'>;
  readonly clock: Clock;
}

export type JobKey = Pick<Job, 'installationId' | 'jobId'>;
export type JobWrite = Promise<Written<Job>>;

export interface JobMove {
  readonly changes?: Changes<Job>;
  /** What must hold besides the state; `from` here narrows the table's. */
  readonly condition?: Partial<JobGuard>;
}

/** Its wait is over. */
export const NO_WAIT = { reason: null, nextTry: null } as const;

/** For the writes beside this file alone. */
export function moveJob(
  name: keyof typeof JOB_TRANSITIONS,
  job: JobKey,
  move: JobMove,
  deps: JobTransitionDeps,
): JobWrite {
  const { guard, changes } = jobMove(name, move, deps);
  return deps.jobs.change(job.installationId, job.jobId, guard, changes);
}

/** For the writes of this folder alone. */
export function jobMove(
  name: keyof typeof JOB_TRANSITIONS,
  { changes, condition }: JobMove,
  deps: Pick<JobTransitionDeps, 'clock'>,
): { readonly guard: JobGuard; readonly changes: Changes<Job> } {
  const { from, to }: JobTransition = JOB_TRANSITIONS[name];
  if (condition?.from?.some((state) => !from.includes(state)))
    throw new Error(`A job that is ${condition.from.join(' or ')} has no transition ${name}`);
  return {
    guard: { from, ...condition },
    changes: { ...(to !== undefined && { state: to }), updatedAt: deps.clock.now().toISOString(), ...changes },
  };
}
