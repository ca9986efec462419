import {
  createClientConfig,
  createDynamoDbClient,
  createMessageDelay,
  createSqsClient,
  createSsmClient,
  createSsmVault,
  createCallbackUrls,
} from '@multi-tenant-runner/aws';
import { createLog, createMetrics, systemClock, writeLine } from '@multi-tenant-runner/runtime';
import { parseCallbacksConfig } from './config';
import { createHandler } from './handler';
import { post } from './post';
import { createResolver } from './resolver';

const { logLevel, tenantsTable, queueUrl, ...config } = parseCallbacksConfig(process.env);
const clients = createClientConfig(process.env, { timeout: 2_000, attempts: 2 });
const clock = systemClock;

export const handler = createHandler({
  ...config,
  callbackUrl: createCallbackUrls({ client: createDynamoDbClient(clients), tableName: tenantsTable, clock }),
  vault: createSsmVault({ client: createSsmClient(clients) }),
  resolver: createResolver(),
  post,
  delay: createMessageDelay({ client: createSqsClient(clients), queueUrl }),
  random: Math.random,
  clock,
  log: createLog({ level: logLevel, clock, write: writeLine }),
  metrics: createMetrics({ environment: config.environment, clock, write: writeLine }),
});
