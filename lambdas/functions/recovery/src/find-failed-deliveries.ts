import {
  bottomOf,
  parseDeliveryCursor,
  raiseFloor,
  reachedBottom,
  type DeliveryCursor,
  type Reading,
} from './delivery-cursor';
import type { DeliveryNotes } from './delivery-notes';
import { handleFailure, type OutOfTime, type RecoveryDeps } from './deps';

interface FindDeps extends Pick<RecoveryDeps, 'app' | 'bookmarks' | 'clock' | 'log'> {
  readonly notes: DeliveryNotes;
}

type PassEnd =
  | { readonly kind: 'whole' | 'from-the-top'; readonly bookmark: DeliveryCursor }
  | { readonly kind: 'cut-off' };

/**
 * Reads GitHub's delivery attempts since the last run and records every event without a successful attempt.
 *
 * @returns false when a later run must read the rest of the list
 */
export async function findFailedDeliveries(reading: Reading, deps: FindDeps, outOfTime: OutOfTime): Promise<boolean> {
  const bookmark = parseDeliveryCursor(await deps.bookmarks.readCursor(reading.bookmark), deps.clock.now());
  if (bookmark.pass === undefined) return (await runPass(reading, bookmark, deps, outOfTime)).kind === 'whole';
  const resumed = await runPass(reading, bookmark, deps, outOfTime);
  return resumed.kind !== 'cut-off' && (await runPass(reading, resumed.bookmark, deps, outOfTime)).kind === 'whole';
}

/** One pass from the newest attempt, or from where the last pass was interrupted, down to the floor. */
async function runPass(
  reading: Reading,
  start: DeliveryCursor,
  deps: FindDeps,
  outOfTime: OutOfTime,
): Promise<PassEnd> {
  const begun = start.pass?.begun ?? deps.clock.now().toISOString();
  const bottom = bottomOf(start, deps.clock.now());
  const save = saver(reading, deps);
  let cursor = start.pass?.cursor;
  let top = start.pass?.top;
  do {
    if (outOfTime()) return { kind: 'cut-off' };
    const page = await deps.app.listDeliveries(cursor, reading.only);
    if (page.kind === 'refused' && cursor !== undefined) return forgetCursor(reading, start, deps);
    if (page.kind !== 'page') {
      await handleFailure(page, 'listed its deliveries', deps);
      return { kind: 'cut-off' };
    }
    // An older GitHub Enterprise Server knows no filter, and the other reading sees everything anyway.
    const isUnfiltered = reading.only === 'failure' && page.attempts.some(({ succeeded }) => succeeded);
    await deps.notes.record(page.attempts.filter(({ deliveredAt }) => Date.parse(deliveredAt) >= bottom));
    top ??= page.attempts[0]?.deliveredAt;
    cursor = isUnfiltered || reachedBottom(page.attempts, bottom) ? undefined : page.cursor;
    // Saved after the records, so that a run that dies here repeats a page instead of skipping one.
    if (cursor !== undefined && top !== undefined) await save({ ...start, pass: { top, cursor, begun } });
  } while (cursor !== undefined);
  const bookmark = { floor: raiseFloor(start, top, reading.overlap), readTo: begun };
  await save(bookmark);
  return { kind: 'whole', bookmark };
}

/** GitHub rejects the cursor of an interrupted pass: the next one begins at the newest attempt, with the same floor. */
async function forgetCursor(reading: Reading, { floor, readTo }: DeliveryCursor, deps: FindDeps): Promise<PassEnd> {
  deps.log.warn('GitHub rejected the cursor of the deliveries list; reading it again from the newest');
  const bookmark = { floor, readTo };
  await saver(reading, deps)(bookmark);
  return { kind: 'from-the-top', bookmark };
}

function saver(reading: Reading, deps: FindDeps): (bookmark: DeliveryCursor) => Promise<void> {
  return (bookmark) => deps.bookmarks.writeCursor(reading.bookmark, JSON.stringify(bookmark));
}
