import type { ReceivedMessage } from '../message-delay';
import type { AwsApi } from './api';

/**
 * Lets a message that was received come back after so many seconds.
 *
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html
 */
export function createAppMessageDelay(api: AwsApi) {
  return async (
    { receiptHandle: ReceiptHandle, eventSourceARN = '' }: ReceivedMessage,
    VisibilityTimeout: number,
  ): Promise<void> => {
    const input = { QueueUrl: queueUrlOf(eventSourceARN), ReceiptHandle, VisibilityTimeout };
    await api.json('sqs', 'ChangeMessageVisibility', input);
  };
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-message-identifiers.html */
function queueUrlOf(arn: string): string {
  const [, partition, , region, account, name] = arn.split(':');
  return `https://sqs.${region}.amazonaws.com${partition === 'aws-cn' ? '.cn' : ''}/${account}/${name}`;
}
