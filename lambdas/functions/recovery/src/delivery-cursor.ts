import { DAY, MINUTE, anyString, object, parse, parseJson, plus, time } from '@multi-tenant-runner/core';
import * as v from 'valibot';

/** GitHub keeps deliveries for three days and redelivers nothing older. */
export const HORIZON = 3 * DAY;
/** An attempt is listed once it is over, up to ten seconds after its time, and perhaps later: so much is read twice. */
export const OVERLAP = 15 * MINUTE;

/**
 * What of GitHub's list was read. A pass goes from the newest attempt down to `floor`; one that was cut off goes on
 * where it stopped before the next begins, so that nothing between the two is ever passed over.
 */
export interface DeliveryCursor {
  /** Every attempt that is older was looked at. */
  readonly floor: string;
  readonly pass?: Pass;
}

export interface Pass {
  /** The newest attempt that it saw. */
  readonly top: string;
  readonly cursor: string;
}

const pass = object({ top: anyString, cursor: anyString });
const bookmark = object({ floor: time, pass: v.fallback(v.optional(pass), undefined) });

/** An unreadable bookmark costs one long pass, never an attempt. */
export function parseDeliveryCursor(text: string | undefined, now: Date): DeliveryCursor {
  const stored = text === undefined ? undefined : parseJson(text, (value) => parse(bookmark, value));
  if (stored?.ok !== true) return { floor: plus(now, -HORIZON).toISOString() };
  const { floor, pass: started } = stored.value;
  return { floor, ...(started && { pass: started }) };
}

/** Where a pass may stop: what is older was looked at, or is beyond GitHub's memory. */
export function bottomOf({ floor }: DeliveryCursor, now: Date): number {
  return Math.max(Date.parse(floor), now.getTime() - HORIZON);
}

export function reachedBottom(attempts: readonly { readonly deliveredAt: string }[], bottom: number): boolean {
  const last = attempts.at(-1);
  return last !== undefined && Date.parse(last.deliveredAt) < bottom;
}

/** The floor after a whole pass; it only rises. */
export function raiseFloor({ floor }: DeliveryCursor, top: string | undefined): string {
  const reached = top === undefined ? Number.NaN : Date.parse(top) - OVERLAP;
  return reached > Date.parse(floor) ? new Date(reached).toISOString() : floor;
}
