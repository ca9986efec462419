import { isOffboarded, type TenantLookup } from '@multi-tenant-runner/core';
import type { ScaleDownDeps } from './deps';

/** Tenants swept side by side. */
export const AT_ONCE = 8;
/** Rows of the table that one run looks at: 10,000 tenants are covered in ten runs, that is in ten minutes. */
export const ROWS_A_RUN = 1_000;

/** The next few tenants to look at; undefined: no more in this run. */
export interface Round {
  next(): Promise<readonly number[] | undefined>;
}

type RoundDeps = Pick<ScaleDownDeps, 'launches' | 'tenants'>;

/**
 * Tenants that have machines, every run. It begins behind the last few that were begun: should one of them have ended
 * the run, the others come first now.
 */
export async function createMachineRotation(tenants: readonly number[], { launches }: RoundDeps): Promise<Round> {
  const cursor = tenants.length > AT_ONCE ? Number((await launches.readCursor('sweep-hot')) ?? 0) : 0;
  const sorted = [...tenants].sort((a, b) => a - b);
  const order = [...sorted.filter((id) => id > cursor), ...sorted.filter((id) => id <= cursor)];
  return {
    next: async () => {
      const chunk = order.splice(0, AT_ONCE);
      const last = chunk.at(-1);
      if (last === undefined) return undefined;
      // Written ahead, for the same reason. Those who fit into one chunk all come first.
      if (tenants.length > AT_ONCE) await launches.writeCursor('sweep-hot', String(last));
      return chunk;
    },
  };
}

export interface TableRotation extends Round {
  /** Whether the end of the table was reached. */
  readonly finished: () => boolean;
}

/**
 * Every row of the tenants table, a bounded number in each run, from where the last run stopped. The bookmark is
 * written ahead of each few: a run that dies among them is followed by one that goes on behind them.
 */
export async function createTableRotation({ launches, tenants }: RoundDeps): Promise<TableRotation> {
  const CURSOR = 'sweep';
  let cursor = await launches.readCursor(CURSOR);
  let page: TenantLookup[] = [];
  let pageCursor: string | undefined = cursor;
  let started = false;
  let left = ROWS_A_RUN;
  let finished = false;

  const turnPage = async (): Promise<void> => {
    while (page.length === 0 && !(started && pageCursor === undefined)) {
      const next = await tenants.list(pageCursor);
      started = true;
      page = [...next.lookups];
      pageCursor = next.cursor;
    }
  };
  return {
    finished: () => finished,
    next: async () => {
      if (left <= 0 || finished) return undefined;
      await turnPage();
      const chunk = page.splice(0, Math.min(AT_ONCE, left));
      left -= chunk.length;
      await turnPage();
      finished = page.length === 0;
      const last = chunk.at(-1);
      const ahead = finished || last === undefined ? undefined : String(last.installationId);
      if (ahead !== cursor) await launches.writeCursor(CURSOR, ahead);
      cursor = ahead;
      // What was cleaned up stays in the table for ever, and most rows may be such: no reads for them.
      return chunk.filter((lookup) => !isCleanedUp(lookup)).map(({ installationId }) => installationId);
    },
  };
}

function isCleanedUp(lookup: TenantLookup): boolean {
  return isOffboarded(lookup) && (lookup.kind === 'tombstone' ? lookup : lookup.tenant).cleanup === 'done';
}
