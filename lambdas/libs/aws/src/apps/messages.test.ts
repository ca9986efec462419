import type { AwsApi } from './api';
import { createAppMessageDelay } from './messages';

test.each([
  ['aws', 'eu-west-1', 'https://sqs.eu-west-1.amazonaws.com/123456789012/acme-deployer'],
  ['aws-cn', 'cn-north-1', 'https://sqs.cn-north-1.amazonaws.com.cn/123456789012/acme-deployer'],
])('a message of a queue in %s is put off there', async (partition, region, QueueUrl) => {
  const json = jest.fn<ReturnType<AwsApi['json']>, Parameters<AwsApi['json']>>(async () => ({}));
  const eventSourceARN = `arn:${partition}:sqs:${region}:123456789012:acme-deployer`;
  await createAppMessageDelay({ json } as unknown as AwsApi)({ receiptHandle: 'handle', eventSourceARN }, 60);
  const input = { QueueUrl, ReceiptHandle: 'handle', VisibilityTimeout: 60 };
  expect(json.mock.calls).toEqual([['sqs', 'ChangeMessageVisibility', input]]);
});
