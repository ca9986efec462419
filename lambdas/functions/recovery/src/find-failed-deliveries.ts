import type { DeliveryAttempt, PendingDelivery } from '@multi-tenant-runner/core';
import { bottomOf, raiseFloor, reachedBottom, parseDeliveryCursor, type DeliveryCursor } from './delivery-cursor';
import { handleFailure, type OutOfTime, type RecoveryDeps } from './deps';

const BOOKMARK = 'recovery-deliveries';

type FindDeps = Pick<RecoveryDeps, 'app' | 'recovery' | 'bookmarks' | 'clock' | 'log'>;

type PassEnd =
  | { readonly kind: 'whole' | 'from-the-top'; readonly bookmark: DeliveryCursor }
  | { readonly kind: 'cut-off' };

/**
 * Reads what GitHub has tried since the last run and notes every event none of whose attempts succeeded.
 *
 * @returns false when the rest of the list is left to a later run
 */
export async function findFailedDeliveries(deps: FindDeps, outOfTime: OutOfTime): Promise<boolean> {
  const bookmark = parseDeliveryCursor(await deps.bookmarks.readCursor(BOOKMARK), deps.clock.now());
  const delivered = new Set<string>();
  if (bookmark.pass === undefined) return (await runPass(bookmark, delivered, deps, outOfTime)).kind === 'whole';
  const resumed = await runPass(bookmark, delivered, deps, outOfTime);
  return resumed.kind !== 'cut-off' && (await runPass(resumed.bookmark, delivered, deps, outOfTime)).kind === 'whole';
}

/** One pass from the newest attempt, or from where another was cut off, down to the floor. */
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
    await learn(
      page.attempts.filter(({ deliveredAt }) => Date.parse(deliveredAt) >= bottom),
      delivered,
      deps,
    );
    top ??= page.attempts[0]?.deliveredAt;
    cursor = reachedBottom(page.attempts, bottom) ? undefined : page.cursor;
    // After the notes, so that a run that dies here repeats a page instead of missing one.
    if (cursor !== undefined && top !== undefined) await save({ floor: start.floor, pass: { top, cursor } }, deps);
  } while (cursor !== undefined);
  const bookmark = { floor: raiseFloor(start, top) };
  await save(bookmark, deps);
  return { kind: 'whole', bookmark };
}

/** GitHub no longer knows the place where a pass was cut off: the next begins at the top, with the floor as it was. */
async function forgetCursor({ floor }: DeliveryCursor, deps: FindDeps): Promise<PassEnd> {
  deps.log.warn('GitHub rejected the cursor of the deliveries list; reading it again from the newest');
  await save({ floor }, deps);
  return { kind: 'from-the-top', bookmark: { floor } };
}

function save(bookmark: DeliveryCursor, deps: FindDeps): Promise<void> {
  return deps.bookmarks.writeCursor(BOOKMARK, JSON.stringify(bookmark));
}

/**
 * An event waits if its first attempt failed and no later one arrived. A failed redelivery says nothing new: whether
 * the first attempt did arrive may have been read long ago.
 */
async function learn(attempts: readonly DeliveryAttempt[], delivered: Set<string>, deps: FindDeps): Promise<void> {
  const now = deps.clock.now();
  const healed = new Set(
    attempts.filter(({ succeeded, redelivery }) => succeeded && redelivery).map(({ guid }) => guid),
  );
  for (const guid of healed) delivered.add(guid);
  // The first attempt may be on a page that a later run reads, which has not seen this one: so it is written down.
  await Promise.all([...healed].map((guid) => deps.recovery.settle(guid, 'delivered', now)));
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
