import { surveyTenant, type CallbackHealthStore } from '@multi-tenant-runner/core';
import type { HttpResponse } from '@multi-tenant-runner/runtime';
import {
  INSTALLATION,
  createInMemoryApiState,
  createInMemoryAppSecrets,
  createInMemoryApps,
  createInMemoryAuditTrail,
  createInMemoryCallbackHealth,
  createInMemoryCallbackSecrets,
  createInMemoryLockStore,
  createInMemoryTenantDirectory,
  createTestHarness,
  type InMemoryAppSecrets,
  type InMemoryApps,
  type InMemoryAuditTrail,
  type InMemoryVault,
  type TestHarness,
} from '@multi-tenant-runner/testing';
import { gzipSync } from 'node:zlib';
import document from '../../../../docs/openapi.json';
import { createTokenVerifier } from '../src/access/verify-token';
import type { TenantRole } from '../src/access/caller';
import type { ApiDeps } from '../src/deps';
import { createHandler } from '../src/handler';
import { createLinks } from '../src/access/links';
import { createCursors } from '../src/http/cursor';
import { APP_SETTINGS, appsInMemory, type WebhookInMemory } from './apps-in-memory';
import { CLAIMS_ISSUER, GITHUB_ISSUER, claims, createTestIssuers, jobClaims, type TestIssuers } from './issuer';

export const OPERATOR = 'arn:aws:sts::123456789012:assumed-role/Operators/jane';

export const RATES = { caller: 20, tenant: 30 };

export const LINK_KEYS = ['the key that signs the links of the tests', 'and the one that signed them before that one'];
export const PAGE_URL = 'https://tenants.example.test/v1/page';
const PAGE = {
  gzip: gzipSync('<!doctype html><title>Runners</title>').toString('base64'),
  policy: "default-src 'none'",
};

export interface Sent {
  readonly method?: string;
  readonly query?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Received {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** Sends a request as one caller. */
export type Client = (path: string, sent?: Sent) => Promise<Received>;

export interface ApiHarness {
  readonly harness: TestHarness;
  readonly issuers: TestIssuers;
  readonly audit: InMemoryAuditTrail;
  readonly apps: InMemoryApps;
  /** Values of apps' secrets, by ARN. */
  readonly secrets: InMemoryAppSecrets['values'];
  /** What reached the webhook function, and what it answers. */
  readonly webhook: WebhookInMemory;
  readonly vault: InMemoryVault;
  readonly callbackHealth: CallbackHealthStore;
  readonly fleet: { readonly enabled: boolean; readonly redriven: readonly string[] };
  /** As API Gateway passes on what an operator signed. */
  readonly operator: Client;
  readonly anonymous: Client;
  bearer(token: string): Client;
  /** With a token of the issuer whose claims name tenant and role. */
  tenant(role: TenantRole, installationId?: number): Promise<Client>;
  /** With a signed link that an operator made. */
  link(installationId?: number): Promise<Client>;
  /** With the token of a workflow job of the tenant's account. */
  job(claims?: Readonly<Record<string, unknown>>): Promise<Client>;
}

/** @param overrides ports in the place of those in memory */
export async function createApiHarness(overrides: Partial<ApiDeps> = {}): Promise<ApiHarness> {
  const harness = createTestHarness();
  harness.addTenant();
  const issuers = await createTestIssuers(harness.clock.now());
  const audit = createInMemoryAuditTrail();
  const state = createInMemoryApiState();
  const links = createLinks(async () => LINK_KEYS);
  const locks = createInMemoryLockStore();
  const apps = createInMemoryApps(APP_SETTINGS);
  const appSecrets = createInMemoryAppSecrets();
  const webhook: WebhookInMemory = { got: [], status: 202 };
  const callbacks = createInMemoryCallbackSecrets(harness.clock);
  const callbackHealth = createInMemoryCallbackHealth();
  const fleet = { enabled: true, redriven: [] as string[] };
  const handler = createHandler({
    apps: appsInMemory(apps, webhook, appSecrets),
    tiers: harness.settings.tiers,
    directory: createInMemoryTenantDirectory(harness.state.tenants),
    jobs: harness.jobs,
    launches: harness.launches,
    queue: harness.queue,
    recovery: { readCursor: async () => '2026-01-15T11:50:00.000Z' },
    usage: harness.state.usage,
    corrections: harness.state.usage.corrections,
    places: { gitHubApiUrl: 'https://api.github.com', region: 'us-east-1', prefix: 'my-saas' },
    links,
    callbacks,
    callbackHealth,
    pageUrl: PAGE_URL,
    readPage: async () => PAGE,
    readDocument: async () => document,
    audit,
    state,
    locks,
    surveyor: {
      survey: (installationId) => surveyTenant(installationId, { ...harness, tenants: harness.registry, locks }),
    },
    cursors: createCursors(state.key),
    rates: RATES,
    deadLetters: {
      list: async () => [
        { queue: 'test-builds-small-dlq', messages: 2, hasSource: true },
        { queue: 'test-sweep-dlq', messages: 1, hasSource: false },
      ],
      redrive: async (queue) => void fleet.redriven.push(queue),
    },
    triggers: {
      setEnabled: async (enabled) => {
        fleet.enabled = enabled;
        return 3;
      },
    },
    registry: harness.registry,
    findByAccount: harness.lifecycle.findByAccount,
    verifyToken: createTokenVerifier({
      issuers: [CLAIMS_ISSUER, GITHUB_ISSUER],
      clock: harness.clock,
      fetch: issuers.fetch,
    }),
    clock: harness.clock,
    log: harness.log,
    ...overrides,
  });
  const client =
    (authorizer: object | undefined, given: Readonly<Record<string, string>>): Client =>
    async (path, { method = 'GET', query, body, headers } = {}) =>
      received(
        await handler({
          rawPath: path,
          ...(query !== undefined && { rawQueryString: query }),
          headers: { ...given, ...headers },
          ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
          requestContext: {
            requestId: 'request-1',
            http: { method, sourceIp: '192.0.2.1' },
            ...(authorizer && { authorizer }),
          },
        }),
      );
  const bearer = (token: string): Client => client(undefined, { authorization: `Bearer ${token}` });
  return {
    harness,
    issuers,
    audit,
    apps,
    secrets: appSecrets.values,
    webhook,
    vault: callbacks.vault,
    callbackHealth,
    fleet,
    operator: client({ iam: { userArn: OPERATOR } }, {}),
    anonymous: client(undefined, {}),
    bearer,
    tenant: async (role, installationId = INSTALLATION) => bearer(await issuers.sign(claims({ role }, installationId))),
    link: async (installationId = INSTALLATION) =>
      bearer((await links.sign({ installationId, id: 'link-1' }, harness.clock.now())).token),
    job: async (more = {}) => bearer(await issuers.sign(jobClaims(more))),
  };
}

function received({ statusCode, headers, body }: HttpResponse): Received {
  const isJson = (headers['content-type'] ?? '').endsWith('json');
  return { status: statusCode, headers, body: isJson ? JSON.parse(body) : body };
}
