import {
  createClientConfig,
  createDynamoBudgets,
  createDynamoDbClient,
  createDynamoJobRows,
  createDynamoTenantRegistry,
  createEventBridgeBus,
  createEventBridgeClient,
  createParameterReader,
  createSecretReader,
  createSecretVersions,
  createSecretsManagerClient,
  createSqsClient,
  createSqsJobQueue,
  createSsmClient,
} from '@multi-tenant-runner/aws';
import { createLog, createMetrics, systemClock, writeLine } from '@multi-tenant-runner/runtime';
import { parseWebhookConfig } from './config';
import { createCredentialSource } from './credentials';
import { createHandler } from './handler';

const config = parseWebhookConfig(process.env);
// GitHub gives up after 10 seconds, so two attempts of each call must fit.
const clients = createClientConfig(process.env, { timeout: 2_000, attempts: 2 });
const dynamoDb = createDynamoDbClient(clients);
const clock = systemClock;
const log = createLog({ level: config.logLevel, clock, write: writeLine });

export const handler = createHandler({
  environment: config.environment,
  acceptsFrom: config.acceptsFrom,
  credentials: createCredentialSource({
    appIdParameter: config.appIdParameter,
    webhookSecretParameter: config.webhookSecretParameter,
    readParameters: createSecretReader({
      readParameters: createParameterReader({ client: createSsmClient(clients) }),
      secrets: createSecretVersions({ client: createSecretsManagerClient(clients) }),
      clock,
      inRotation: true,
    }),
    clock,
    log,
  }),
  tenants: createDynamoTenantRegistry({ client: dynamoDb, tableName: config.tables.tenants, ...config.settings }),
  jobs: createDynamoJobRows({
    client: dynamoDb,
    tableName: config.tables.jobs,
    clock,
    tellsRefusals: config.showsChecks,
  }),
  queue: createSqsJobQueue({
    client: createSqsClient(clients),
    tierQueueUrls: config.tierQueueUrls,
    runnerEventsQueueUrl: config.runnerEventsQueueUrl,
  }),
  bus: createEventBridgeBus({ client: createEventBridgeClient(clients), busName: config.eventBusName }),
  settings: config.settings,
  budgets: createDynamoBudgets({ client: dynamoDb, tableName: config.tables.jobs, clock }),
  tenantRates: config.tenantRates,
  publishEvents: config.publishEvents,
  clock,
  log,
  metrics: createMetrics({ environment: config.environment, clock, write: writeLine }),
});
