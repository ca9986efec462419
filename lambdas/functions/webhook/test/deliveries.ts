import { createHmac } from 'node:crypto';

import { createTestHarness, type TestHarness } from '@multi-tenant-runner/testing';
import { createCredentialSource } from '../src/credentials';
import type { TenantRates, WebhookDeps } from '../src/deps';
import { createHandler } from '../src/handler';
import type { HttpRequest, HttpResponse } from '@multi-tenant-runner/runtime';
import type { SourceFilter } from '../src/source-addresses';

export const SECRET = 'a webhook secret';
export const APP_ID = '12345';
export const APP_ID_PARAMETER = '/test/app/id';
export const SECRET_PARAMETER = '/test/app/webhook-secret';

export type Json = Record<string, unknown>;

export function sign(body: string | Buffer, secret = SECRET): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

export interface DeliveryOptions {
  readonly secret?: string;
  readonly headers?: Record<string, string | undefined>;
  readonly base64?: boolean;
}

/** A delivery as API Gateway hands it over, signed as GitHub does. */
export function delivery(event: string, payload: unknown, options: DeliveryOptions = {}): HttpRequest {
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
  const headers = {
    'content-type': 'application/json',
    'x-github-event': event,
    'x-github-delivery': 'delivery-1',
    'x-github-hook-installation-target-type': 'integration',
    'x-github-hook-installation-target-id': APP_ID,
    'x-hub-signature-256': sign(body, options.secret),
    ...options.headers,
  };
  return options.base64 === true
    ? { headers, body: Buffer.from(body).toString('base64'), isBase64Encoded: true }
    : { headers, body };
}

/** The fields that are read of GitHub's real payload, and some of those that are not. */
export function workflowJob(
  overrides: { readonly job?: Json; readonly repository?: Json; readonly top?: Json } = {},
): Json {
  return {
    action: 'queued',
    workflow_job: {
      id: 7001,
      run_id: 6001,
      run_attempt: 1,
      name: 'build',
      labels: ['self-hosted', 'linux', 'x64', 'small'],
      status: 'queued',
      conclusion: null,
      created_at: '2026-01-15T11:59:58Z',
      started_at: '2026-01-15T11:59:58Z',
      completed_at: null,
      runner_id: null,
      runner_name: null,
      steps: [],
      ...overrides.job,
    },
    repository: {
      id: 9,
      name: 'app',
      private: true,
      visibility: 'private',
      owner: { login: 'acme', id: 501, type: 'Organization' },
      ...overrides.repository,
    },
    organization: { login: 'acme', id: 501 },
    installation: { id: 1001, node_id: 'x' },
    ...overrides.top,
  };
}

export function installationPayload(action: string, overrides: Json = {}): Json {
  return {
    action,
    installation: {
      id: 1001,
      account: { login: 'acme', id: 501, type: 'Organization' },
      target_type: 'Organization',
      updated_at: '2026-01-15T11:59:00Z',
      ...overrides,
    },
    repositories: [{ id: 9, name: 'app', full_name: 'acme/app', private: true }],
    sender: { login: 'owner', id: 1 },
  };
}

export interface WebhookHarness extends TestHarness {
  /** The App's parameters. */
  readonly secrets: Map<string, string>;
  /** How often they were read. */
  reads: number;
  send(request: HttpRequest): Promise<HttpResponse & { readonly message: string }>;
}

/** The webhook on in-memory ports. */
export function createWebhookHarness(
  options: Parameters<typeof createTestHarness>[0] & {
    readonly publishEvents?: readonly string[];
    readonly acceptsFrom?: SourceFilter;
    readonly tenantRates?: TenantRates;
  } = {},
): WebhookHarness {
  const harness = createTestHarness(options);
  const values = new Map([
    [APP_ID_PARAMETER, APP_ID],
    [SECRET_PARAMETER, SECRET],
  ]);
  const credentials = createCredentialSource({
    appIdParameter: APP_ID_PARAMETER,
    webhookSecretParameter: SECRET_PARAMETER,
    readParameters: async () => {
      result.reads += 1;
      return new Map(values);
    },
    clock: harness.clock,
    log: harness.log,
  });
  const handler = createHandler({ ...webhookDepsOf(harness, options), credentials });
  const result: WebhookHarness = {
    ...harness,
    secrets: values,
    reads: 0,
    send: async (request) => {
      const response = await handler(request);
      return { ...response, message: String((JSON.parse(response.body) as Json)['message']) };
    },
  };
  return result;
}

/** A webhook beside other functions on the same ports; its credentials were read before. */
export function createWebhookSender(harness: TestHarness): (request: HttpRequest) => Promise<HttpResponse> {
  const current = { appId: APP_ID, webhookSecrets: [SECRET] };
  const credentials = { current: async () => current, reread: async () => undefined };
  return createHandler({ ...webhookDepsOf(harness, {}), credentials });
}

function webhookDepsOf(
  harness: TestHarness,
  options: {
    readonly publishEvents?: readonly string[];
    readonly acceptsFrom?: SourceFilter;
    readonly tenantRates?: TenantRates;
  },
): Omit<WebhookDeps, 'credentials'> {
  return {
    environment: harness.environment,
    acceptsFrom: options.acceptsFrom ?? (() => true),
    tenantRates: options.tenantRates ?? { rate: { perSecond: 25, burst: 2_000 }, byTier: new Map() },
    tenants: harness.registry,
    jobs: harness.jobs,
    budgets: harness.budgets,
    queue: harness.queue,
    bus: harness.bus,
    settings: harness.settings,
    publishEvents: new Set(options.publishEvents ?? []),
    clock: harness.clock,
    log: harness.log,
    metrics: harness.metrics,
  };
}
