import {
  createAppCredentials,
  createClientConfig,
  createDynamoDbClient,
  createDynamoJobStore,
  createDynamoLaunchStore,
  createDynamoTenantRegistry,
  createEc2Client,
  createEc2Fleet,
  createParameterReader,
  createSqsClient,
  createSqsJobQueue,
  createSsmClient,
  createSsmRunnerParameters,
  sleep,
} from '@multi-tenant-runner/aws';
import { MINUTE, leaseFor } from '@multi-tenant-runner/core';
import { createGitHub } from '@multi-tenant-runner/github';
import { createLog, createMetrics, systemClock, writeLine } from '@multi-tenant-runner/runtime';
import { RecentRefusals } from './candidates';
import { readScaleUpConfig } from './config';
import { createHandler } from './handler';

const config = readScaleUpConfig(process.env);
const clients = createClientConfig(process.env);
const dynamoDb = createDynamoDbClient(clients);
const ssm = createSsmClient(clients);
const clock = systemClock;
const { environment, settings, tables } = config;
const tags = Object.fromEntries(config.runnerTags);

export const handler = createHandler({
  environment,
  settings,
  tenants: createDynamoTenantRegistry({ client: dynamoDb, tableName: tables.tenants, ...settings }),
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
  // The fleet decides itself what may be repeated: a repeat by the SDK would hide that an earlier answer was unclear.
  fleet: createEc2Fleet({ client: createEc2Client(createClientConfig(process.env, { timeout: 10_000, attempts: 1 })), environment, tags, sleep }),
  parameters: createSsmRunnerParameters({ client: ssm, environment, tags, ...(config.kmsKeyArn !== undefined && { kmsKeyArn: config.kmsKeyArn }) }),
  scaleUp: {
    subnetIds: config.subnetIds,
    launchTemplates: config.launchTemplates,
    ...(config.sharedSecurityGroupId !== undefined && { sharedSecurityGroupId: config.sharedSecurityGroupId }),
    maxReceiveCount: config.maxReceiveCount,
    leaseMilliseconds: leaseFor(config.timeout),
  },
  refusals: new RecentRefusals(5 * MINUTE),
  clock,
  log: createLog({ level: config.logLevel, clock, write: writeLine }),
  metrics: createMetrics({ environment, clock, write: writeLine }),
});
