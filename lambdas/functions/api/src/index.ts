import {
  createClientConfig,
  createDeadLetters,
  createDynamoApiState,
  createDynamoAuditTrail,
  createDynamoDbClient,
  createDynamoJobStore,
  createDynamoLaunchStore,
  createDynamoTenantDirectory,
  createDynamoTenantLifecycle,
  createDynamoTenantRegistry,
  createLambdaClient,
  createLaunchTriggers,
  createSqsClient,
  createSqsJobQueue,
} from '@multi-tenant-runner/aws';
import { createLog, systemClock, writeLine } from '@multi-tenant-runner/runtime';
import { createTokenVerifier } from './access/verify-token';
import { parseApiConfig } from './config';
import { createHandler } from './handler';
import { createCursors } from './http/cursor';

const { tables, tiers, defaultTier, ...config } = parseApiConfig(process.env);
const clock = systemClock;
const clients = createClientConfig(process.env, { timeout: 2_000, attempts: 2 });
const client = createDynamoDbClient(clients);
const tenants = { client, tableName: tables.tenants, tiers, defaultTier };
const sqs = createSqsClient(clients);
const state = createDynamoApiState({ client, tableName: tables.api });

export const handler = createHandler({
  tiers,
  registry: createDynamoTenantRegistry(tenants),
  findByAccount: createDynamoTenantLifecycle({ ...tenants, clock }).findByAccount,
  directory: createDynamoTenantDirectory(tenants),
  jobs: createDynamoJobStore({ client, tableName: tables.jobs, clock }),
  launches: createDynamoLaunchStore({ client, tableName: tables.launches, clock }),
  queue: createSqsJobQueue({ client: sqs, tierQueueUrls: config.tierQueueUrls }),
  audit: createDynamoAuditTrail({ client, tableName: tables.audit }),
  state,
  deadLetters: createDeadLetters(sqs, async () => config.queueUrls),
  triggers: createLaunchTriggers(createLambdaClient(clients), async () => config.launchTriggers),
  cursors: createCursors(state.key),
  rates: config.rates,
  verifyToken: createTokenVerifier({ issuers: config.issuers, clock, fetch }),
  clock,
  log: createLog({ level: config.logLevel, clock, write: writeLine }),
});
