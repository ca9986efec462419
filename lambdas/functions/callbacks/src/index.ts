import {
  createClientConfig,
  createDynamoCallbackHealth,
  createDynamoDbClient,
  createMessageDelay,
  createSqsClient,
  createSsmClient,
  createSsmVault,
  createCallbackUrls,
  remember,
} from '@multi-tenant-runner/aws';
import { callbackParameter } from '@multi-tenant-runner/core';
import { createLog, createMetrics, systemClock, writeLine } from '@multi-tenant-runner/runtime';
import { connect } from 'node:tls';
import { parseCallbacksConfig } from './config';
import { createHandler } from './handler';
import { createPost } from './post';
import { createResolver } from './resolver';

const { environment, logLevel, tenantsTable, recoveryTable, queueUrl, timeout } = parseCallbacksConfig(process.env);
const clients = createClientConfig(process.env, { timeout: 2_000, attempts: 2 });
const clock = systemClock;
const client = createDynamoDbClient(clients);
const vault = createSsmVault({ client: createSsmClient(clients) });

export const handler = createHandler({
  callbackUrl: createCallbackUrls({ client, tableName: tenantsTable, clock }),
  storedSecrets: remember((installationId) => vault.get(callbackParameter(environment, installationId)), clock),
  health: createDynamoCallbackHealth({ client, tableName: recoveryTable }),
  resolver: createResolver(),
  post: createPost(connect),
  delay: createMessageDelay({ client: createSqsClient(clients), queueUrls: [queueUrl] }),
  timeout,
  random: Math.random,
  clock,
  log: createLog({ level: logLevel, clock, write: writeLine }),
  metrics: createMetrics({ environment, clock, write: writeLine }),
});
