import {
  createAppSecretWriter,
  createClientConfig,
  createDeadLetters,
  createDynamoApiState,
  createDynamoAppStore,
  createDynamoAuditTrail,
  createDynamoBookmarks,
  createDynamoCallbackHealth,
  createDynamoDeploymentStore,
  createDynamoDbClient,
  createDynamoJobStore,
  createDynamoLaunchStore,
  createDynamoTenantDirectory,
  createDynamoTenantLifecycle,
  createDynamoTenantRegistry,
  createDynamoUsageBooks,
  createDynamoUsageCorrections,
  createDynamoLockStore,
  createLambdaClient,
  createLaunchTriggers,
  createParameterReader,
  createPushCredentials,
  createSecretsManagerClient,
  createSqsClient,
  createSecretIn,
  createSqsJobQueue,
  createSsmClient,
  createTenantSurveyor,
  createWebhookEntry,
  createSsmVault,
} from '@multi-tenant-runner/aws';
import { createCallbackSecrets } from '@multi-tenant-runner/core';
import { createLog, systemClock, writeLine } from '@multi-tenant-runner/runtime';
import { randomBytes, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createLinkKeys } from './access/link-keys';
import { createLinks } from './access/links';
import { createTokenVerifier } from './access/verify-token';
import { parseApiConfig, type AppsConfig } from './config';
import type { AppsDeps } from './deps';
import { createHandler } from './handler';
import { createCursors } from './http/cursor';

const { tables, tiers, defaultTier, endpoints, linkKeyParameter, apps, ...config } = parseApiConfig(process.env);
const clock = systemClock;
const clients = createClientConfig(process.env, { timeout: 2_000, attempts: 2 });
const client = createDynamoDbClient(clients);
const tenants = { client, tableName: tables.tenants, tiers, defaultTier };
const sqs = createSqsClient(clients);
const state = createDynamoApiState({ client, tableName: tables.api });
// A survey asks EC2, SSM and GitHub, with the function's start before it; the API itself has ten seconds.
const patient = createClientConfig(process.env, { timeout: 8_500, attempts: 1 });
const ssm = createSsmClient(clients);
const readParameters = createParameterReader({ client: ssm });
const callbacks =
  config.callbacksOf === undefined
    ? undefined
    : createCallbackSecrets({
        environment: config.callbacksOf,
        vault: createSsmVault({ client: ssm, kmsKeyArn: config.parametersKey }),
        clock,
        random: () => randomBytes(32).toString('base64'),
      });
const hasLinks = linkKeyParameter !== undefined && endpoints.tenants !== undefined;

const lambda = createLambdaClient(clients);

export const handler = createHandler({
  apps: apps && connectApps(apps),
  tiers,
  registry: createDynamoTenantRegistry(tenants),
  findByAccount: createDynamoTenantLifecycle({ ...tenants, clock }).findByAccount,
  directory: createDynamoTenantDirectory(tenants),
  jobs: createDynamoJobStore({ client, tableName: tables.jobs, launchesTable: tables.launches, clock }),
  launches: createDynamoLaunchStore({ client, tableName: tables.launches, clock }),
  queue: createSqsJobQueue({ client: sqs, tierQueueUrls: config.tierQueueUrls }),
  recovery: createDynamoBookmarks({ client, tableName: tables.recovery, clock }),
  usage: createDynamoUsageBooks({ client, tableName: tables.usage }),
  corrections: createDynamoUsageCorrections({ client, tableName: tables.usage }),
  audit: createDynamoAuditTrail({ client, tableName: tables.audit }),
  state,
  locks: createDynamoLockStore({ client, tableName: tables.api }),
  deadLetters: createDeadLetters(sqs, async () => config.queueUrls),
  triggers: createLaunchTriggers(lambda, async () => config.launchTriggers),
  surveyor: createTenantSurveyor(createLambdaClient(patient), config.tenantManager),
  cursors: createCursors(state.key),
  rates: config.rates,
  verifyToken: createTokenVerifier({ issuers: config.issuers, clock, fetch }),
  links: createLinks(createLinkKeys({ parameter: linkKeyParameter, readParameters, clock })),
  places: config.places,
  callbacks,
  callbackHealth: createDynamoCallbackHealth({ client, tableName: tables.recovery }),
  pageUrl: hasLinks ? `${endpoints.tenants}/v1/page` : undefined,
  readPage: () => readBeside('page.json'),
  readDocument: () => readBeside('openapi.json'),
  clock,
  log: createLog({ level: config.logLevel, clock, write: writeLine }),
});

/** build.mjs puts it beside the bundle: what few ask for costs no start. */
async function readBeside<T>(file: string): Promise<T> {
  return JSON.parse(await readFile(new URL(file, import.meta.url), 'utf8'));
}

function connectApps({ prefix, region, tables: names, webhook_function: webhook, push }: AppsConfig): AppsDeps {
  const source = push && {
    registry: push.registry,
    credentials: createPushCredentials({
      config: clients,
      roleArn: push.role_arn,
      repositoriesArn: push.repositories_arn,
      fetch,
    }),
  };
  return {
    prefix,
    region,
    store: createDynamoAppStore({ client, tableName: names.apps }),
    deployments: createDynamoDeploymentStore({ client, tables: names }),
    webhook: createWebhookEntry(lambda, webhook),
    secrets: createAppSecretWriter({
      environment: prefix,
      create: createSecretIn(createSecretsManagerClient(clients)),
      newId: randomUUID,
    }),
    ...(source && { push: source }),
  };
}
