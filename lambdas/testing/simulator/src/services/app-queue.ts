import type { BatchResponse } from '@multi-tenant-runner/runtime';
import type { LambdaFunction } from '../engine/lambda';
import type { Scheduler } from '../engine/scheduler';

interface Message {
  readonly messageId: string;
  readonly body: string;
}

export interface AppQueue {
  send(event: object): void;
}

export interface AppQueueDeps {
  readonly lambda: LambdaFunction<unknown, BatchResponse | undefined>;
  readonly scheduler: Scheduler;
  readonly concurrency: number;
  readonly batch: number;
  /** Milliseconds after which a message that was not deleted comes again. */
  readonly visibility: number;
}

/** SQS before a function: as many batches at once as the mapping allows, and what failed comes again. */
export function createAppQueue({ lambda, scheduler, concurrency, batch, visibility }: AppQueueDeps): AppQueue {
  const waiting: Message[] = [];
  let [running, sent] = [0, 0];
  const again = (messages: readonly Message[]): void => {
    scheduler.after(visibility, () => {
      waiting.push(...messages);
      pump();
    });
  };
  const pump = (): void => {
    while (running < concurrency && waiting.length > 0) {
      const messages = waiting.splice(0, batch);
      running += 1;
      lambda.invoke({ Records: messages }, (outcome) => {
        running -= 1;
        const failed = outcome.kind === 'answer' ? (outcome.answer?.batchItemFailures ?? []) : undefined;
        const ids = failed && new Set(failed.map(({ itemIdentifier }) => itemIdentifier));
        const left = messages.filter(({ messageId }) => ids === undefined || ids.has(messageId));
        if (left.length > 0) again(left);
        pump();
      });
    }
  };
  return {
    send: (event) => {
      waiting.push({ messageId: `m${(sent += 1)}`, body: JSON.stringify(event) });
      pump();
    },
  };
}
