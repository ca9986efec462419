import * as v from 'valibot';
import { BOOKMARKS, type Net } from '../model/nets';
import { object, parse, parseJson, time } from '../model/schema';
import { HOUR, MINUTE, SECOND, ageOf } from '../model/time';

/** A net below the events, and how far it is behind. */
export interface NetState {
  readonly net: Net;
  readonly what: string;
  /** ISO 8601: up to when everything has been looked at; absent: it never ran. */
  readonly seenTo?: string;
  readonly behindSeconds?: number;
  /** Longer than it ever is while it works. */
  readonly late: boolean;
}

/** What each net catches, and how old its bookmark may get. */
const NETS: Readonly<Record<Net, { readonly what: string; readonly lateAfter: number }>> = {
  sweepOpen: { what: 'Sweep of every tenant that has something open', lateAfter: 5 * MINUTE },
  // A round begins an hour after the one before.
  sweepTable: { what: 'Sweep of every row of the tenants table', lateAfter: 75 * MINUTE },
  failedDeliveries: { what: "GitHub's list of failed deliveries", lateAfter: 15 * MINUTE },
  allDeliveries: { what: "GitHub's list of all deliveries", lateAfter: 30 * MINUTE },
  // Once a night.
  installations: { what: 'Comparison of installations with GitHub', lateAfter: 36 * HOUR },
};

/**
 * How far each net is behind, by its bookmark. Pure.
 *
 * @param hasOpen whether any tenant has something open: the sweep of these writes nothing where there is none
 */
export function describeNets(
  bookmarks: Readonly<Record<Net, string | undefined>>,
  hasOpen: boolean,
  now: Date,
): readonly NetState[] {
  return (Object.keys(BOOKMARKS) as Net[]).map((net) => {
    const { what, lateAfter } = NETS[net];
    const seenTo = timeIn(bookmarks[net]);
    if (seenTo === undefined) return { net, what, late: false };
    const behind = Math.max(0, ageOf(seenTo, now));
    const isIdle = net === 'sweepOpen' && !hasOpen;
    return { net, what, seenTo, behindSeconds: Math.round(behind / SECOND), late: !isIdle && behind > lateAfter };
  });
}

const fields = object({ at: v.optional(time), readTo: v.optional(time) });

/** A bookmark is a time, or a JSON document with one. */
function timeIn(bookmark: string | undefined): string | undefined {
  if (bookmark === undefined) return undefined;
  const plain = parse(time, bookmark);
  if (plain.ok) return plain.value;
  const parsed = parseJson(bookmark, (value) => parse(fields, value));
  return parsed.ok ? (parsed.value.readTo ?? parsed.value.at) : undefined;
}
