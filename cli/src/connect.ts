import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SQSClient } from '@aws-sdk/client-sqs';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import {
  createAppSecretWriter,
  createDeadLetters,
  createDynamoAppStore,
  createDynamoAuditTrail,
  createDynamoCallbackHealth,
  createDynamoDeploymentStore,
  createDynamoJobStore,
  createDynamoLaunchStore,
  createDynamoLockStore,
  createDynamoLoginPins,
  createDynamoTenantDirectory,
  createDynamoUsageBooks,
  createDynamoUsageCorrections,
  createLaunchTriggers,
  createSqsJobQueue,
  createTenantSurveyor,
  sleep,
} from '@multi-tenant-runner/aws';
import { createCallbackSecrets } from '@multi-tenant-runner/core';
import { randomBytes, randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { createAwsCall } from './aws/call';
import { readConsole } from './aws/console';
import { countMessages, findCallbacks, listLaunchTriggers, listQueueUrls, readDeployment } from './aws/functions';
import { createVault } from './aws/vault';
import { connectSources } from './doctor/connect-sources';
import { gatherFacts, type Sources } from './doctor/gather/gather';
import { findImages } from './doctor/gather/machines';
import type { Fleet } from './fleet';

export interface Target {
  readonly prefix: string;
  readonly region?: string;
  readonly profile?: string;
  /** AWS_ENDPOINT_URL: of an emulator. */
  readonly endpoint?: string;
}

const made = v.object({ ARN: v.string() });

/** Region, profile, credentials and endpoint as the AWS CLI finds them, unless given. */
export async function connect({ prefix, region, profile, endpoint }: Target): Promise<Fleet> {
  const config = { ...(region !== undefined && { region }), ...(profile !== undefined && { profile }) };
  const lambda = new LambdaClient(config);
  const client = new DynamoDBClient(config);
  const sqs = new SQSClient(config);
  const clock = { now: () => new Date() };
  const deployment = await readDeployment(lambda, prefix);
  const { settings, tables, tierQueueUrls, gitHubApiUrl } = deployment;
  const where = await lambda.config.region();
  const { credentials } = client.config;
  const call = createAwsCall({ region: where, credentials, ...(endpoint !== undefined && { endpoint }) });
  const sources = (): Sources =>
    connectSources({
      prefix,
      region: where,
      call,
      lambda,
      clock,
      deployment,
      queues: () => countMessages(sqs, prefix),
      fetch,
    });
  const fleet: Fleet = {
    prefix,
    region: where,
    gitHubApiUrl,
    settings,
    clock,
    sleep,
    directory: createDynamoTenantDirectory({ client, tableName: tables.tenants, ...settings }),
    jobs: createDynamoJobStore({ client, tableName: tables.jobs, launchesTable: tables.launches, clock }),
    launches: createDynamoLaunchStore({ client, tableName: tables.launches, clock }),
    queue: createSqsJobQueue({ client: sqs, tierQueueUrls }),
    usage: createDynamoUsageBooks({ client, tableName: tables.usage }),
    corrections: createDynamoUsageCorrections({ client, tableName: tables.usage }),
    audit: createDynamoAuditTrail({ client, tableName: `${prefix}-audit` }),
    locks: createDynamoLockStore({ client, tableName: `${prefix}-api` }),
    pins: createDynamoLoginPins({ client, tableName: tables.tenants }),
    apps: {
      store: createDynamoAppStore({ client, tableName: `${prefix}-apps` }),
      deployments: createDynamoDeploymentStore({
        client,
        tables: { apps: `${prefix}-apps`, deployments: `${prefix}-deployments` },
      }),
      secrets: createAppSecretWriter({
        environment: prefix,
        create: async (secret) => v.parse(made, await call('secretsmanager', 'CreateSecret', secret)).ARN,
        newId: randomUUID,
      }),
    },
    surveyor: createTenantSurveyor(lambda, `${prefix}-tenant-manager`),
    callbacks: createCallbackSecrets({
      environment: prefix,
      vault: createVault(call, deployment.parametersKey),
      clock,
      random: () => randomBytes(32).toString('base64'),
    }),
    callbackHealth: createDynamoCallbackHealth({ client, tableName: `${prefix}-recovery` }),
    hasCallbacks: () => findCallbacks(lambda, prefix),
    deadLetters: createDeadLetters(sqs, () => listQueueUrls(sqs, prefix)),
    triggers: createLaunchTriggers(lambda, () => listLaunchTriggers(lambda, prefix)),
    facts: () => gatherFacts(sources(), fleet),
    images: () => findImages(sources().machines),
    console: (instanceId) => readConsole(new EC2Client(config), instanceId),
    whoAmI: async () => (await new STSClient(config).send(new GetCallerIdentityCommand({}))).Arn ?? 'unknown',
  };
  return fleet;
}
