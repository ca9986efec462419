import { Decoder, instantOf, isPublicRepository, isRunnerName, needOf, queuedAtOf, tiersThatFit, type JobEvent, type Tier, type Tiers, type UnroutedJob } from '@multi-tenant-runner/core';
import { installationIdOf, isObject, wordOf, type Delivery } from './read-delivery';

export type UnroutedEvent = Omit<JobEvent, 'tier'>;

export type IgnoreReason = 'no-installation' | 'labels' | 'action';

export type WorkflowJobDecision =
  | { readonly kind: 'start'; readonly job: UnroutedJob; readonly fitting: readonly Tier[] }
  | { readonly kind: 'event'; readonly event: UnroutedEvent; readonly fitting: readonly Tier[] }
  | { readonly kind: 'ignore'; readonly reason: IgnoreReason; readonly message: string }
  | { readonly kind: 'malformed'; readonly problems: readonly string[] };

/** What decides which jobs are ours. */
export interface Ours {
  readonly environment: string;
  readonly tiers: Tiers;
}

/**
 * What a `workflow_job` asks for. GitHub sends one for every job of the account, those of its own machines too, so the
 * labels decide whether it is ours at all; or its runner, as a job that names only a runner group has no labels.
 */
export function decideWorkflowJob(delivery: Delivery, { environment, tiers }: Ours, now: Date): WorkflowJobDecision {
  const { payload } = delivery;
  const installationId = installationIdOf(payload);
  if (installationId === undefined) {
    return ignore('no-installation', "The delivery names no installation; only the App's own webhook does, so this job is not started.");
  }
  const decoder = Decoder.of(payload);
  const labels = decoder.object('workflow_job').texts('labels');
  const runnerName = decoder.object('workflow_job').optionalText('runner_name');
  if (decoder.problems.length > 0) return { kind: 'malformed', problems: decoder.problems };
  const fitting = tiersThatFit(labels, tiers);
  const { action } = payload;
  if (fitting.length === 0) {
    const onOurs = (action === 'in_progress' || action === 'completed') && runnerName !== undefined && isRunnerName(environment, runnerName);
    if (onOurs) return readEvent(delivery, installationId, { fitting, now, kind: action, runnerOnly: true });
    return ignore('labels', `No runner tier has all of the labels [${labels.join(', ')}], so the job is not ours.`);
  }
  const status = isObject(payload['workflow_job']) ? payload['workflow_job']['status'] : undefined;
  const need = needOf(status);
  // GitHub sends `queued` again when the gate opens; a runner before that would idle until it is ended.
  if (action === 'waiting' || (action === 'queued' && need === 'held-back')) return readEvent(delivery, installationId, { fitting, now, kind: 'waiting' });
  if (action === 'queued' && need === 'machine') return readJob(delivery, installationId, { fitting, now });
  if (action === 'in_progress' || action === 'completed') return readEvent(delivery, installationId, { fitting, now, kind: action });
  return ignore('action', `A workflow_job with action ${wordOf(action)} and status ${wordOf(status)} asks for nothing.`);
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
  const decoder = Decoder.of(delivery.payload);
  const job = jobFields(decoder, delivery, { installationId, now });
  return decoder.problems.length > 0 ? { kind: 'malformed', problems: decoder.problems } : { kind: 'start', job, fitting };
}

function readEvent(delivery: Delivery, installationId: number, { fitting, now, kind, runnerOnly }: EventReading): WorkflowJobDecision {
  const decoder = Decoder.of(delivery.payload);
  const job = jobFields(decoder, delivery, { installationId, now });
  const details = isObject(delivery.payload['workflow_job']) ? delivery.payload['workflow_job'] : {};
  const times = kind === 'completed' ? [details['completed_at'], details['started_at']] : kind === 'in_progress' ? [details['started_at']] : [];
  // A job that no runner took comes with a runner of null, 0 or an empty text.
  const runnerName = decoder.object('workflow_job').optionalText('runner_name');
  const runnerId = details['runner_id'];
  const conclusion = decoder.object('workflow_job').optionalText('conclusion');
  if (decoder.problems.length > 0) return { kind: 'malformed', problems: decoder.problems };
  const event: UnroutedEvent = {
    ...job,
    kind,
    at: times.map(instantOf).find((time) => time !== undefined) ?? now.toISOString(),
    ...(runnerName !== undefined && { runnerName }),
    ...(typeof runnerId === 'number' && Number.isSafeInteger(runnerId) && runnerId > 0 && { runnerId }),
    ...(conclusion !== undefined && { conclusion }),
    ...(runnerOnly === true && { runnerOnly }),
  };
  return { kind: 'event', event, fitting };
}

function jobFields(decoder: Decoder, delivery: Delivery, known: { readonly installationId: number; readonly now: Date }): UnroutedJob {
  const details = decoder.object('workflow_job');
  const repository = decoder.object('repository');
  const owner = repository.object('owner');
  const repoId = repository.optionalWholeNumber('id');
  return {
    installationId: known.installationId,
    jobId: details.wholeNumber('id'),
    runId: details.wholeNumber('run_id'),
    owner: owner.text('login'),
    ownerId: owner.wholeNumber('id'),
    ownerType: owner.oneOf('type', ['Organization', 'User'] as const),
    repo: repository.text('name'),
    ...(repoId !== undefined && { repoId }),
    isPublic: isPublicRepository(delivery.payload['repository']),
    labels: details.texts('labels'),
    queuedAt: queuedAtOf(delivery.payload['workflow_job'], known.now),
    deliveryId: delivery.deliveryId,
  };
}

function ignore(reason: IgnoreReason, message: string): WorkflowJobDecision {
  return { kind: 'ignore', reason, message };
}
