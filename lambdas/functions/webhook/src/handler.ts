import { reportTenantProblems, type TenantLookup } from '@multi-tenant-runner/core';
import type { Credentials, CredentialSource } from './credentials';
import type { DeliveryDeps, WebhookDeps } from './deps';
import { decideDelivery, handleDelivery, throttle } from './handle-delivery';
import {
  header,
  rawBody,
  respond,
  sourceAddress,
  type HttpRequest,
  type HttpResponse,
} from '@multi-tenant-runner/runtime';
import { installationIdOf, parseDelivery, wordOf, type Delivery } from './parse-delivery';
import { publishForOperator } from './publish-for-operator';
import { isSigned } from './signature';
import { createTenantBudget } from './tenant-budget';
import { createTenantCache } from './tenant-cache';

/**
 * Answers GitHub. Bad input gets a 4xx, as a redelivery would be just as bad; only a failed write gets a 5xx. GitHub
 * keeps failed deliveries for three days, and the recovery function asks for them again.
 */
export function createHandler(deps: WebhookDeps): (request: HttpRequest) => Promise<HttpResponse> {
  const tenants = createTenantCache({
    tenants: deps.tenants,
    clock: deps.clock,
    onRead: (lookup) => reportLookup(lookup, deps),
  });
  const budget = createTenantBudget(deps);
  return async (request) => {
    if (!deps.acceptsFrom(sourceAddress(request))) {
      return refuse(
        deps,
        403,
        'source',
        "Your address is not in the module's webhook.allowed_source_cidrs. GitHub's addresses are listed under " +
          '`hooks` at https://api.github.com/meta.',
      );
    }
    const body = rawBody(request);
    if (body.length === 0) return refuse(deps, 400, 'not-json', 'The body is empty, not JSON.');
    try {
      const credentials = await verify(request, body, deps.credentials);
      if (credentials === undefined) {
        return refuse(deps, 401, 'signature', "The signature is missing or does not match this App's webhook secret.");
      }
      const read = parseDelivery(request, body, credentials.appId);
      if (!read.ok) return refuse(deps, read.refusal.status, read.refusal.reason, read.refusal.message);
      return await answer(read.delivery, { ...deps, tenants, budget });
    } catch (cause) {
      deps.log.error('Could not store a delivery; answering 503 so that it is redelivered', { cause });
      return respond(
        503,
        'The delivery was not stored. Redeliver it; the log of the webhook function shows the error.',
      );
    }
  };
}

/** Undefined: forged. The secret is read again first, as it may just have been rotated. */
async function verify(request: HttpRequest, body: Buffer, source: CredentialSource): Promise<Credentials | undefined> {
  const signature = header(request, 'x-hub-signature-256');
  if (signature === undefined) return undefined;
  const credentials = await source.current();
  if (await isSigned(body, signature, credentials.webhookSecrets)) return credentials;
  const renewed = await source.reread();
  return renewed !== undefined && (await isSigned(body, signature, renewed.webhookSecrets)) ? renewed : undefined;
}

function refuse(deps: WebhookDeps, status: number, reason: string, message: string): HttpResponse {
  // Nothing of the request is logged: an unauthenticated sender chose every byte.
  deps.log.warn('Refused a delivery', { reason });
  deps.metrics.count('WebhookRefused', { properties: { reason } });
  return respond(status, message);
}

async function answer(delivery: Delivery, deps: DeliveryDeps): Promise<HttpResponse> {
  const log = deps.log.with({
    delivery_id: delivery.deliveryId,
    event: delivery.event,
    tenant_id: installationIdOf(delivery.payload),
  });
  // Published in parallel: GitHub waits at most 10 seconds for the answer.
  const decided = decideDelivery(delivery, deps);
  const refused = await throttle(decided, deps);
  const [done] =
    refused === undefined
      ? await Promise.all([
          handleDelivery(decided, deps),
          publishForOperator(delivery, decided.job === undefined, { ...deps, log }),
        ])
      : [refused];
  log.info('Answered a delivery', {
    action: wordOf(delivery.payload['action']),
    status: done.status,
    outcome: done.outcome,
    ...done.details,
  });
  return respond(done.status, done.message);
}

function reportLookup(lookup: TenantLookup, deps: WebhookDeps): void {
  const report = reportTenantProblems(lookup);
  if (report === undefined) return;
  deps.log.warn('Tenant row has invalid attributes', { ...report });
  deps.metrics.count('TenantRowInvalid', {
    properties: { tenant_id: report.tenant_id, attributes: report.attributes },
  });
}
