import {
  createClientConfig,
  createDynamoConfigStore,
  createDynamoDbClient,
  createDynamoLaunchStore,
  createDynamoPoolStore,
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
const { environment, configTable, launchesTable, poolTable } = config;
const clock = systemClock;

export const handler = createHandler({
  launches: createDynamoLaunchStore({ client: dynamoDb, tableName: launchesTable, clock }),
  configs:
    configTable === undefined
      ? createSsmConfigStore({ client: createSsmClient(clients), environment, tags: {} })
      : createDynamoConfigStore({ client: dynamoDb, tableName: configTable }),
  ...(poolTable !== undefined && {
    pool: createDynamoPoolStore({ client: dynamoDb, tableName: poolTable, launchesTable, clock }),
  }),
  bootTimeout: config.bootTimeout,
  clock,
  log: createLog({ level: config.logLevel, clock, write: writeLine }),
});
