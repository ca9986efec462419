import { jobFieldsOf, type JobMessage } from './messages';
import { launchIdOf } from './names';
import { DAY, JOB_QUEUE_LIFETIME, ageOf } from './time';

export const OPEN_JOB_STATES = ['queued', 'parked', 'starting', 'running'] as const;
export const ENDED_JOB_STATES = ['completed', 'cancelled', 'refused', 'expired'] as const;
export type JobState = (typeof OPEN_JOB_STATES)[number] | (typeof ENDED_JOB_STATES)[number];
/** States of a job that may still need a machine of its own. */
export const WAITING_JOB_STATES = ['queued', 'parked', 'starting'] as const satisfies readonly JobState[];

export type JobReason =
  | 'unknown-tenant'
  | 'tenant-row-invalid'
  | 'tenant-suspended'
  | 'tenant-deleted'
  | 'limit'
  | 'fleet-limit'
  | 'foreign-owner'
  | 'public-repository'
  | 'tier-access'
  | 'unknown-tier'
  | 'no-security-group'
  | 'capacity'
  | 'ec2-throttled'
  | 'ssm-throttled'
  | 'github-waiting'
  | 'github-limited'
  | 'github-unavailable'
  | 'github-refused'
  | 'runner-group'
  | 'no-runner-group'
  | 'circuit-open'
  | 'minutes-per-day'
  | 'minutes-per-month'
  | 'spend-per-month'
  | 'runner-lost'
  | 'runner-taken'
  | 'relaunch-limit'
  | 'error'
  | 'too-old'
  | 'max-lifetime'
  | 'gone-at-github'
  | 'cancelled-by-operator';

/**
 * Of the check that says at GitHub why a job waits. `opening`: GitHub was asked for it, or is about to be. `open`: it
 * is there and goes on. `done`: it is over, or there will be none; a job has one at most.
 */
export type CheckState = 'opening' | 'open' | 'done';

/** One workflow job that GitHub told us about. Times are ISO 8601. */
export interface Job extends Omit<JobMessage, 'deliveryId' | 'hasRow'> {
  readonly deliveryId?: string;
  readonly state: JobState;
  readonly reason?: JobReason;
  /** Number of the current launch; unbounded. */
  readonly startNumber: number;
  /** Launches that had a machine and ended without taking the job. */
  readonly restarts: number;
  /** The launch expected to take the job; differs from the own number when it inherited another's runner. */
  readonly launchId: string;
  /** A parked job is not looked at before this time; absent when only a free slot is awaited. */
  readonly nextTry?: string;
  /** Since when GitHub holds it back, as far as we were told; only while it does. */
  readonly gatedAt?: string;
  readonly startingAt?: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly conclusion?: string;
  readonly runnerName?: string;
  /**
   * How its last machine ended, where not as planned: `machine:<code>`, `ec2:<code>`, `ended-by-hand` or
   * `spot-interrupted`.
   */
  readonly machineEnd?: string;
  /** What EC2 refused for its last launch, as `<market>/<type>/<subnet> <code>`. */
  readonly capacityErrors?: readonly string[];
  /** What the last receive of its message failed of: an error's name, never its text, which may hold anything. */
  readonly error?: string;
  readonly checkState?: CheckState;
  /** GitHub's id of it. */
  readonly checkId?: number;
  /** Its sentence. */
  readonly checkSays?: string;
  /** Of the last write about it, which the next one names. */
  readonly checkAt?: string;
  readonly updatedAt: string;
}

/** A restart needs a machine that came to nothing; after this many the job is tried hourly until it is too old. */
export const MAX_RESTARTS = 3;

/**
 * How long a gate may stay shut before GitHub fails the job.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/deployments-and-environments#required-reviewers
 */
export const GATE_LIFETIME = 30 * DAY;

/**
 * GitHub itself holds the job back: no runner would be given it. Not by its reason, which says what else holds it up
 * too.
 */
export function isGated(job: Pick<Job, 'state' | 'gatedAt'>): boolean {
  return job.state === 'parked' && job.gatedAt !== undefined;
}

/** By what a tenant's open jobs are in order. */
export function openAtOfJob({ queuedAt, jobId }: Pick<Job, 'queuedAt' | 'jobId'>): string {
  return `${queuedAt}#${jobId}`;
}

/** Whether GitHub has given the job up by now. */
export function isTooOld(job: Pick<Job, 'state' | 'queuedAt' | 'gatedAt'>, now: Date): boolean {
  return isGated(job) ? ageOf(job.gatedAt, now) > GATE_LIFETIME : ageOf(job.queuedAt, now) > JOB_QUEUE_LIFETIME;
}

export function isEnded(state: JobState): boolean {
  return (ENDED_JOB_STATES as readonly JobState[]).includes(state);
}

/** GitHub's conclusion as our end state. */
export function endStateOf(conclusion: string | null | undefined): 'completed' | 'cancelled' {
  return conclusion === 'cancelled' ? 'cancelled' : 'completed';
}

/** The row of a job that is heard of for the first time. */
export function newJob(message: JobMessage, now: Date, state: JobState, reason?: JobReason): Job {
  return {
    ...jobFieldsOf(message),
    state,
    ...(reason !== undefined && { reason }),
    startNumber: 1,
    restarts: 0,
    launchId: launchIdOf(message.jobId, 1),
    updatedAt: now.toISOString(),
  };
}

/** The message that sends a parked job on its way again. */
export function messageOf(job: Job): JobMessage {
  return { deliveryId: 'none', ...jobFieldsOf(job), hasRow: true };
}
