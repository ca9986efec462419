import { sleep } from '../sleep';

/** About a second and a half in all; then the message or event comes back. */
export const ATTEMPTS = 10;
/** Milliseconds. */
const FIRST_PAUSE = 20;
const LONGEST_PAUSE = 400;

/** Another request is at one of the rows: nothing was written, and the same request may go through in a moment. */
const CONFLICTS: ReadonlySet<unknown> = new Set(['TransactionConflict', 'ThrottlingError']);

/**
 * Repeats a write that met another transaction on its row. A write outside a transaction meets those too. Jitter keeps
 * writers that met once from meeting again.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-conflict-handling
 */
export async function retryConflicts<T>(write: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await write();
    } catch (error) {
      if (attempt >= ATTEMPTS || !isConflict(error)) throw error;
    }
    await pauseAfter(attempt);
  }
}

/** @param attempt 1 is the first */
export async function pauseAfter(attempt: number): Promise<void> {
  await sleep(Math.random() * Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** attempt));
}

interface Reason {
  readonly Code?: unknown;
  readonly Item?: unknown;
}

/** Why a transaction was cancelled, one reason for each of its writes; empty for every other error. */
export function reasonsOf(error: unknown): readonly Reason[] {
  if (!(error instanceof Error) || error.name !== 'TransactionCanceledException') return [];
  const reasons: unknown = 'CancellationReasons' in error ? error.CancellationReasons : [];
  return Array.isArray(reasons) ? reasons : [];
}

function isConflict(error: unknown): boolean {
  if (error instanceof Error && error.name === 'TransactionConflictException') return true;
  return reasonsOf(error).some(({ Code }) => CONFLICTS.has(Code));
}
