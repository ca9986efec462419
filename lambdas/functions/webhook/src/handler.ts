import {
  reportTenantProblems,
  routeJob,
  tierOf,
  type AdmissionSettings,
  type Clock,
  type EventBus,
  type JobQueue,
  type JobStore,
  type Log,
  type Metrics,
  type TenantLookup,
  type TenantRegistry,
  type Tier,
} from '@multi-tenant-runner/core';
import type { Credentials, CredentialSource } from './credentials';
import { decideInstallation } from './decide-installation';
import { decideWorkflowJob, type UnroutedEvent } from './decide-workflow-job';
import { explain, explainEvent } from './explain';
import { header, rawBody, respond, sourceAddress, type HttpRequest, type HttpResponse } from './http';
import { installationIdOf, parseDelivery, wordOf, type Delivery } from './parse-delivery';
import { isSigned } from './signature';
import type { SourceFilter } from './source-addresses';
import { createTenantCache, type TenantCache } from './tenant-cache';

export interface WebhookDeps {
  readonly environment: string;
  readonly acceptsFrom: SourceFilter;
  readonly credentials: CredentialSource;
  readonly tenants: Pick<TenantRegistry, 'get'>;
  readonly jobs: Pick<JobStore, 'create' | 'change'>;
  readonly queue: JobQueue;
  readonly bus: EventBus;
  readonly settings: AdmissionSettings;
  /** Events that are also published for the operator's own rules. */
  readonly publishEvents: ReadonlySet<string>;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** What a delivery came to: the answer, and a word for the log. */
interface Outcome {
  readonly status: number;
  readonly message: string;
  readonly outcome: string;
  /** For the log: which job, and why it waits or was refused. */
  readonly details?: Readonly<Record<string, unknown>>;
}

interface Invocation extends Omit<WebhookDeps, 'tenants'> {
  readonly tenants: TenantCache;
}

const LIFECYCLE_EVENTS: ReadonlySet<string> = new Set(['installation', 'installation_target']);

/**
 * Answers GitHub. Bad input is never answered 5xx: that asks for a redelivery, which would be as bad. A failed write
 * is, and only then: GitHub redelivers nothing that was answered with a success.
 */
export function createHandler(deps: WebhookDeps): (request: HttpRequest) => Promise<HttpResponse> {
  const tenants = createTenantCache({
    tenants: deps.tenants,
    clock: deps.clock,
    onRead: (lookup) => reportLookup(lookup, deps),
  });
  return async (request) => {
    if (!deps.acceptsFrom(sourceAddress(request))) {
      return refuse(
        deps,
        403,
        'source',
        "Your address is not in the module's webhook.allowed_source_cidrs; GitHub's own are in the field " +
          '`hooks` of https://api.github.com/meta.',
      );
    }
    const body = rawBody(request);
    if (body.length === 0)
      return refuse(deps, 400, 'not-json', 'The body is empty, so not JSON: GitHub always sends one.');
    try {
      const credentials = await verify(request, body, deps.credentials);
      if (credentials === undefined) {
        return refuse(deps, 401, 'signature', "The signature is missing or not made with this App's webhook secret.");
      }
      const read = parseDelivery(request, body, credentials.appId);
      if (!read.ok) return refuse(deps, read.refusal.status, read.refusal.reason, read.refusal.message);
      return await answer(read.delivery, { ...deps, tenants });
    } catch (cause) {
      deps.log.error('A delivery was not stored, so its answer asks for another try', { cause });
      return respond(
        503,
        'The delivery was not stored. Redeliver it; the log of the webhook function says what failed.',
      );
    }
  };
}

/** Undefined: forged. A secret that was just rotated is read again before that is said. */
async function verify(request: HttpRequest, body: Buffer, source: CredentialSource): Promise<Credentials | undefined> {
  const signature = header(request, 'x-hub-signature-256');
  if (signature === undefined) return undefined;
  const credentials = await source.current();
  if (await isSigned(body, signature, credentials.webhookSecrets)) return credentials;
  const renewed = await source.reread();
  return renewed !== undefined && (await isSigned(body, signature, renewed.webhookSecrets)) ? renewed : undefined;
}

function refuse(deps: WebhookDeps, status: number, reason: string, message: string): HttpResponse {
  // Nothing of the request is logged: whoever sent it may have chosen every byte.
  deps.log.warn('Refused a delivery', { reason });
  deps.metrics.count('WebhookRefused', { properties: { reason } });
  return respond(status, message);
}

async function answer(delivery: Delivery, deps: Invocation): Promise<HttpResponse> {
  const log = deps.log.with({
    delivery_id: delivery.deliveryId,
    event: delivery.event,
    tenant_id: installationIdOf(delivery.payload),
  });
  // Published beside the work, not after it: GitHub waits at most 10 seconds for the answer.
  const [done] = await Promise.all([handle(delivery, deps), publishForOperator(delivery, { ...deps, log })]);
  log.info('Answered a delivery', {
    action: wordOf(delivery.payload['action']),
    status: done.status,
    outcome: done.outcome,
    ...done.details,
  });
  return respond(done.status, done.message);
}

async function handle(delivery: Delivery, deps: Invocation): Promise<Outcome> {
  switch (delivery.event) {
    case 'ping':
      return { status: 200, message: 'The webhook of the GitHub App reaches this environment.', outcome: 'ping' };
    case 'workflow_job':
      return handleWorkflowJob(delivery, deps);
    case 'installation':
    case 'installation_target':
      return handleInstallation(delivery, deps);
    default:
      if (deps.publishEvents.has(delivery.event))
        return { status: 202, message: 'The event was published for your own rules.', outcome: 'published' };
      return ignore(deps, 'event', `Nothing here needs the event ${delivery.event}.`);
  }
}

async function handleWorkflowJob(delivery: Delivery, deps: Invocation): Promise<Outcome> {
  const decision = decideWorkflowJob(
    delivery,
    { environment: deps.environment, tiers: deps.settings.tiers },
    deps.clock.now(),
  );
  switch (decision.kind) {
    case 'ignore':
      return ignore(deps, decision.reason, decision.message);
    case 'malformed':
      deps.metrics.count('WebhookRefused', { properties: { reason: 'malformed' } });
      return {
        status: 400,
        message: `This is not a workflow_job of GitHub: ${decision.problems.join('; ')}.`,
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

/** The tier is only a label of the event's metrics here, so a remembered row is good enough. */
async function sendEvent(event: UnroutedEvent, fitting: readonly Tier[], deps: Invocation): Promise<Outcome> {
  const tier = tierOf(fitting, deps.tenants.recent(event.installationId), deps.settings.defaultTier);
  await deps.queue.sendJobEvent({ ...event, tier });
  return { status: 202, message: explainEvent(event.kind), outcome: event.kind, details: { job_id: event.jobId } };
}

async function handleInstallation(delivery: Delivery, deps: Invocation): Promise<Outcome> {
  const decision = decideInstallation(delivery);
  if (decision.kind === 'ignore') return ignore(deps, decision.reason, decision.message);
  await deps.bus.publishLifecycle(delivery.event, decision.event);
  return {
    status: 202,
    message: `The installation's change (${decision.event.action}) was passed on to the tenant manager.`,
    outcome: 'published',
  };
}

function ignore(deps: Invocation, reason: string, message: string): Outcome {
  deps.metrics.count('WebhookIgnored', { properties: { reason } });
  return {
    status: 202,
    message,
    outcome: `ignored: ${reason}`,
    ...(reason === 'action' && { details: { why: message } }),
  };
}

/** The operator's rules are an extra: when they can't be fed, runners start all the same. */
async function publishForOperator(delivery: Delivery, deps: Invocation): Promise<void> {
  // Lifecycle events are on the bus already, in the form that the tenant manager reads.
  if (!deps.publishEvents.has(delivery.event) || LIFECYCLE_EVENTS.has(delivery.event)) return;
  try {
    await deps.bus.publish(delivery.event, delivery.payload);
  } catch (cause) {
    deps.log.warn("An event could not be published for the operator's own rules", { cause });
    deps.metrics.count('PublishFailed', { properties: { event: delivery.event } });
  }
}

function reportLookup(lookup: TenantLookup, deps: WebhookDeps): void {
  const report = reportTenantProblems(lookup);
  if (report === undefined) return;
  deps.log.warn("A tenant's row needs mending", { ...report });
  deps.metrics.count('TenantRowInvalid', {
    properties: { tenant_id: report.tenant_id, attributes: report.attributes },
  });
}
