import {
  BOOKMARKS,
  HOUR,
  MINUTE,
  SECOND,
  ageOf,
  isOffboarded,
  type Clock,
  type TenantLookup,
} from '@multi-tenant-runner/core';
import { createBookmark, readStored } from './bookmark';
import type { ScaleDownDeps } from './deps';

/** Rows of the table that one run looks at, and tenants of these that it visits: 10,000 tenants within an hour. */
export const ROWS_A_RUN = 2_500;
export const TENANTS_A_RUN = 250;
/** The round over all rows begins no sooner than this after the one before: what it costs grows with the tenants. */
export const ROUND = HOUR;
const MOST_AHEAD = 32;
/** After such a gap there was nothing to look at, or no run, which has an alarm of its own: a round begins anew. */
const GAP = 5 * MINUTE;

export interface Round {
  /** One tenant at a time: the run before died. */
  readonly isCareful: boolean;
  /** The next few tenants to look at; undefined: no more in this run. */
  next(): Promise<readonly number[] | undefined>;
  /** The run ends in order. @param left how many of the last few it did not get to */
  close(left: number): Promise<void>;
}

export interface OpenRotation extends Round {
  /** Seconds that the last full round took, or, of one that is longer, has taken so far; undefined: nothing is open. */
  readonly roundSeconds: () => number | undefined;
}

type RoundDeps = Pick<ScaleDownDeps, 'launches' | 'tenants'> & { readonly clock: Clock };

/**
 * Tenants that have something open, in a circle: a run begins behind those that the one before had begun, and looks at
 * each once.
 */
export async function createOpenRotation(tenants: readonly number[], deps: RoundDeps): Promise<OpenRotation> {
  const NAME = BOOKMARKS.sweepOpen;
  const { clock } = deps;
  const stored = tenants.length === 0 ? undefined : await readStored(NAME, deps);
  const bookmark = createBookmark(NAME, stored, deps);
  const ahead = bookmark.isCareful ? 1 : Math.min(MOST_AHEAD, Math.ceil(tenants.length / 4));
  const begin = bookmark.start ?? -1;
  const sorted = [...tenants].sort((a, b) => a - b);
  const [behind, before] = [sorted.filter((id) => id > begin), sorted.filter((id) => id <= begin)];
  let since = stored !== undefined && ageOf(stored.at, clock.now()) < GAP ? stored.since : clock.now().toISOString();
  let seconds: number | undefined;
  const age = (): number => Math.round(ageOf(since, clock.now()) / SECOND);
  const take = async (from: number[]): Promise<readonly number[] | undefined> => {
    const chunk = from.splice(0, ahead);
    if (chunk.length === 0) return undefined;
    await bookmark.take(chunk, since);
    return chunk;
  };
  return {
    isCareful: bookmark.isCareful,
    roundSeconds: () => (sorted.length === 0 ? undefined : (seconds ?? age())),
    next: async () => {
      if (behind.length > 0) return take(behind);
      if (seconds === undefined) {
        // The circle is closed.
        seconds = age();
        since = clock.now().toISOString();
      }
      return take(before);
    },
    close: async (left) => {
      if (sorted.length > 0) await bookmark.close(bookmark.before(left), since);
    },
  };
}

export interface TableRotation extends Round {
  /** Whether the end of the table was reached. */
  readonly finished: () => boolean;
}

/** The net below the indexes: every row of the tenants table, once an hour, a bounded number in each run. */
export async function createTableRotation(deps: RoundDeps): Promise<TableRotation> {
  const NAME = BOOKMARKS.sweepTable;
  const stored = await readStored(NAME, deps);
  const now = deps.clock.now();
  const isUnderWay = stored?.after !== undefined || stored?.isOpen === true;
  const isResting = stored !== undefined && !isUnderWay && ageOf(stored.since, now) < ROUND;
  const since = stored !== undefined && (isUnderWay || isResting) ? stored.since : now.toISOString();
  const bookmark = createBookmark(NAME, stored, deps);
  let cursor = bookmark.start === undefined ? undefined : String(bookmark.start);
  let [page, isLast]: [TenantLookup[], boolean] = [[], false];
  let [rows, visits] = [ROWS_A_RUN, TENANTS_A_RUN];
  let last = bookmark.start;
  let finished = isResting;

  const nextRow = async (): Promise<TenantLookup | undefined> => {
    while (page.length === 0 && !isLast && rows > 0) {
      const next = await deps.tenants.list(cursor);
      page = [...next.lookups];
      cursor = next.cursor;
      isLast = cursor === undefined;
      rows -= page.length;
    }
    const row = page.shift();
    last = row?.installationId ?? last;
    return row;
  };
  return {
    isCareful: bookmark.isCareful,
    finished: () => finished,
    next: async () => {
      const chunk: number[] = [];
      while (!finished && chunk.length < Math.min(bookmark.isCareful ? 1 : MOST_AHEAD, visits)) {
        const row = await nextRow();
        if (row === undefined) break;
        // What was cleaned up stays in the table for ever, and most rows may be such: no reads for them.
        if (!isCleanedUp(row)) chunk.push(row.installationId);
      }
      visits -= chunk.length;
      if (chunk.length === 0) return undefined;
      await bookmark.take(chunk, since);
      return chunk;
    },
    close: async (left) => {
      if (finished) return;
      finished = isLast && page.length === 0 && left === 0;
      const after = left === 0 ? last : bookmark.before(left);
      await bookmark.close(finished ? undefined : after, since);
    },
  };
}

function isCleanedUp(lookup: TenantLookup): boolean {
  return isOffboarded(lookup) && (lookup.kind === 'tombstone' ? lookup : lookup.tenant).cleanup === 'done';
}
