import { DAY, MINUTE, anyString, object, parse, parseJson, plus, time } from '@multi-tenant-runner/core';
import * as v from 'valibot';

/** GitHub keeps deliveries for three days and redelivers no older ones. */
export const HORIZON = 3 * DAY;
/** GitHub lists an attempt when it ends, up to ten seconds after its time or later: so long do two passes overlap. */
export const OVERLAP = 15 * MINUTE;

/**
 * How much of GitHub's list was read. A pass reads from the newest attempt down to `floor`; an interrupted pass
 * continues where it stopped before the next one begins, so that no attempt in between is skipped.
 */
export interface DeliveryCursor {
  /** Every older attempt has been read. */
  readonly floor: string;
  readonly pass?: Pass;
}

export interface Pass {
  /** The newest attempt of the pass. */
  readonly top: string;
  readonly cursor: string;
}

const pass = object({ top: anyString, cursor: anyString });
const bookmark = object({ floor: time, pass: v.fallback(v.optional(pass), undefined) });

/** An invalid bookmark costs one long pass, but no attempt. */
export function parseDeliveryCursor(text: string | undefined, now: Date): DeliveryCursor {
  const stored = text === undefined ? undefined : parseJson(text, (value) => parse(bookmark, value));
  if (stored?.ok !== true) return { floor: plus(now, -HORIZON).toISOString() };
  const { floor, pass: started } = stored.value;
  return { floor, ...(started && { pass: started }) };
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
export function raiseFloor({ floor }: DeliveryCursor, top: string | undefined): string {
  const reached = top === undefined ? Number.NaN : Date.parse(top) - OVERLAP;
  return reached > Date.parse(floor) ? new Date(reached).toISOString() : floor;
}
