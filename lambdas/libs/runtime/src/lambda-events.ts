import type { Log } from '@multi-tenant-runner/core';
import { comeBackAfter, type ComeBack } from './come-back';
import { runBatch, type BatchResponse } from './run-batch';

/** The fields of Lambda's context object that the functions use. */
export interface LambdaContext {
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

/** The fields of an SQS record that the functions use. */
export interface QueueRecord {
  readonly messageId: string;
  readonly receiptHandle?: string;
  /** Of the queue. */
  readonly eventSourceARN?: string;
  readonly body: string;
  readonly attributes?: { readonly ApproximateReceiveCount?: string; readonly MessageGroupId?: string };
}

/** The fields of a DynamoDB stream record that the functions use. */
export interface StreamRecord {
  readonly eventID?: string;
  readonly eventName?: string;
  /** Of the stream, which has the table's in it. */
  readonly eventSourceARN?: string;
  readonly dynamodb?: {
    /** Seconds since 1970. */
    readonly ApproximateCreationDateTime?: number;
    readonly SequenceNumber?: string;
    readonly Keys?: Readonly<Record<string, unknown>>;
    readonly OldImage?: Readonly<Record<string, unknown>>;
    readonly NewImage?: Readonly<Record<string, unknown>>;
  };
}

/** Time for the last writes and the response to Lambda. */
const RESERVE = 3_000;

export interface RecordOptions {
  readonly context: Pick<LambdaContext, 'getRemainingTimeInMillis'>;
  readonly log: Log;
}

/** How long this invocation may still work. */
export function timeLeft(context: Pick<LambdaContext, 'getRemainingTimeInMillis'>, reserve = RESERVE): number {
  return Math.max(0, context.getRemainingTimeInMillis() - reserve);
}

/** 1 for the first delivery. */
export function receiveCount(record: QueueRecord): number {
  const count = Number(record.attributes?.ApproximateReceiveCount ?? 1);
  return Number.isSafeInteger(count) && count > 0 ? count : 1;
}

export interface QueueOptions extends RecordOptions {
  /** Also those of one installation: where the order of its messages says nothing. */
  readonly sideBySide?: boolean;
  /** Absent: what fails comes back after the queue's visibility timeout. */
  readonly comeBack?: ComeBack;
}

/** SQS records, grouped by their message group: the installation. */
export function runQueueBatch(
  records: readonly QueueRecord[],
  handle: (record: QueueRecord) => Promise<void>,
  { context, log, sideBySide = false, comeBack }: QueueOptions,
): Promise<BatchResponse> {
  return runBatch(records, handle, {
    id: (record) => record.messageId,
    // EventBridge sends without a group: each record is a group of its own.
    groupBy: ({ messageId, attributes }) => (sideBySide ? messageId : (attributes?.MessageGroupId ?? messageId)),
    timeLeft: timeLeft(context),
    log,
    ...(comeBack && { putOff: (record, cause) => putOff(record, { cause, comeBack, log }) }),
  });
}

/** It comes back in any case; where SQS is not reached that takes the visibility timeout. */
async function putOff(
  record: QueueRecord,
  { cause, comeBack, log }: { readonly cause: unknown; readonly comeBack: ComeBack; readonly log: Log },
): Promise<void> {
  try {
    await comeBack.delay(record, comeBackAfter(cause, receiveCount(record), comeBack));
  } catch (error) {
    log.warn('A message could not be told when to come back', { record: record.messageId, error });
  }
}

/**
 * Stream records, grouped by key and in order within a group. Lambda retries everything from the lowest failed sequence
 * number on, so a handler must be idempotent.
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
