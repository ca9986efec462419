import { routeJob, tierOf, type Rate, type Tier } from '@multi-tenant-runner/core';
import { decideInstallation } from './decide-installation';
import { decideWorkflowJob, type UnroutedEvent, type WorkflowJobDecision } from './decide-workflow-job';
import type { DeliveryDeps } from './deps';
import { explain, explainEvent } from './explain';
import type { Delivery } from './parse-delivery';

/** The answer to GitHub, and how the delivery is logged. */
export interface Outcome {
  readonly status: number;
  readonly message: string;
  readonly outcome: string;
  /** For the log: the job, and why it waits or was refused. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** A delivery, and what its `workflow_job` needs. */
export interface DecidedDelivery extends Delivery {
  readonly job?: WorkflowJobDecision;
}

export function decideDelivery(
  delivery: Delivery,
  { environment, settings, clock }: Pick<DeliveryDeps, 'environment' | 'settings' | 'clock'>,
): DecidedDelivery {
  if (delivery.event !== 'workflow_job') return delivery;
  return { ...delivery, job: decideWorkflowJob(delivery, { environment, tiers: settings.tiers }, clock.now()) };
}

/**
 * Above its budget an installation's jobs are answered as failed, so that recovery redelivers them. Other deliveries,
 * such as those of jobs with other labels, store nothing; and events of the installation itself are never refused.
 */
export async function throttle({ job }: DecidedDelivery, deps: DeliveryDeps): Promise<Outcome | undefined> {
  if (job?.kind !== 'start' && job?.kind !== 'event') return undefined;
  const { installationId } = job.kind === 'start' ? job.job : job.event;
  if (await deps.budget.admits(installationId, await rateOf(installationId, deps))) return undefined;
  return {
    status: 429,
    message:
      'This installation sends more deliveries than webhook.tenant_rate allows. GitHub lists this one as failed, and ' +
      'it is redelivered.',
    outcome: 'throttled',
  };
}

/** A row of half a minute ago will do; where no tier has figures of its own, none is read. */
async function rateOf(
  installationId: number,
  { tenants, tenantRates: { rate, byTier } }: Pick<DeliveryDeps, 'tenants' | 'tenantRates'>,
): Promise<Rate> {
  if (byTier.size === 0) return rate;
  const lookup = tenants.recent(installationId) ?? (await tenants.read(installationId));
  return (lookup.kind === 'tenant' ? byTier.get(lookup.tenant.tier) : undefined) ?? rate;
}

export async function handleDelivery(delivery: DecidedDelivery, deps: DeliveryDeps): Promise<Outcome> {
  if (delivery.job !== undefined) return handleWorkflowJob(delivery.job, deps);
  switch (delivery.event) {
    case 'ping':
      return { status: 200, message: 'The webhook of the GitHub App reaches this environment.', outcome: 'ping' };
    case 'installation':
    case 'installation_target':
      return handleInstallation(delivery, deps);
    default:
      if (deps.publishEvents.has(delivery.event))
        return {
          status: 202,
          message: 'The event was published for your own EventBridge rules.',
          outcome: 'published',
        };
      return ignore(deps, 'event', `This environment does not use the event ${delivery.event}.`);
  }
}

async function handleWorkflowJob(decision: WorkflowJobDecision, deps: DeliveryDeps): Promise<Outcome> {
  switch (decision.kind) {
    case 'ignore':
      return ignore(deps, decision.reason, decision.message);
    case 'malformed':
      deps.metrics.count('WebhookRefused', { properties: { reason: 'malformed' } });
      return {
        status: 400,
        message: `This is not a GitHub workflow_job: ${decision.problems.join('; ')}.`,
        outcome: 'malformed',
      };
    case 'event':
      return sendEvent(decision.event, decision.fitting, deps);
    case 'start': {
      const routed = await routeJob(decision.job, decision.fitting, deps);
      const details = { job_id: decision.job.jobId, ...routed };
      return { status: 202, message: explain(routed), outcome: routed.kind, details };
    }
  }
}

/** The tier only labels the event's metrics, so a cached row is good enough. */
async function sendEvent(event: UnroutedEvent, fitting: readonly Tier[], deps: DeliveryDeps): Promise<Outcome> {
  const tier = tierOf(fitting, deps.tenants.recent(event.installationId), deps.settings.defaultTier);
  await deps.queue.sendJobEvent({ ...event, tier });
  return { status: 202, message: explainEvent(event.kind), outcome: event.kind, details: { job_id: event.jobId } };
}

async function handleInstallation(delivery: Delivery, deps: DeliveryDeps): Promise<Outcome> {
  const decision = decideInstallation(delivery);
  if (decision.kind === 'ignore') return ignore(deps, decision.reason, decision.message);
  await deps.bus.publishLifecycle(delivery.event, decision.event);
  return {
    status: 202,
    message: `The installation event (${decision.event.action}) was passed to the tenant manager.`,
    outcome: 'published',
  };
}

function ignore(deps: DeliveryDeps, reason: string, message: string): Outcome {
  deps.metrics.count('WebhookIgnored', { properties: { reason } });
  return {
    status: 202,
    message,
    outcome: `ignored: ${reason}`,
    ...(reason === 'action' && { details: { why: message } }),
  };
}
