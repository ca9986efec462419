import { ageOf } from '@multi-tenant-runner/core';
import { EVERYTHING, FAILURES, parseDeliveryCursor } from './delivery-cursor';
import type { RecoveryDeps } from './deps';

/**
 * How far recovery is behind with failed deliveries: the time since which GitHub's list is unread, or the time that the
 * tenant whose turn is next has waited for it, whichever is longer. Every run says so, also one that was cut off or
 * that GitHub did not answer.
 */
export async function reportDeliveryLag({
  bookmarks,
  recovery,
  clock,
  metrics,
}: Pick<RecoveryDeps, 'bookmarks' | 'recovery' | 'clock' | 'metrics'>): Promise<void> {
  const now = clock.now();
  const readings = await Promise.all([FAILURES, EVERYTHING].map(({ bookmark }) => bookmarks.readCursor(bookmark)));
  const turns = await recovery.listTurns(now, 1);
  const since = [
    ...readings.map((bookmark) => parseDeliveryCursor(bookmark, now).readTo),
    ...turns.map((turn) => turn.since),
  ];
  metrics.measureSeconds('DeliveriesBehind', Math.max(...since.map((time) => ageOf(time, now) / 1_000)));
}
