import { isDay } from '@multi-tenant-runner/core';
import { usage } from '../problem';

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const RFC_3339 = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/;

/**
 * `15m`, `2h`, `3d` before `now`, or a time of RFC 3339 (a date alone is its midnight in UTC).
 *
 * @throws Problem with exit code 2
 */
export function parseTime(text: string, now: Date): Date {
  const ago = durationOf(text);
  const isTime = RFC_3339.test(text) && isDay(text.slice(0, 'YYYY-MM-DD'.length));
  const at = ago === undefined ? new Date(isTime ? text : Number.NaN) : new Date(now.getTime() - ago);
  // Nothing was before 1970.
  if (!(at.getTime() >= 0))
    throw usage(`"${text}" is no time: give 15m, 2h or 3d (ago), or one as 2026-11-29T12:00:00Z.`);
  return at;
}

/** @throws Problem with exit code 2 when it is no duration such as `15m` */
export function inTime(text: string, now: Date): Date {
  const time = durationOf(text);
  if (time === undefined) throw usage(`"${text}" is no duration: give 30s, 15m or 2h.`);
  return new Date(now.getTime() + time);
}

/** `2h` from now, or a time of RFC 3339. @throws Problem with exit code 2 */
export function timeToCome(text: string, now: Date): Date {
  return durationOf(text) === undefined ? parseTime(text, now) : inTime(text, now);
}

/** Milliseconds of `30s`, `15m`, `2h` or `3d`; undefined: it is none. */
function durationOf(text: string): number | undefined {
  const [, amount, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  return amount === undefined ? undefined : Number(amount) * (UNITS[unit] ?? 0);
}
