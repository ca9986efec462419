import {
  createAppCredentials,
  createClientConfig,
  createDynamoBookmarks,
  createDynamoDbClient,
  createDynamoJobRows,
  createDynamoRecoveryStore,
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
import { createFetch } from '@multi-tenant-runner/wiring';
import { createGitHub, createGitHubApp, createJobSearch } from '@multi-tenant-runner/github';
import { createLog, createMetrics, systemClock, writeLine } from '@multi-tenant-runner/runtime';
import { parseRecoveryConfig } from './config';
import { createHandler } from './handler';

const config = parseRecoveryConfig(process.env);
const clients = createClientConfig(process.env);
const dynamoDb = createDynamoDbClient(clients);
const clock = systemClock;
const readParameters = createParameterReader({ client: createSsmClient(clients) });
const secrets = createSecretVersions({ client: createSecretsManagerClient(clients) });
const identity = createAppCredentials({
  readParameters: createSecretReader({ readParameters, secrets, clock }),
  appIdParameter: config.appIdParameter,
  keyParameter: config.appKeyParameter,
  clock,
});
const gitHub = { baseUrl: config.gitHubApiUrl, identity, fetch: createFetch(config.network, readParameters), clock };
const rows = { client: dynamoDb, tableName: config.tables.recovery, clock };

export const handler = createHandler({
  app: createGitHubApp(gitHub),
  search: createJobSearch(gitHub),
  github: createGitHub({ ...gitHub, purpose: 'housekeeping' }),
  recovery: createDynamoRecoveryStore(rows),
  bookmarks: createDynamoBookmarks(rows),
  tenants: createDynamoTenantRegistry({ client: dynamoDb, tableName: config.tables.tenants, ...config.settings }),
  jobs: createDynamoJobRows({
    client: dynamoDb,
    tableName: config.tables.jobs,
    clock,
    tellsRefusals: config.showsChecks,
  }),
  queue: createSqsJobQueue({ client: createSqsClient(clients), tierQueueUrls: config.tierQueueUrls }),
  bus: createEventBridgeBus({ client: createEventBridgeClient(clients), busName: config.eventBusName }),
  settings: config.settings,
  clock,
  log: createLog({ level: config.logLevel, clock, write: writeLine }),
  metrics: createMetrics({ environment: config.environment, clock, write: writeLine }),
});
