import type { DeliveryAttempt, PendingDelivery } from '@multi-tenant-runner/core';
import { bottomOf, raiseFloor, reachedBottom, parseDeliveryCursor, type DeliveryCursor } from './delivery-cursor';
import { handleFailure, type OutOfTime, type RecoveryDeps } from './deps';

const BOOKMARK = 'recovery-deliveries';

type FindDeps = Pick<RecoveryDeps, 'app' | 'recovery' | 'bookmarks' | 'clock' | 'log'>;

type PassEnd =
  | { readonly kind: 'whole' | 'from-the-top'; readonly bookmark: DeliveryCursor }
  | { readonly kind: 'cut-off' };

/**
 * Reads GitHub's delivery attempts since the last run and records every event without a successful attempt.
 *
 * @returns false when a later run must read the rest of the list
 */
export async function findFailedDeliveries(deps: FindDeps, outOfTime: OutOfTime): Promise<boolean> {
  const bookmark = parseDeliveryCursor(await deps.bookmarks.readCursor(BOOKMARK), deps.clock.now());
  const delivered = new Set<string>();
  if (bookmark.pass === undefined) return (await runPass(bookmark, delivered, deps, outOfTime)).kind === 'whole';
  const resumed = await runPass(bookmark, delivered, deps, outOfTime);
  return resumed.kind !== 'cut-off' && (await runPass(resumed.bookmark, delivered, deps, outOfTime)).kind === 'whole';
}

/** One pass from the newest attempt, or from where the last pass was interrupted, down to the floor. */
async function runPass(
  start: DeliveryCursor,
  delivered: Set<string>,
  deps: FindDeps,
  outOfTime: OutOfTime,
): Promise<PassEnd> {
  const bottom = bottomOf(start, deps.clock.now());
  let cursor = start.pass?.cursor;
  let top = start.pass?.top;
  do {
    if (outOfTime()) return { kind: 'cut-off' };
    const page = await deps.app.listDeliveries(cursor);
    if (page.kind === 'refused' && cursor !== undefined) return forgetCursor(start, deps);
    if (page.kind !== 'page') {
      await handleFailure(page, 'listed its deliveries', deps);
      return { kind: 'cut-off' };
    }
    await recordOutcomes(
      page.attempts.filter(({ deliveredAt }) => Date.parse(deliveredAt) >= bottom),
      delivered,
      deps,
    );
    top ??= page.attempts[0]?.deliveredAt;
    cursor = reachedBottom(page.attempts, bottom) ? undefined : page.cursor;
    // Saved after the records, so that a run that dies here repeats a page instead of skipping one.
    if (cursor !== undefined && top !== undefined) await save({ floor: start.floor, pass: { top, cursor } }, deps);
  } while (cursor !== undefined);
  const bookmark = { floor: raiseFloor(start, top) };
  await save(bookmark, deps);
  return { kind: 'whole', bookmark };
}

/** GitHub rejects the cursor of an interrupted pass: the next one begins at the newest attempt, with the same floor. */
async function forgetCursor({ floor }: DeliveryCursor, deps: FindDeps): Promise<PassEnd> {
  deps.log.warn('GitHub rejected the cursor of the deliveries list; reading it again from the newest');
  await save({ floor }, deps);
  return { kind: 'from-the-top', bookmark: { floor } };
}

function save(bookmark: DeliveryCursor, deps: FindDeps): Promise<void> {
  return deps.bookmarks.writeCursor(BOOKMARK, JSON.stringify(bookmark));
}

/**
 * An event is pending if its first attempt failed and no later one succeeded. A failed redelivery is not evidence: the
 * first attempt may have succeeded on a page that was read long ago.
 */
async function recordOutcomes(
  attempts: readonly DeliveryAttempt[],
  delivered: Set<string>,
  deps: FindDeps,
): Promise<void> {
  const now = deps.clock.now();
  const redelivered = new Set(
    attempts.filter(({ succeeded, redelivery }) => succeeded && redelivery).map(({ guid }) => guid),
  );
  for (const guid of redelivered) delivered.add(guid);
  // A later run may read the page of the first attempt and not this one, so the success is stored.
  await Promise.all([...redelivered].map((guid) => deps.recovery.settle(guid, 'delivered', now)));
  const lost = attempts.filter(({ succeeded, redelivery, guid }) => !succeeded && !redelivery && !delivered.has(guid));
  await Promise.all(lost.map((attempt) => deps.recovery.note(pendingOf(attempt, now))));
}

function pendingOf(attempt: DeliveryAttempt, now: Date): PendingDelivery {
  return {
    guid: attempt.guid,
    attemptId: attempt.id,
    event: attempt.event,
    ...(attempt.installationId !== undefined && { installationId: attempt.installationId }),
    failedAt: attempt.deliveredAt,
    asked: 0,
    dueAt: now.toISOString(),
  };
}
