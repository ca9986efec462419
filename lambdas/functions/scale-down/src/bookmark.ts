import type { Bookmarks, Clock } from '@multi-tenant-runner/core';

/** Where a round over tenants stands. Times are ISO 8601. */
export interface Stored {
  /** The tenant behind which it goes on; undefined: at the first. */
  readonly after?: number;
  /** When the round began. */
  readonly since: string;
  /** When it last went on. */
  readonly at: string;
  /** No run has ended in order since. */
  readonly isOpen?: true;
  /** The one that a careful run was at, and the how manieth run that was. */
  readonly suspect?: { readonly tenant: number; readonly times: number };
}

/** The bookmark of one round in one run. */
export interface Bookmark {
  /** The last run died, so this one looks at one tenant at a time. */
  readonly isCareful: boolean;
  /** Where this run begins. */
  readonly start: number | undefined;
  /** Some tenants are about to be looked at. */
  take(chunk: readonly number[], since: string): Promise<void>;
  /** The tenant before the last `left` that were taken. */
  before(left: number): number | undefined;
  /** The run ends in order; the next one goes on behind `after`. */
  close(after: number | undefined, since: string): Promise<void>;
}

interface Deps {
  readonly launches: Bookmarks;
  readonly clock: Clock;
}

/** A tenant among whose visits so many runs died in a row is left behind until the next round. */
const CHANCES = 2;

export async function readStored(name: string, { launches }: Deps): Promise<Stored | undefined> {
  const text = await launches.readCursor(name);
  // Only this file writes them.
  return text === undefined ? undefined : (JSON.parse(text) as Stored);
}

/**
 * The bookmark stays behind what was finished: a run that dies is followed by one that goes over the same tenants, one
 * at a time, until a run ends in order. That one finds the tenant that ends runs, and leaves it behind.
 */
export function createBookmark(name: string, stored: Stored | undefined, { launches, clock }: Deps): Bookmark {
  const isCareful = stored?.isOpen === true;
  const suspect = stored?.suspect;
  const start = suspect !== undefined && suspect.times >= CHANCES ? suspect.tenant : stored?.after;
  const taken: number[] = [];
  const write = (state: Omit<Stored, 'at' | 'after'>, after: number | undefined): Promise<void> => {
    const at = clock.now().toISOString();
    return launches.writeCursor(name, JSON.stringify({ ...(after !== undefined && { after }), ...state, at }));
  };
  const suspectOf = ([tenant]: readonly number[]): Pick<Stored, 'suspect'> => {
    if (!isCareful || tenant === undefined) return {};
    return { suspect: { tenant, times: suspect?.tenant === tenant ? suspect.times + 1 : 1 } };
  };
  return {
    isCareful,
    start,
    take: async (chunk, since) => {
      const from = taken.at(-1) ?? start;
      taken.push(...chunk);
      await write({ since, isOpen: true, ...suspectOf(chunk) }, from);
    },
    before: (left) => taken.at(-1 - left) ?? start,
    close: (after, since) => write({ since }, after),
  };
}
