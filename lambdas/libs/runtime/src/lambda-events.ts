import type { Log } from '@multi-tenant-runner/core';
import { runBatch, type BatchResponse } from './run-batch';

/** What the functions read of Lambda's context object. */
export interface LambdaContext {
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

/** What the functions read of an SQS record. */
export interface QueueRecord {
  readonly messageId: string;
  readonly body: string;
  readonly attributes?: { readonly ApproximateReceiveCount?: string; readonly MessageGroupId?: string };
}

/** What the functions read of a DynamoDB stream record. */
export interface StreamRecord {
  readonly eventID?: string;
  readonly eventName?: string;
  readonly dynamodb?: {
    readonly SequenceNumber?: string;
    readonly Keys?: Readonly<Record<string, unknown>>;
    readonly OldImage?: Readonly<Record<string, unknown>>;
    readonly NewImage?: Readonly<Record<string, unknown>>;
  };
}

/** Time that the answer to Lambda and the last writes need. */
const RESERVE = 3_000;

export interface RecordOptions {
  readonly context: Pick<LambdaContext, 'getRemainingTimeInMillis'>;
  readonly log: Log;
}

/** How long the work of this invocation may still take. */
export function timeLeft(context: Pick<LambdaContext, 'getRemainingTimeInMillis'>, reserve = RESERVE): number {
  return Math.max(0, context.getRemainingTimeInMillis() - reserve);
}

/** 1 for the first delivery. */
export function receiveCount(record: QueueRecord): number {
  const count = Number(record.attributes?.ApproximateReceiveCount ?? 1);
  return Number.isSafeInteger(count) && count > 0 ? count : 1;
}

/** SQS records, grouped by their message group: the installation. */
export function runQueueBatch(
  records: readonly QueueRecord[],
  handle: (record: QueueRecord) => Promise<void>,
  { context, log }: RecordOptions,
): Promise<BatchResponse> {
  return runBatch(records, handle, {
    id: (record) => record.messageId,
    // Without a group, as EventBridge sends: each on its own.
    groupBy: (record) => record.attributes?.MessageGroupId ?? record.messageId,
    timeLeft: timeLeft(context),
    log,
  });
}

/**
 * Stream records, grouped by their key and in order within it. Lambda takes the lowest failed number and delivers
 * everything from there on again, so a handler must bear repeats.
 */
export function runStreamBatch(
  records: readonly StreamRecord[],
  handle: (record: StreamRecord) => Promise<void>,
  { context, log }: RecordOptions,
): Promise<BatchResponse> {
  return runBatch(records, handle, {
    id: (record) => record.dynamodb?.SequenceNumber ?? '',
    groupBy: (record) => JSON.stringify(record.dynamodb?.Keys),
    timeLeft: timeLeft(context),
    log,
    inOrder: true,
  });
}
