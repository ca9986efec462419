import {
  createClientConfig,
  createEventBridgeClient,
  createEventPublisher,
  createObjectWriter,
  fromAttributes,
} from '@multi-tenant-runner/aws';
import { createLog, createMetrics, systemClock, writeLine } from '@multi-tenant-runner/runtime';
import { parseEventsConfig } from './config';
import { createHandler } from './handler';

const { environment, eventBusName, exportBucket, logLevel, ...config } = parseEventsConfig(process.env);
const clients = createClientConfig(process.env);
const clock = systemClock;

export const handler = createHandler({
  ...config,
  publish: createEventPublisher({ client: createEventBridgeClient(clients), busName: eventBusName }),
  keep: exportBucket === undefined ? undefined : createObjectWriter({ env: process.env, bucket: exportBucket }),
  parseImage: fromAttributes,
  clock,
  log: createLog({ level: logLevel, clock, write: writeLine }),
  metrics: createMetrics({ environment, clock, write: writeLine }),
});
