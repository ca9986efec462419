import {
  BOOKMARKS,
  DAY,
  MINUTE,
  SECOND,
  anyString,
  object,
  parse,
  parseJson,
  plus,
  time,
} from '@multi-tenant-runner/core';
import * as v from 'valibot';

/** GitHub keeps deliveries for three days and redelivers no older ones. */
export const HORIZON = 3 * DAY;

/** One way through GitHub's list of deliveries, with a bookmark of its own. */
export interface Reading {
  readonly bookmark: string;
  readonly only?: 'failure';
  /** How much of what the last pass read the next one reads again: GitHub lists an attempt once it ends, or later. */
  readonly overlap: number;
}

/** Costs only what failed, so that it keeps up with any number of deliveries that arrive. */
export const FAILURES: Reading = { bookmark: BOOKMARKS.failedDeliveries, only: 'failure', overlap: 2 * MINUTE };
/**
 * Finds what the other does not list, such as a time-out, and what came of a redelivery. An attempt lasts ten seconds
 * at GitHub, thirty on GitHub Enterprise Server.
 */
export const EVERYTHING: Reading = { bookmark: BOOKMARKS.allDeliveries, overlap: 45 * SECOND };

/**
 * How much of GitHub's list was read. A pass reads from the newest attempt down to `floor`; an interrupted pass
 * continues where it stopped before the next one begins, so that no attempt in between is skipped.
 */
export interface DeliveryCursor {
  /** Every older attempt has been read. */
  readonly floor: string;
  /** Our time at which the last complete pass began: it saw everything that was listed by then. */
  readonly readTo: string;
  readonly pass?: Pass;
}

export interface Pass {
  /** The newest attempt of the pass. */
  readonly top: string;
  readonly cursor: string;
  /** Our time at which it began. */
  readonly begun: string;
}

const pass = object({ top: anyString, cursor: anyString, begun: time });
const bookmark = object({ floor: time, readTo: time, pass: v.fallback(v.optional(pass), undefined) });

/** An invalid bookmark costs one long pass, but no attempt. */
export function parseDeliveryCursor(text: string | undefined, now: Date): DeliveryCursor {
  const stored = text === undefined ? undefined : parseJson(text, (value) => parse(bookmark, value));
  if (stored?.ok !== true) return { floor: plus(now, -HORIZON).toISOString(), readTo: now.toISOString() };
  const { pass: started, ...rest } = stored.value;
  return { ...rest, ...(started && { pass: started }) };
}

/** Where a pass may stop: older attempts have been read, or GitHub no longer keeps them. */
export function bottomOf({ floor }: DeliveryCursor, now: Date): number {
  return Math.max(Date.parse(floor), now.getTime() - HORIZON);
}

export function reachedBottom(attempts: readonly { readonly deliveredAt: string }[], bottom: number): boolean {
  const last = attempts.at(-1);
  return last !== undefined && Date.parse(last.deliveredAt) < bottom;
}

/** The floor after a complete pass; it only rises. */
export function raiseFloor({ floor }: DeliveryCursor, top: string | undefined, overlap: number): string {
  const reached = top === undefined ? Number.NaN : Date.parse(top) - overlap;
  return reached > Date.parse(floor) ? new Date(reached).toISOString() : floor;
}
