import { parseTime } from './parse-time';
import { usage } from '../problem';

/** From `since` on, until before `until`. */
export interface Window {
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
}

/** @throws Problem with exit code 2 */
export function parseWindow(given: { readonly since?: string; readonly until?: string }, now: Date): Window {
  const since = given.since === undefined ? undefined : parseTime(given.since, now);
  const until = given.until === undefined ? undefined : parseTime(given.until, now);
  if (since !== undefined && until !== undefined && since >= until) throw usage('--since has to be before --until.');
  return { since, until };
}

/** @param at ISO 8601 */
export function isWithin(at: string, { since, until }: Window): boolean {
  const time = Date.parse(at);
  return (since === undefined || time >= since.getTime()) && (until === undefined || time < until.getTime());
}
