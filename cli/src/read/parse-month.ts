import { usage } from '../problem';

/**
 * `2026-01`, or the present month (UTC) where none is given.
 *
 * @throws Problem when it is no month
 */
export function parseMonth(text: string | undefined, now: Date): string {
  if (text === undefined) return now.toISOString().slice(0, 'YYYY-MM'.length);
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(text)) throw usage(`${text} is no month; --month takes one such as 2026-01.`);
  return text;
}

export function nextMonth(month: string): string {
  const [year, number] = month.split('-').map(Number);
  return new Date(Date.UTC(year ?? 0, number ?? 1, 1)).toISOString().slice(0, 'YYYY-MM'.length);
}
