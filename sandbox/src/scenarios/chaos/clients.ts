import { DynamoDBClient, UpdateItemCommand, type AttributeValue } from '@aws-sdk/client-dynamodb';
import { GetQueueAttributesCommand, GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { DemoSandbox } from '../kit/types';
import { object, text, whole, type Json } from '../../lib/json';

/** Who breaks things: GitHub's weather, AWS's refusals, and an operator's slips. */
export interface ChaosClient {
  readonly gitHubFault: (fault: Json) => Promise<void>;
  readonly deliveryFault: (fault: Json) => Promise<void>;
  readonly machineFault: (fault: Json) => Promise<void>;
  /** Faults of machines that no machine has had yet. */
  readonly machineFaultsLeft: () => Promise<number>;
  readonly awsFault: (fault: Json) => Promise<void>;
  readonly calm: () => Promise<void>;
  /** Lets messages of a queue gather until `resume`, so that they come as one batch. */
  readonly hold: (queue: string) => Promise<void>;
  readonly resume: (queue: string) => Promise<void>;
  readonly queueUrl: (queue: string) => Promise<string>;
  readonly depth: (queue: string) => Promise<number>;
  readonly endMachine: (instanceId: string) => Promise<void>;
  readonly cancel: (jobId: number) => Promise<void>;
  /**
   * A small job with more to it: `hidden`, of a repository that the App can't see; `public`, of one that anybody can.
   */
  readonly queue: (installationId: number, more: Json) => Promise<number>;
  readonly editRow: (installationId: number, changes: Readonly<Record<string, AttributeValue>>) => Promise<void>;
  /** Sends failed deliveries of an installation again, each once; answers how many. */
  readonly redeliverFailed: (installationId: number) => Promise<number>;
}

export function createChaosClient({ aws, prefix, github }: DemoSandbox, signal: AbortSignal): ChaosClient {
  const settings = {
    endpoint: aws.endpoint_url,
    region: aws.region,
    credentials: { accessKeyId: aws.access_key_id, secretAccessKey: aws.secret_access_key },
  };
  const dynamodb = new DynamoDBClient(settings);
  const sqs = new SQSClient(settings);
  const redelivered = new Set<number>();
  const call = async (method: string, path: string, body?: Json): Promise<unknown> => {
    const answer = await fetch(`${github.control_url}${path}`, {
      method,
      signal,
      ...(body && { body: JSON.stringify(body) }),
    });
    const content = await answer.text();
    if (!answer.ok)
      throw new Error(`The control API answered ${answer.status} to ${method} ${path}: ${content.slice(0, 300)}`);
    return content === '' ? undefined : JSON.parse(content);
  };
  const queueUrl = async (queue: string): Promise<string> =>
    (await sqs.send(new GetQueueUrlCommand({ QueueName: `${prefix}-${queue}` }))).QueueUrl ?? '';
  const polling = async (queue: string, enabled: boolean): Promise<void> =>
    void (await call('PUT', `/faults/polling/${prefix}-${queue}`, { enabled }));
  return {
    gitHubFault: async (fault) => void (await call('POST', '/faults/github', fault)),
    deliveryFault: async (fault) => void (await call('POST', '/faults/deliveries', fault)),
    machineFault: async (fault) => void (await call('POST', '/faults/machines', fault)),
    machineFaultsLeft: async () => {
      const left = object(await call('GET', '/faults'))?.['machines'];
      return Array.isArray(left) ? left.length : 0;
    },
    awsFault: async (fault) => void (await call('POST', '/faults/aws', fault)),
    calm: async () => void (await call('DELETE', '/faults')),
    hold: (queue) => polling(queue, false),
    resume: (queue) => polling(queue, true),
    queueUrl,
    depth: async (queue) => {
      const { Attributes } = await sqs.send(
        new GetQueueAttributesCommand({
          QueueUrl: await queueUrl(queue),
          AttributeNames: ['ApproximateNumberOfMessages'],
        }),
      );
      return Number(Attributes?.['ApproximateNumberOfMessages'] ?? 0);
    },
    endMachine: async (instanceId) => void (await call('POST', `/machines/${instanceId}/end`)),
    cancel: async (jobId) => void (await call('POST', `/jobs/${jobId}/cancel`)),
    queue: async (installationId, more) => {
      const made = await call('POST', '/jobs', {
        installation_id: installationId,
        labels: ['self-hosted', 'linux', 'x64', 'small'],
        seconds: 1,
        ...more,
      });
      return whole(object(made)?.['id']) ?? 0;
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
    redeliverFailed: async (installationId) => {
      const listed = await call('GET', `/deliveries?installation_id=${installationId}`);
      const failed = (Array.isArray(listed) ? listed : [])
        .map(object)
        .filter((one) => text(one?.['status']) !== 'OK')
        .map((one) => whole(one?.['id']) ?? 0)
        .filter((id) => !redelivered.has(id));
      for (const id of failed) {
        redelivered.add(id);
        await call('POST', `/deliveries/${id}/redeliver`);
      }
      return failed.length;
    },
  };
}
