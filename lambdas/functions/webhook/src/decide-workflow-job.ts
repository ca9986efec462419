import {
  instantOf,
  integer,
  isPublicRepository,
  isRunnerName,
  needOf,
  object,
  optional,
  optionalString,
  orgType,
  parse,
  queuedAtOf,
  workflowOf,
  string,
  strings,
  tiersThatFit,
  type JobEvent,
  type Tier,
  type Tiers,
  type UnroutedJob,
} from '@multi-tenant-runner/core';
import * as v from 'valibot';
import { installationIdOf, wordOf, type Delivery } from './parse-delivery';

export type UnroutedEvent = Omit<JobEvent, 'tier'>;

export type IgnoreReason = 'no-installation' | 'labels' | 'action';

export type WorkflowJobDecision =
  | { readonly kind: 'start'; readonly job: UnroutedJob; readonly fitting: readonly Tier[] }
  | { readonly kind: 'event'; readonly event: UnroutedEvent; readonly fitting: readonly Tier[] }
  | { readonly kind: 'ignore'; readonly reason: IgnoreReason; readonly message: string }
  | { readonly kind: 'malformed'; readonly problems: readonly string[] };

const labelledJob = object({
  workflow_job: object({ labels: strings, runner_name: optionalString, status: v.optional(v.unknown()) }),
});
const repository = object({
  id: optional(integer()),
  name: string,
  owner: object({ login: string, id: integer(), type: orgType }),
});
const queuedJob = { id: integer(), run_id: integer(), labels: strings, head_sha: optionalString };
const startableJob = object({ workflow_job: object(queuedJob), repository });
const reportedJob = object({
  workflow_job: object({
    ...queuedJob,
    // A job that no runner took comes with a runner of null, 0 or an empty string.
    runner_name: optionalString,
    runner_id: v.fallback(v.optional(integer(1)), undefined),
    conclusion: optionalString,
    started_at: v.optional(v.unknown()),
    completed_at: v.optional(v.unknown()),
  }),
  repository,
});

/** The settings that decide which jobs are ours. */
export interface Ours {
  readonly environment: string;
  readonly tiers: Tiers;
}

/**
 * What a `workflow_job` needs. GitHub sends one for every job of the account, including jobs on GitHub-hosted runners,
 * so the labels decide whether it is ours; or its runner's name, as a job that names only a runner group has no labels.
 */
export function decideWorkflowJob(delivery: Delivery, { environment, tiers }: Ours, now: Date): WorkflowJobDecision {
  const { payload } = delivery;
  const installationId = installationIdOf(payload);
  if (installationId === undefined) {
    return ignore(
      'no-installation',
      "The delivery names no installation, so it is not from the App's own webhook; the job is not started.",
    );
  }
  const asked = parse(labelledJob, payload);
  if (!asked.ok) return { kind: 'malformed', problems: asked.problems };
  const { labels, runner_name: runnerName, status } = asked.value.workflow_job;
  const fitting = tiersThatFit(labels, tiers);
  const { action } = payload;
  if (fitting.length === 0) {
    const onOurs =
      (action === 'in_progress' || action === 'completed') &&
      runnerName !== undefined &&
      isRunnerName(environment, runnerName);
    if (onOurs) return readEvent(delivery, installationId, { fitting, now, kind: action, runnerOnly: true });
    return ignore('labels', `No runner tier has all of the labels [${labels.join(', ')}], so the job is not ours.`);
  }
  const need = needOf(status);
  // GitHub sends `queued` again when the gate opens; an earlier runner would idle until it is terminated.
  if (action === 'waiting' || (action === 'queued' && need === 'held-back'))
    return readEvent(delivery, installationId, { fitting, now, kind: 'waiting' });
  if (action === 'queued' && need === 'machine') return readJob(delivery, installationId, { fitting, now });
  if (action === 'in_progress' || action === 'completed')
    return readEvent(delivery, installationId, { fitting, now, kind: action });
  return ignore('action', `A workflow_job with action ${wordOf(action)} and status ${wordOf(status)} needs no action.`);
}

interface Reading {
  readonly fitting: readonly Tier[];
  readonly now: Date;
}

interface EventReading extends Reading {
  readonly kind: JobEvent['kind'];
  readonly runnerOnly?: boolean;
}

function readJob(delivery: Delivery, installationId: number, { fitting, now }: Reading): WorkflowJobDecision {
  const parsed = parse(startableJob, delivery.payload);
  if (!parsed.ok) return { kind: 'malformed', problems: parsed.problems };
  return { kind: 'start', job: toJob(parsed.value, delivery, { installationId, now }), fitting };
}

function readEvent(
  delivery: Delivery,
  installationId: number,
  { fitting, now, kind, runnerOnly }: EventReading,
): WorkflowJobDecision {
  const parsed = parse(reportedJob, delivery.payload);
  if (!parsed.ok) return { kind: 'malformed', problems: parsed.problems };
  const details = parsed.value.workflow_job;
  const times =
    kind === 'completed'
      ? [details.completed_at, details.started_at]
      : kind === 'in_progress'
        ? [details.started_at]
        : [];
  const { runner_name: runnerName, runner_id: runnerId, conclusion } = details;
  const event: UnroutedEvent = {
    ...toJob(parsed.value, delivery, { installationId, now }),
    kind,
    at: times.map(instantOf).find((time) => time !== undefined) ?? now.toISOString(),
    ...(runnerName !== undefined && { runnerName }),
    ...(runnerId !== undefined && { runnerId }),
    ...(conclusion !== undefined && { conclusion }),
    ...(runnerOnly === true && { runnerOnly }),
  };
  return { kind: 'event', event, fitting };
}

function toJob(
  { workflow_job: details, repository }: v.InferOutput<typeof startableJob>,
  delivery: Delivery,
  known: { readonly installationId: number; readonly now: Date },
): UnroutedJob {
  const { owner, id: repoId } = repository;
  return {
    installationId: known.installationId,
    jobId: details.id,
    runId: details.run_id,
    owner: owner.login,
    ownerId: owner.id,
    ownerType: owner.type,
    repo: repository.name,
    ...(repoId !== undefined && { repoId }),
    ...workflowOf(delivery.payload['workflow_job']),
    ...(details.head_sha !== undefined && { headSha: details.head_sha }),
    isPublic: isPublicRepository(delivery.payload['repository']),
    labels: details.labels,
    queuedAt: queuedAtOf(delivery.payload['workflow_job'], known.now),
    deliveryId: delivery.deliveryId,
  };
}

function ignore(reason: IgnoreReason, message: string): WorkflowJobDecision {
  return { kind: 'ignore', reason, message };
}
