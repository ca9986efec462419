import type { Job } from '../model/job';
import type { Intent, Launch, LeaseHolder } from '../model/launch';
import type { Clock } from '../model/time';
import type { AdmissionRequest, AdmittedJob } from '../ports';
import { NO_WAIT, jobMove } from './job';
import { leaseOf } from './launch';

/** What a job and its launch are once they have a slot, and the write that makes them so. */
export interface Admitted {
  readonly job: Job;
  readonly launch: Launch;
  readonly request: Omit<AdmissionRequest, 'limit' | 'shareLimit'>;
}

export interface AdmissionHow {
  /** Of the worker that goes on with the launch at once. Without one the job's message is sent next. */
  readonly lease?: LeaseHolder;
  /** The job has no row yet. */
  readonly isNew?: boolean;
  /** Of the fleet's limit, a slot of which it takes too. */
  readonly fleetShare?: number;
  /** What EC2 is asked for next, where that is known already. */
  readonly intent?: Intent;
  /** What the tenant's row must say, where it was not read; null: nothing. */
  readonly expected?: Readonly<Record<string, unknown>>;
}

/** The beginning of a launch: `held`, or `launching` with its intent. */
export function buildAdmission(
  job: Job,
  { lease, isNew = false, fleetShare, intent, expected }: AdmissionHow,
  deps: { readonly clock: Clock },
): Admitted {
  const now = deps.clock.now().toISOString();
  const launch = {
    ...newLaunch(job, now),
    ...(fleetShare !== undefined && { fleetShare }),
    ...(lease !== undefined && leaseOf(lease, deps)),
    ...(intent !== undefined && ({ state: 'launching', intent, attempted: [] } as const)),
  };
  const { reason: _reason, nextTry: _nextTry, ...standing } = job;
  const progress =
    lease === undefined ? ({ state: 'queued' } as const) : ({ state: 'starting', startingAt: now } as const);
  const row: Job = { ...standing, ...progress, updatedAt: now };
  const change = isNew ? ({ kind: 'new', row } as const) : changeOf(job, lease, deps);
  return { job: row, launch, request: { job: change, launch, ...(expected && { expected }) } };
}

/** Only while it waits for this very launch. */
function changeOf(job: Job, lease: LeaseHolder | undefined, deps: { readonly clock: Clock }): AdmittedJob {
  const { installationId, jobId, startNumber, launchId } = job;
  const condition = { startNumber, launchId };
  const startingAt = deps.clock.now().toISOString();
  const move =
    lease === undefined
      ? jobMove('wake', { changes: NO_WAIT, condition }, deps)
      : jobMove('admit', { changes: { ...NO_WAIT, startingAt }, condition }, deps);
  return { kind: 'known', installationId, jobId, ...move };
}

/** Its first candidate can be chosen by these, before it has a slot. */
export function newLaunch(job: Job, now: string): Launch {
  return {
    installationId: job.installationId,
    launchId: job.launchId,
    jobId: job.jobId,
    state: 'held',
    version: 1,
    tier: job.tier,
    owner: job.owner,
    // GitHub has no runners of a user account, only of its repositories.
    scope: job.ownerType === 'User' ? `${job.owner}/${job.repo}` : 'org',
    ...(job.ownerType === 'User' && job.repoId !== undefined && { repoId: job.repoId }),
    createdAt: now,
    updatedAt: now,
  };
}
