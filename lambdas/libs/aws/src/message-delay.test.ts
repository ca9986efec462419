import { createStubClient } from '@multi-tenant-runner/testing';
import { createMessageDelay } from './message-delay';

const SQS = 'https://sqs.eu-west-1.amazonaws.com/123456789012';
const queueUrls = [`${SQS}/acme-builds-small`, `${SQS}/acme-builds-large`];
const record = { receiptHandle: 'handle', eventSourceARN: 'arn:aws:sqs:eu-west-1:123456789012:acme-builds-large' };

test('a message is put off in the queue that it is of', async () => {
  const client = createStubClient(() => ({}));
  await createMessageDelay({ client, queueUrls })(record, 80);
  const input = { QueueUrl: `${SQS}/acme-builds-large`, ReceiptHandle: 'handle', VisibilityTimeout: 80 };
  expect(client.sent).toEqual([{ name: 'ChangeMessageVisibility', input }]);
});

test('one of a queue that nobody named is named', async () => {
  const delay = createMessageDelay({ client: createStubClient(() => ({})), queueUrls });
  await expect(delay({ ...record, eventSourceARN: 'arn:aws:sqs:eu-west-1:1:other' }, 80)).rejects.toThrow(
    'A message is of arn:aws:sqs:eu-west-1:1:other, which is no queue of this function',
  );
});
