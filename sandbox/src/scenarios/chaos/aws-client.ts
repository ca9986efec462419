import {
  DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
  type AttributeValue,
} from '@aws-sdk/client-dynamodb';
import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { OperatorClient } from '../../control/client';
import type { SandboxFile } from '../../lib/state';
import { heldLaunch } from './held-launch';

/** What an operator changes in the AWS account during an experiment. */
export interface ChaosAwsClient {
  /** Holds messages back until `resume`, so that they come as one batch. */
  readonly hold: (queue: string) => Promise<void>;
  readonly resume: (queue: string) => Promise<void>;
  readonly queueUrl: (queue: string) => Promise<string>;
  readonly depth: (queue: string) => Promise<number>;
  /** Changes after how many seconds messages that nobody deleted come again; what is answered changes it back. */
  readonly giveBackAfter: (queue: string, seconds: number) => Promise<() => Promise<void>>;
  /** Makes a tenant's machines an hour older than they are. */
  readonly ageLaunches: (installationId: number) => Promise<void>;
  /** Leaves a launch of a size that holds a slot, and its job, whose id is answered. */
  readonly leaveLaunch: (installationId: number, tier: string) => Promise<number>;
  readonly editRow: (installationId: number, changes: Readonly<Record<string, AttributeValue>>) => Promise<void>;
}

const HOUR_MS = 3_600_000;

export function createChaosAwsClient({ aws, prefix }: SandboxFile, operator: OperatorClient): ChaosAwsClient {
  const settings = {
    endpoint: aws.endpoint_url,
    region: aws.region,
    credentials: { accessKeyId: aws.access_key_id, secretAccessKey: aws.secret_access_key },
  };
  const dynamodb = new DynamoDBClient(settings);
  const sqs = new SQSClient(settings);
  const queueUrl = async (queue: string): Promise<string> =>
    (await sqs.send(new GetQueueUrlCommand({ QueueName: `${prefix}-${queue}` }))).QueueUrl ?? '';
  const attribute = async (
    queue: string,
    name: 'ApproximateNumberOfMessages' | 'VisibilityTimeout',
  ): Promise<string> => {
    const asked = new GetQueueAttributesCommand({ QueueUrl: await queueUrl(queue), AttributeNames: [name] });
    return (await sqs.send(asked)).Attributes?.[name] ?? '0';
  };
  return {
    hold: (queue) => operator.setPolling(`${prefix}-${queue}`, false),
    resume: (queue) => operator.setPolling(`${prefix}-${queue}`, true),
    queueUrl,
    depth: async (queue) => Number(await attribute(queue, 'ApproximateNumberOfMessages')),
    giveBackAfter: async (queue, seconds) => {
      const QueueUrl = await queueUrl(queue);
      const before = await attribute(queue, 'VisibilityTimeout');
      const change = async (VisibilityTimeout: string): Promise<void> =>
        void (await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { VisibilityTimeout } })));
      await change(String(seconds));
      return () => change(before);
    },
    ageLaunches: async (installationId) => {
      const TableName = `${prefix}-launches`;
      const { Items: launches = [] } = await dynamodb.send(
        new QueryCommand({
          TableName,
          KeyConditionExpression: 'installation_id = :tenant',
          ExpressionAttributeValues: { ':tenant': { N: String(installationId) } },
        }),
      );
      for (const { launch_id: id } of launches) {
        await dynamodb.send(
          new UpdateItemCommand({
            TableName,
            Key: { installation_id: { N: String(installationId) }, launch_id: id ?? { S: '' } },
            UpdateExpression: 'SET launched_at = :then',
            ExpressionAttributeValues: { ':then': { S: new Date(Date.now() - HOUR_MS).toISOString() } },
          }),
        );
      }
    },
    leaveLaunch: async (installationId, tier) => {
      const { jobId, job, launch } = heldLaunch(installationId, tier);
      await dynamodb.send(
        new UpdateItemCommand({
          TableName: `${prefix}-tenants`,
          Key: { installation_id: { N: String(installationId) } },
          UpdateExpression: 'ADD slots_held :one, slot_changes :one',
          ExpressionAttributeValues: { ':one': { N: '1' } },
        }),
      );
      await dynamodb.send(new PutItemCommand({ TableName: `${prefix}-launches`, Item: launch }));
      await dynamodb.send(new PutItemCommand({ TableName: `${prefix}-jobs`, Item: job }));
      return jobId;
    },
    editRow: async (installationId, changes) => {
      const names = Object.keys(changes);
      await dynamodb.send(
        new UpdateItemCommand({
          TableName: `${prefix}-tenants`,
          Key: { installation_id: { N: String(installationId) } },
          UpdateExpression: `SET ${names.map((_, index) => `#${index} = :${index}`).join(', ')}`,
          ExpressionAttributeNames: Object.fromEntries(names.map((name, index) => [`#${index}`, name])),
          ExpressionAttributeValues: Object.fromEntries(
            names.map((name, index) => [`:${index}`, changes[name] ?? { NULL: true }]),
          ),
        }),
      );
    },
  };
}
