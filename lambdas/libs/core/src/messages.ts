import { Decoder, decoded, type Decoded } from './decode';
import type { Job } from './job';
import { launchIdOf } from './names';
import type { OrgType } from './tenant';

/** A queued job on its tier's queue: what of GitHub's event is needed, well under 2 KB. */
export interface JobMessage {
  readonly installationId: number;
  readonly jobId: number;
  readonly runId: number;
  readonly owner: string;
  readonly ownerId: number;
  readonly ownerType: OrgType;
  readonly repo: string;
  readonly repoId?: number;
  readonly isPublic: boolean;
  readonly labels: readonly string[];
  readonly tier: string;
  readonly queuedAt: string;
  readonly deliveryId: string;
}

/** `waiting`: GitHub holds the job back. */
export const JOB_EVENT_KINDS = ['in_progress', 'completed', 'waiting'] as const;

/** What became of a job with our labels, or on a runner that is named like ours. */
export interface JobEvent extends JobMessage {
  readonly kind: (typeof JOB_EVENT_KINDS)[number];
  /** No size has its labels, as with `runs-on: { group: … }`: only its runner makes it ours. */
  readonly runnerOnly?: boolean;
  /** When GitHub says it happened. */
  readonly at: string;
  readonly runnerName?: string;
  readonly runnerId?: number;
  readonly conclusion?: string;
}

const VERSION = 1;

export function encodeJobMessage(message: JobMessage): string {
  return JSON.stringify(jobFields(message));
}

export function encodeJobEvent(event: JobEvent): string {
  return JSON.stringify({
    ...jobFields(event),
    kind: event.kind,
    at: event.at,
    runner_name: event.runnerName ?? null,
    runner_id: event.runnerId ?? null,
    conclusion: event.conclusion ?? null,
    ...(event.runnerOnly === true && { runner_only: true }),
  });
}

function jobFields(message: JobMessage): Record<string, unknown> {
  return {
    v: VERSION,
    installation_id: message.installationId,
    job_id: message.jobId,
    run_id: message.runId,
    owner: message.owner,
    owner_id: message.ownerId,
    owner_type: message.ownerType,
    repo: message.repo,
    repo_id: message.repoId ?? null,
    public: message.isPublic,
    labels: message.labels,
    tier: message.tier,
    queued_at: message.queuedAt,
    delivery_id: message.deliveryId,
  };
}

export function decodeJobMessage(value: unknown): Decoded<JobMessage> {
  const decoder = Decoder.of(value);
  return decoded(decoder, readJobFields(decoder));
}

export function decodeJobEvent(value: unknown): Decoded<JobEvent> {
  const decoder = Decoder.of(value);
  const runnerName = decoder.optionalText('runner_name');
  const runnerId = decoder.optionalWholeNumber('runner_id');
  const conclusion = decoder.optionalText('conclusion');
  return decoded(decoder, {
    ...readJobFields(decoder),
    kind: decoder.oneOf('kind', JOB_EVENT_KINDS),
    at: decoder.time('at'),
    ...(runnerName !== undefined && { runnerName }),
    ...(runnerId !== undefined && { runnerId }),
    ...(conclusion !== undefined && { conclusion }),
    ...(decoder.has('runner_only') && { runnerOnly: decoder.boolean('runner_only') }),
  });
}

function readJobFields(decoder: Decoder): JobMessage {
  const repoId = decoder.optionalWholeNumber('repo_id');
  return {
    installationId: decoder.wholeNumber('installation_id'),
    jobId: decoder.wholeNumber('job_id'),
    runId: decoder.wholeNumber('run_id'),
    owner: decoder.text('owner'),
    ownerId: decoder.wholeNumber('owner_id'),
    ownerType: decoder.oneOf('owner_type', ['Organization', 'User'] as const),
    repo: decoder.text('repo'),
    ...(repoId !== undefined && { repoId }),
    isPublic: decoder.boolean('public'),
    labels: decoder.texts('labels'),
    tier: decoder.text('tier'),
    queuedAt: decoder.time('queued_at'),
    deliveryId: decoder.text('delivery_id'),
  };
}

/** The row of a job that is heard of for the first time. */
export function newJob(message: JobMessage, now: Date, state: Job['state'], reason?: Job['reason']): Job {
  return {
    installationId: message.installationId,
    jobId: message.jobId,
    state,
    ...(reason !== undefined && { reason }),
    runId: message.runId,
    owner: message.owner,
    ownerId: message.ownerId,
    ownerType: message.ownerType,
    repo: message.repo,
    ...(message.repoId !== undefined && { repoId: message.repoId }),
    isPublic: message.isPublic,
    labels: message.labels,
    tier: message.tier,
    queuedAt: message.queuedAt,
    startNumber: 1,
    restarts: 0,
    launchId: launchIdOf(message.jobId, 1),
    deliveryId: message.deliveryId,
    updatedAt: now.toISOString(),
  };
}

/** The message that sends a parked job on its way again. */
export function messageOf(job: Job): JobMessage {
  return {
    installationId: job.installationId,
    jobId: job.jobId,
    runId: job.runId,
    owner: job.owner,
    ownerId: job.ownerId,
    ownerType: job.ownerType,
    repo: job.repo,
    ...(job.repoId !== undefined && { repoId: job.repoId }),
    isPublic: job.isPublic,
    labels: job.labels,
    tier: job.tier,
    queuedAt: job.queuedAt,
    deliveryId: job.deliveryId ?? 'none',
  };
}
