import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { chunks } from './chunks';

/** Events to be sent to a tenant have an id, and say whose they are. */
interface Sendable {
  readonly id: string;
  readonly installation_id: number;
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
const AT_ONCE = 10;

export interface CallbackQueueDeps {
  readonly client: Pick<SQSClient, 'send'>;
  readonly queueUrl: string;
}

/**
 * Sends events to the queue of callbacks, each in its tenant's group: SQS fair queues serve tenants with few messages
 * before one whose endpoint is slow. Answers those that were not taken.
 */
export function createCallbackQueue({ client, queueUrl }: CallbackQueueDeps) {
  return async <E extends Sendable>(events: readonly E[]): Promise<ReadonlySet<E>> => {
    const failed = new Set<E>();
    for (const part of chunks(events, AT_ONCE)) {
      const { Successful: taken = [] } = await client.send(
        new SendMessageBatchCommand({
          QueueUrl: queueUrl,
          Entries: part.map((event, index) => ({
            Id: String(index),
            MessageBody: JSON.stringify(event),
            MessageGroupId: String(event.installation_id),
          })),
        }),
      );
      const ids = new Set(taken.map(({ Id }) => Id));
      for (const [index, event] of part.entries()) if (!ids.has(String(index))) failed.add(event);
    }
    return failed;
  };
}
