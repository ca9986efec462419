import { GetQueueAttributesCommand, StartMessageMoveTaskCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { DeadLetterQueues } from '@multi-tenant-runner/core';

const SUFFIX = '-dlq';

interface Queue {
  readonly name: string;
  readonly arn: string;
  readonly messages: number;
  /** Where SQS itself moves what fails too often. */
  readonly deadLettersTo?: string;
}

/**
 * The queues named `…-dlq` among those of the module; those that no queue names as its own were written to by another
 * service.
 */
export function createDeadLetters(
  client: Pick<SQSClient, 'send'>,
  listUrls: () => Promise<readonly string[]>,
): DeadLetterQueues {
  const read = async (url: string): Promise<Queue> => {
    const { Attributes = {} } = await client.send(
      new GetQueueAttributesCommand({
        QueueUrl: url,
        AttributeNames: ['QueueArn', 'ApproximateNumberOfMessages', 'RedrivePolicy'],
      }),
    );
    const target = targetOf(Attributes['RedrivePolicy']);
    return {
      name: url.slice(url.lastIndexOf('/') + 1),
      arn: Attributes['QueueArn'] ?? '',
      messages: Number(Attributes['ApproximateNumberOfMessages'] ?? 0),
      ...(target !== undefined && { deadLettersTo: target }),
    };
  };
  const readAll = async (): Promise<readonly Queue[]> => Promise.all([...(await listUrls())].sort().map(read));
  return {
    list: async () => {
      const queues = await readAll();
      const targets = new Set(queues.map(({ deadLettersTo }) => deadLettersTo));
      return queues
        .filter(({ name }) => name.endsWith(SUFFIX))
        .map(({ name, arn, messages }) => ({ queue: name, messages, hasSource: targets.has(arn) }));
    },
    redrive: async (queue) => {
      const found = (await readAll()).find(({ name }) => name === queue);
      if (found === undefined) throw new Error(`There is no dead-letter queue ${queue}.`);
      await client.send(new StartMessageMoveTaskCommand({ SourceArn: found.arn }));
    },
  };
}

function targetOf(policy: string | undefined): string | undefined {
  const { deadLetterTargetArn: target }: { readonly deadLetterTargetArn?: unknown } =
    policy === undefined ? {} : Object(JSON.parse(policy));
  return typeof target === 'string' ? target : undefined;
}
