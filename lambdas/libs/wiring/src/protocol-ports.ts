import {
  createAppCredentials,
  createClientConfig,
  createDynamoAdmissions,
  createDynamoBudgets,
  createDynamoConfigStore,
  createDynamoDbClient,
  createDynamoFleetSlots,
  createDynamoJobStore,
  createDynamoLaunchStore,
  createDynamoOrderStore,
  createDynamoPoolStore,
  createDynamoTenantLifecycle,
  createDynamoTenantRegistry,
  createDynamoUsageLedger,
  createEc2Blanks,
  createEc2Client,
  createEc2Fleet,
  createEc2SecurityGroups,
  createParameterReader,
  createSecretReader,
  createSecretVersions,
  createSecretsManagerClient,
  createSqsClient,
  createSqsJobQueue,
  createSsmClient,
  createSsmConfigStore,
  sleep,
  type EgressRule,
} from '@multi-tenant-runner/aws';
import { REQUEST_TIMEOUT, type Purpose } from '@multi-tenant-runner/core';
import { createGitHub } from '@multi-tenant-runner/github';
import { createLog, createMetrics, deriveSecret, systemClock, writeLine, type Env } from '@multi-tenant-runner/runtime';
import { createFetch } from './network';
import type { ProtocolConfig } from './protocol-config';

export interface PortOptions {
  /** Encrypts the runners' configurations; absent: the account's default key. */
  readonly kmsKeyArn?: string;
  /**
   * A part of a tenant's rate limit is reserved for launches; a function that starts none is housekeeping.
   */
  readonly purpose?: Purpose;
}

/** The AWS and GitHub adapters behind the ports. Nothing is called while a function loads. */
export function createProtocolPorts(
  config: ProtocolConfig,
  env: Env,
  { kmsKeyArn, purpose = 'housekeeping' }: PortOptions = {},
) {
  const { environment, settings, prices, tables, runnerTags: tags } = config;
  const clients = createClientConfig(env);
  const dynamoDb = createDynamoDbClient(clients);
  const ssm = createSsmClient(clients);
  const clock = systemClock;
  const readParameters = createParameterReader({ client: ssm });
  const secrets = createSecretVersions({ client: createSecretsManagerClient(clients) });
  const identity = createAppCredentials({
    readParameters: createSecretReader({ readParameters, secrets, clock }),
    appIdParameter: config.appIdParameter,
    keyParameter: config.appKeyParameter,
    clock,
  });
  const gitHub = { baseUrl: config.gitHubApiUrl, identity, fetch: createFetch(config.network, readParameters), clock };
  return {
    environment,
    settings,
    prices,
    clock,
    log: createLog({ level: config.logLevel, clock, write: writeLine }),
    metrics: createMetrics({ environment, clock, write: writeLine }),
    tenants: createDynamoTenantRegistry({ client: dynamoDb, tableName: tables.tenants, ...settings }),
    lifecycle: createDynamoTenantLifecycle({ client: dynamoDb, tableName: tables.tenants, clock }),
    jobs: createDynamoJobStore({
      client: dynamoDb,
      tableName: tables.jobs,
      launchesTable: tables.launches,
      clock,
      tellsRefusals: config.showsChecks,
    }),
    launches: createDynamoLaunchStore({ client: dynamoDb, tableName: tables.launches, clock }),
    admissions: createDynamoAdmissions({ client: dynamoDb, tables, ...settings, clock }),
    fleetSlots: createDynamoFleetSlots({ client: dynamoDb, tableName: tables.launches }),
    budgets: createDynamoBudgets({ client: dynamoDb, tableName: tables.jobs, clock }),
    usage: createDynamoUsageLedger({ client: dynamoDb, tableName: tables.usage }),
    queue: createSqsJobQueue({ client: createSqsClient(clients), tierQueueUrls: config.tierQueueUrls }),
    // Called only where a size has a pool.
    pool: createDynamoPoolStore({
      client: dynamoDb,
      tableName: config.pooling?.table ?? '',
      launchesTable: tables.launches,
      clock,
    }),
    // Called only where sizes share calls.
    orders: createDynamoOrderStore({ client: dynamoDb, tableName: tables.launches, clock }),
    blanks: createEc2Blanks({ client: createPatientEc2Client(env), environment, tags, sleep }),
    fleet: createEc2Fleet({ client: createPatientEc2Client(env), environment, tags, sleep }),
    configs:
      config.configTable === undefined
        ? createSsmConfigStore({ client: ssm, environment, tags, ...(kmsKeyArn !== undefined && { kmsKeyArn }) })
        : createDynamoConfigStore({ client: dynamoDb, tableName: config.configTable }),
    // A key that scale-up holds anyway, and that no machine can get hold of.
    claimSecretFor: async (clientToken: string) =>
      deriveSecret((await identity()).privateKey, `ghr-claim:${clientToken}`),
    github: createGitHub({ ...gitHub, purpose }),
    gitHub,
  };
}

/** @param network the VPC and egress rules of the groups; only functions that create groups need the rules */
export function createTenantSecurityGroups(
  config: ProtocolConfig,
  env: Env,
  network: { readonly vpcId: string; readonly egressRules: readonly EgressRule[] },
) {
  return createEc2SecurityGroups({
    client: createPatientEc2Client(env),
    environment: config.environment,
    ...network,
    tags: config.runnerTags,
    sleep,
  });
}

/**
 * EC2 calls may take long, and the adapters decide which of them to retry: a retry by the SDK would hide that an
 * earlier answer was unclear.
 */
function createPatientEc2Client(env: Env) {
  return createEc2Client(createClientConfig(env, { timeout: REQUEST_TIMEOUT.ec2, attempts: 1 }));
}
