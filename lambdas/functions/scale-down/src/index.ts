import {
  createAppCredentials,
  createClientConfig,
  createDynamoDbClient,
  createDynamoJobStore,
  createDynamoLaunchStore,
  createDynamoTenantLifecycle,
  createDynamoTenantRegistry,
  createEc2Client,
  createEc2Fleet,
  createEc2SecurityGroups,
  createParameterReader,
  createSqsClient,
  createSqsJobQueue,
  createSsmClient,
  createSsmRunnerParameters,
  sleep,
} from '@multi-tenant-runner/aws';
import { leaseFor } from '@multi-tenant-runner/core';
import { createGitHub } from '@multi-tenant-runner/github';
import { createLog, createMetrics, systemClock, writeLine } from '@multi-tenant-runner/runtime';
import { readScaleDownConfig } from './config';
import { createHandler } from './handler';

const config = readScaleDownConfig(process.env);
const clients = createClientConfig(process.env);
const dynamoDb = createDynamoDbClient(clients);
const ec2 = createEc2Client(createClientConfig(process.env, { timeout: 10_000, attempts: 1 }));
const ssm = createSsmClient(clients);
const clock = systemClock;
const { environment, settings, tables } = config;
const tags = Object.fromEntries(config.runnerTags);

export const handler = createHandler({
  environment,
  settings,
  tenants: createDynamoTenantRegistry({ client: dynamoDb, tableName: tables.tenants, ...settings }),
  lifecycle: createDynamoTenantLifecycle({ client: dynamoDb, tableName: tables.tenants, clock }),
  jobs: createDynamoJobStore({ client: dynamoDb, tableName: tables.jobs, clock }),
  launches: createDynamoLaunchStore({ client: dynamoDb, tableName: tables.runners, clock }),
  queue: createSqsJobQueue({ client: createSqsClient(clients), tierQueueUrls: config.tierQueueUrls }),
  github: createGitHub({
    baseUrl: config.gitHubApiUrl,
    identity: createAppCredentials({
      readParameters: createParameterReader({ client: ssm }),
      appIdParameter: config.appIdParameter,
      keyParameter: config.appKeyParameter,
      clock,
    }),
    fetch,
    clock,
  }),
  fleet: createEc2Fleet({ client: ec2, environment, tags, sleep }),
  parameters: createSsmRunnerParameters({ client: ssm, environment, tags }),
  // Groups are only found and removed here; tenant-manager makes them.
  securityGroups: createEc2SecurityGroups({ client: ec2, environment, vpcId: config.vpcId, egressRules: [], tags, sleep }),
  scaleDown: config.scaleDown,
  leaseMilliseconds: leaseFor(config.timeout),
  clock,
  log: createLog({ level: config.logLevel, clock, write: writeLine }),
  metrics: createMetrics({ environment, clock, write: writeLine }),
});
