import { randomUUID } from 'node:crypto';
import {
  createAppCredentials,
  createAppMessageDelay,
  createAppPlatform,
  createAwsApi,
  createClientConfig,
  createCodeBuild,
  createDynamoAppStore,
  createDynamoDbClient,
  createDynamoDeploymentStore,
  createDynamoTenantRegistry,
  createParameterReader,
  createSecretReader,
  createSecretVersions,
  createSecretsManagerClient,
  createSsmClient,
  fromAttributes,
} from '@multi-tenant-runner/aws';
import type { Tier } from '@multi-tenant-runner/core';
import { createAppGitHub, createRunnerBuilds } from '@multi-tenant-runner/github';
import { createLog, createMetrics, createTxtResolver, systemClock, writeLine } from '@multi-tenant-runner/runtime';
import { createFetch } from '@multi-tenant-runner/wiring';
import { parseDeployerConfig } from './config';
import { createHandler } from './handler';

/** Within a look at an app, which has at most four domains: milliseconds of a question, and of all of a name. */
const DNS_PATIENCE = { timeout: 1_500, limit: 6_000 };

const config = parseDeployerConfig(process.env);
const clients = createClientConfig(process.env);
const client = createDynamoDbClient(clients);
const clock = systemClock;
const readParameters = createParameterReader({ client: createSsmClient(clients) });
const secrets = createSecretVersions({ client: createSecretsManagerClient(clients) });
const github = createAppGitHub({
  baseUrl: config.gitHubApiUrl,
  identity: createAppCredentials({
    readParameters: createSecretReader({ readParameters, secrets, clock }),
    appIdParameter: config.appIdParameter,
    keyParameter: config.appKeyParameter,
    clock,
  }),
  fetch: createFetch(config.network, readParameters),
  clock,
});
const api = createAwsApi({ config: clients, fetch });
// Of a tier only its name counts here: it says which quota is the tenant's.
const nameOnly = (name: string): Tier => ({
  name,
  labels: [],
  maxRunners: 0,
  instanceTypes: [],
  capacity: 'on-demand',
  runnerGroupId: 1,
});
const { tables, platform, codeBuildProject: project, workflow } = config;
const onRunners = createRunnerBuilds({ github, workflow });
const onCodeBuild = project === undefined ? onRunners : createCodeBuild(api, { ...platform, project });

export const handler = createHandler({
  environment: config.environment,
  apps: createDynamoAppStore({ client, tableName: tables.apps }),
  deployments: createDynamoDeploymentStore({ client, tables }),
  tenants: createDynamoTenantRegistry({
    client,
    tableName: tables.tenants,
    tiers: new Map(config.tiers.map((name) => [name, nameOnly(name)])),
    defaultTier: config.defaultTier,
  }),
  platform: createAppPlatform(api, platform),
  builderOf: ({ builder }) => (builder === 'codebuild' ? onCodeBuild : onRunners),
  github,
  dns: createTxtResolver({ servers: config.dnsServers, ...DNS_PATIENCE }),
  archiveLimits: config.archiveLimits,
  previewLifetime: config.previewLifetime,
  leaseTime: config.leaseTime,
  comeBack: { delay: createAppMessageDelay(api), most: config.visibility },
  newLeaseName: () => `deployer ${randomUUID()}`,
  clock,
  log: createLog({ level: config.logLevel, clock, write: writeLine }),
  metrics: createMetrics({ environment: config.environment, clock, write: writeLine }),
  parseImage: fromAttributes,
});
