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
import { createGitHub } from '@multi-tenant-runner/github';
import { createLog, createMetrics, systemClock, writeLine, type Env } from '@multi-tenant-runner/runtime';
import type { TenantManagerConfig } from './config';

/** The real things behind the ports. Nothing here is called while the function loads. */
export function buildPorts(config: TenantManagerConfig, env: Env) {
  const { environment, settings, tables } = config;
  const clients = createClientConfig(env);
  const dynamoDb = createDynamoDbClient(clients);
  const ssm = createSsmClient(clients);
  // The adapters decide themselves which of EC2's calls may be repeated; each may take long.
  const ec2 = createEc2Client(createClientConfig(env, { timeout: 15_000, attempts: 1 }));
  const tags = Object.fromEntries(config.runnerTags);
  const clock = systemClock;
  return {
    environment,
    settings,
    clock,
    log: createLog({ level: config.logLevel, clock, write: writeLine }),
    metrics: createMetrics({ environment, clock, write: writeLine }),
    tenants: createDynamoTenantRegistry({ client: dynamoDb, tableName: tables.tenants, ...settings }),
    lifecycle: createDynamoTenantLifecycle({ client: dynamoDb, tableName: tables.tenants, clock }),
    jobs: createDynamoJobStore({ client: dynamoDb, tableName: tables.jobs, clock }),
    launches: createDynamoLaunchStore({ client: dynamoDb, tableName: tables.runners, clock }),
    queue: createSqsJobQueue({ client: createSqsClient(clients), tierQueueUrls: config.tierQueueUrls }),
    fleet: createEc2Fleet({ client: ec2, environment, tags, sleep }),
    parameters: createSsmRunnerParameters({ client: ssm, environment, tags }),
    securityGroups: createEc2SecurityGroups({ client: ec2, environment, vpcId: config.vpcId, egressRules: config.egressRules, tags, sleep }),
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
  };
}
