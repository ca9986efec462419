import type { AwsApi } from './api';

/**
 * Lets a message of a queue that was received come back after so many seconds.
 *
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html
 */
export function createAppMessageDelay(api: AwsApi, QueueUrl: string) {
  return async (
    { receiptHandle: ReceiptHandle }: { readonly receiptHandle?: string },
    VisibilityTimeout: number,
  ): Promise<void> => {
    await api.json('sqs', 'ChangeMessageVisibility', { QueueUrl, ReceiptHandle, VisibilityTimeout });
  };
}
