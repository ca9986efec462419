import { ChangeMessageVisibilityCommand, type SQSClient } from '@aws-sdk/client-sqs';

export interface MessageDelayDeps {
  readonly client: Pick<SQSClient, 'send'>;
  /** Of the function's queues. */
  readonly queueUrls: readonly string[];
}

/** As SQS hands it to a function. */
export interface ReceivedMessage {
  readonly receiptHandle?: string;
  readonly eventSourceARN?: string;
}

/**
 * Lets a message that was received come back after so many seconds. Its queue is the one of the name that its ARN ends
 * with.
 *
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html
 */
export function createMessageDelay({ client, queueUrls }: MessageDelayDeps) {
  const urls = new Map(queueUrls.map((url) => [url.split('/').at(-1), url]));
  return async (
    { receiptHandle: ReceiptHandle, eventSourceARN = '' }: ReceivedMessage,
    seconds: number,
  ): Promise<void> => {
    const QueueUrl = urls.get(eventSourceARN.split(':').at(-1));
    if (QueueUrl === undefined)
      throw new Error(`A message is of ${eventSourceARN}, which is no queue of this function`);
    await client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: seconds }));
  };
}
