import {
  GetQueueAttributesCommand,
  ListDeadLetterSourceQueuesCommand,
  ListQueuesCommand,
  StartMessageMoveTaskCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { DeadLetterQueues } from '../fleet';
import { notFound } from '../problem';

const SUFFIX = '-dlq';

/** The queues named `<prefix>-…-dlq`. */
export function createDeadLetters(client: Pick<SQSClient, 'send'>, prefix: string): DeadLetterQueues {
  const urls = async (): Promise<string[]> => {
    const { QueueUrls = [] } = await client.send(
      new ListQueuesCommand({ QueueNamePrefix: `${prefix}-`, MaxResults: 1000 }),
    );
    return QueueUrls.filter((url) => url.endsWith(SUFFIX)).sort();
  };
  return {
    list: async () =>
      Promise.all(
        (await urls()).map(async (url) => {
          const attributes = await client.send(
            new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['ApproximateNumberOfMessages'] }),
          );
          const sources = await client.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl: url }));
          return {
            queue: nameOf(url),
            messages: Number(attributes.Attributes?.['ApproximateNumberOfMessages'] ?? 0),
            hasSource: (sources.queueUrls ?? []).length > 0,
          };
        }),
      ),
    redrive: async (queue) => {
      const url = (await urls()).find((one) => nameOf(one) === queue);
      if (url === undefined) throw notFound(`There is no dead-letter queue ${queue}.`);
      const { Attributes } = await client.send(
        new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }),
      );
      await client.send(new StartMessageMoveTaskCommand({ SourceArn: Attributes?.['QueueArn'] }));
    },
  };
}

function nameOf(url: string): string {
  return url.slice(url.lastIndexOf('/') + 1);
}
