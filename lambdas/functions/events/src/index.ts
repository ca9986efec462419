import { callbackParameter } from '@multi-tenant-runner/core';
import {
  createCallbackQueue,
  createCallbackUrls,
  createClientConfig,
  createDynamoDbClient,
  createEventBridgeClient,
  createEventPublisher,
  createObjectWriter,
  createSqsClient,
  createSsmClient,
  createSsmVault,
  fromAttributes,
  restoreLaunch,
} from '@multi-tenant-runner/aws';
import { createLog, createMetrics, systemClock, writeLine } from '@multi-tenant-runner/runtime';
import { parseEventsConfig } from './config';
import type { Callbacks } from './deps';
import { createHandler } from './handler';

const { environment, eventBusName, exportBucket, callbacksQueueUrl, logLevel, ...config } = parseEventsConfig(
  process.env,
);
const clients = createClientConfig(process.env);
const clock = systemClock;

function connectCallbacks(queueUrl: string): Callbacks {
  const client = createDynamoDbClient(clients);
  const vault = createSsmVault({ client: createSsmClient(clients) });
  return {
    url: createCallbackUrls({ client, tableName: config.tables.tenants, clock }),
    send: createCallbackQueue({ client: createSqsClient(clients), queueUrl }),
    forget: (installationId) => vault.remove(callbackParameter(environment, installationId)),
  };
}

export const handler = createHandler({
  ...config,
  publish: createEventPublisher({ client: createEventBridgeClient(clients), busName: eventBusName }),
  callbacks: callbacksQueueUrl === undefined ? undefined : connectCallbacks(callbacksQueueUrl),
  keep: exportBucket === undefined ? undefined : createObjectWriter({ env: process.env, bucket: exportBucket }),
  parseImage: (image, table) => {
    const row = fromAttributes(image);
    return table === 'launches' ? restoreLaunch(row) : row;
  },
  clock,
  log: createLog({ level: logLevel, clock, write: writeLine }),
  metrics: createMetrics({ environment, clock, write: writeLine }),
});
