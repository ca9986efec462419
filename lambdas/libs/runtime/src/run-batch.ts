import type { Log } from '@multi-tenant-runner/core';
import { LeftNothing } from './come-back';

export interface BatchResponse {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

export interface BatchOptions<R> {
  /** Lambda's identifier of the record. */
  readonly id: (record: R) => string;
  /** Records of one group run in sequence, groups in parallel: a slow tenant delays only itself. */
  readonly groupBy: (record: R) => string;
  /** Milliseconds from now after which unfinished records count as failed and are retried. */
  readonly timeLeft: number;
  readonly log: Log;
  /** After a failure the rest of the group waits for the retry too. */
  readonly inOrder?: boolean;
  /** Says when a record is to be retried that failed, or whose time was up; without it the event source says so. */
  readonly putOff?: (record: R, cause?: unknown) => Promise<void>;
}

/** Milliseconds within what is kept for the response to Lambda. */
const LAST_CALLS = 1_000;

/** Handles each record on its own. A throw means "again, later" for that record alone; it never fails the batch. */
export async function runBatch<R>(
  records: readonly R[],
  handle: (record: R) => Promise<void>,
  options: BatchOptions<R>,
): Promise<BatchResponse> {
  const done = new Set<R>();
  const thrown = new Set<R>();
  const deadline = createDeadline(options.timeLeft);

  const runGroup = async (group: readonly R[]): Promise<void> => {
    for (const record of group) {
      if (deadline.passed()) return;
      try {
        await handle(record);
        done.add(record);
      } catch (cause) {
        const error = cause instanceof LeftNothing ? cause.cause : cause;
        options.log.warn('A record failed and will be retried', { record: options.id(record), error });
        // After the time is up the record may be another invocation's, and it was put off with the unfinished.
        if (!deadline.passed()) {
          thrown.add(record);
          await options.putOff?.(record, cause);
        }
        if (options.inOrder === true) return;
      }
    }
  };

  const groups = groupRecords(records, options);
  await Promise.race([Promise.all(groups.map(runGroup)), deadline.reached]);
  // Decided at this moment: a record that finishes later is reported as failed, and its retry finds the work done.
  const failed = records.filter((record) => !done.has(record));
  if (deadline.passed() && failed.length > 0) {
    options.log.warn('Out of time; the unfinished records will be retried', {
      unfinished: failed.length,
    });
    const unfinished = failed.filter((record) => !thrown.has(record));
    const last = createDeadline(LAST_CALLS);
    await Promise.race([Promise.all(unfinished.map(async (record) => options.putOff?.(record))), last.reached]);
    last.cancel();
  }
  deadline.cancel();
  return { batchItemFailures: failed.map((record) => ({ itemIdentifier: options.id(record) })) };
}

function groupRecords<R>(records: readonly R[], { id, groupBy }: BatchOptions<R>): readonly (readonly R[])[] {
  const groups = new Map<string, R[]>();
  for (const record of records) {
    const key = groupOf(record, id, groupBy);
    groups.set(key, [...(groups.get(key) ?? []), record]);
  }
  return [...groups.values()];
}

/** A record that can't be grouped is a group of its own. */
function groupOf<R>(record: R, id: (record: R) => string, groupBy: (record: R) => string): string {
  try {
    return `group ${groupBy(record)}`;
  } catch {
    return `record ${id(record)}`;
  }
}

function createDeadline(milliseconds: number): { readonly reached: Promise<void>; passed(): boolean; cancel(): void } {
  let passed = milliseconds <= 0;
  let timer: NodeJS.Timeout | undefined;
  const reached = new Promise<void>((resolve) => {
    timer = setTimeout(
      () => {
        passed = true;
        resolve();
      },
      Math.max(0, milliseconds),
    );
  });
  return { reached, passed: () => passed, cancel: () => clearTimeout(timer) };
}
