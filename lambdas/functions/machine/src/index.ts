import {
  createClientConfig,
  createDynamoConfigStore,
  createDynamoDbClient,
  createDynamoLaunchStore,
  createSsmClient,
  createSsmConfigStore,
} from '@multi-tenant-runner/aws';
import { createLog, systemClock, writeLine } from '@multi-tenant-runner/runtime';
import { parseMachineConfig } from './config';
import { createHandler } from './handler';

const config = parseMachineConfig(process.env);
// A machine gives up on an answer after ten seconds, and asks again.
const clients = createClientConfig(process.env, { timeout: 2_000, attempts: 2 });
const dynamoDb = createDynamoDbClient(clients);
const { environment, configTable } = config;
const clock = systemClock;

export const handler = createHandler({
  launches: createDynamoLaunchStore({ client: dynamoDb, tableName: config.launchesTable, clock }),
  configs:
    configTable === undefined
      ? createSsmConfigStore({ client: createSsmClient(clients), environment, tags: {} })
      : createDynamoConfigStore({ client: dynamoDb, tableName: configTable }),
  bootTimeout: config.bootTimeout,
  clock,
  log: createLog({ level: config.logLevel, clock, write: writeLine }),
});
