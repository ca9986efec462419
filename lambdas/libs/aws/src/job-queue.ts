import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { encodeFillMessage, encodeJobEvent, encodeJobMessage, type JobQueue } from '@multi-tenant-runner/core';

export interface JobQueueDeps {
  readonly client: Pick<SQSClient, 'send'>;
  readonly tierQueueUrls: ReadonlyMap<string, string>;
  /** Set only in functions that send job events. */
  readonly runnerEventsQueueUrl?: string;
}

export function createSqsJobQueue({ client, tierQueueUrls, runnerEventsQueueUrl }: JobQueueDeps): JobQueue {
  // The message group is the tenant: SQS fair queues serve tenants with few messages before one that floods the queue.
  const send = async (QueueUrl: string, MessageBody: string, group: number | string): Promise<void> => {
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody, MessageGroupId: String(group) }));
  };
  const queueOf = (tier: string, whose: string): string => {
    const url = tierQueueUrls.get(tier);
    if (url !== undefined) return url;
    throw new Error(
      `There is no queue for tier ${tier} ${whose}; TIER_QUEUE_URLS names ${[...tierQueueUrls.keys()].join(', ')}.`,
    );
  };
  return {
    sendFill: (tier) => send(queueOf(tier, 'of a pool'), encodeFillMessage(tier), 'pool'),
    sendJob: async (message) => {
      const url = queueOf(message.tier, `of job ${message.jobId}`);
      await send(url, encodeJobMessage(message), message.installationId);
    },
    sendJobEvent: async (event) => {
      if (runnerEventsQueueUrl === undefined)
        throw new Error('This function has no queue for job events (RUNNER_EVENTS_QUEUE_URL).');
      await send(runnerEventsQueueUrl, encodeJobEvent(event), event.installationId);
    },
  };
}
