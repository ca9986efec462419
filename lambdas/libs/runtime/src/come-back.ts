import type { QueueRecord } from './lambda-events';

/** When a message comes back that failed, sooner than by its queue's visibility timeout. */
export interface ComeBack {
  /** Hides a message for so many seconds from now. */
  delay(record: QueueRecord, seconds: number): Promise<void>;
  /** Milliseconds after which nothing is held any more that an earlier try may have left: its lease. */
  readonly lease: number;
  /** Milliseconds: the visibility timeout of the queue. */
  readonly most: number;
}

/** A failure that has left nothing behind which the next try would have to wait for. */
export class LeftNothing extends Error {
  override readonly name = 'LeftNothing';

  constructor(override readonly cause: unknown) {
    super('The next try may begin at once');
  }
}

/** Milliseconds for which the module's queues hide a message, given the timeout in seconds of who receives it. */
export const visibilityOf = (timeoutSeconds: number): number => 6 * timeoutSeconds * 1_000;

/** Milliseconds: what fails for a moment has passed, and what lasts is not asked again and again. */
const SOON = 15_000;
/** How many times as long each next wait is. Five tries take more than ten minutes in all. */
const GROWTH = 4;

/**
 * Seconds until the next try. Where an earlier one may have left its lease, no try comes before that is over: it would
 * find the launch in another's hands, and leave.
 *
 * @param receives 1 for the first
 */
export function comeBackAfter(cause: unknown, receives: number, { lease, most }: Omit<ComeBack, 'delay'>): number {
  const first = cause instanceof LeftNothing ? SOON : Math.max(SOON, lease);
  return Math.ceil(Math.min(first * GROWTH ** (receives - 1), most) / 1_000);
}
