import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SQSClient } from '@aws-sdk/client-sqs';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import {
  createDeadLetters,
  createDynamoAuditTrail,
  createDynamoJobStore,
  createDynamoLaunchStore,
  createDynamoTenantDirectory,
  createDynamoUsageBooks,
  createLaunchTriggers,
  createSqsJobQueue,
  sleep,
} from '@multi-tenant-runner/aws';
import { readConsole } from './aws/console';
import { listLaunchTriggers, listQueueUrls, readDeployment } from './aws/functions';
import type { Fleet } from './fleet';

export interface Target {
  readonly prefix: string;
  readonly region?: string;
  readonly profile?: string;
}

/** Region, profile, credentials and endpoint as the AWS CLI finds them, unless given. */
export async function connect({ prefix, region, profile }: Target): Promise<Fleet> {
  const config = { ...(region !== undefined && { region }), ...(profile !== undefined && { profile }) };
  const lambda = new LambdaClient(config);
  const client = new DynamoDBClient(config);
  const sqs = new SQSClient(config);
  const clock = { now: () => new Date() };
  const { settings, tables, tierQueueUrls, gitHubApiUrl } = await readDeployment(lambda, prefix);
  return {
    prefix,
    region: await lambda.config.region(),
    gitHubApiUrl,
    settings,
    clock,
    sleep,
    directory: createDynamoTenantDirectory({ client, tableName: tables.tenants, ...settings }),
    jobs: createDynamoJobStore({ client, tableName: tables.jobs, clock }),
    launches: createDynamoLaunchStore({ client, tableName: tables.launches, clock }),
    queue: createSqsJobQueue({ client: sqs, tierQueueUrls }),
    usage: createDynamoUsageBooks({ client, tableName: tables.usage }),
    audit: createDynamoAuditTrail({ client, tableName: `${prefix}-audit` }),
    deadLetters: createDeadLetters(sqs, () => listQueueUrls(sqs, prefix)),
    triggers: createLaunchTriggers(lambda, () => listLaunchTriggers(lambda, prefix)),
    console: (instanceId) => readConsole(new EC2Client(config), instanceId),
    whoAmI: async () => (await new STSClient(config).send(new GetCallerIdentityCommand({}))).Arn ?? 'unknown',
  };
}
