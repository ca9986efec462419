/** The minutes of each field in which an expression holds: minute, hour, day of the month, month, day of the week. */
export type Cron = readonly ReadonlySet<number>[];

const FIELDS = [
  { from: 0, to: 59 },
  { from: 0, to: 23 },
  { from: 1, to: 31 },
  { from: 1, to: 12 },
  // Both 0 and 7 are Sunday.
  { from: 0, to: 7 },
] as const;

/** The most days that each month has. */
const DAYS_OF_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Of five fields with figures, `*`, ranges, steps and lists, as in `0-30/10 8-17 * * 1-5`; undefined: it is none, or
 * asks for days that no month has, such as 30 February.
 */
export function parseCron(text: string): Cron | undefined {
  const fields = text.trim().split(/\s+/);
  if (fields.length !== FIELDS.length) return undefined;
  const sets = FIELDS.map((bounds, at) => parseField(fields[at] ?? '', bounds));
  return sets.every((set) => set !== undefined) && hasDay(sets) ? sets : undefined;
}

/** Whether it holds in a minute; all five fields must. Pure. */
export function cronHolds(cron: Cron, now: Date, timeZone: string): boolean {
  const local = localFieldsOf(now, timeZone);
  return cron.every((set, at) => set.has(local[at] ?? -1) || (at === 4 && local[4] === 0 && set.has(7)));
}

function hasDay([, , days, months]: Cron): boolean {
  const first = Math.min(...(days ?? []));
  return [...(months ?? [])].some((month) => first <= (DAYS_OF_MONTH[month - 1] ?? 0));
}

function parseField(text: string, { from, to }: { from: number; to: number }): ReadonlySet<number> | undefined {
  const found = new Set<number>();
  for (const part of text.split(',')) {
    const [, all, low, high, step = '1'] = /^(?:(\*)|(\d{1,2})(?:-(\d{1,2}))?)(?:\/(\d{1,2}))?$/.exec(part) ?? [];
    if (all === undefined && low === undefined) return undefined;
    const first = all === undefined ? Number(low) : from;
    const last = all === undefined ? Number(high ?? low) : to;
    if (first < from || last > to || first > last || Number(step) < 1) return undefined;
    for (let at = first; at <= last; at += Number(step)) found.add(at);
  }
  return found;
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

function localFieldsOf(now: Date, timeZone: string): readonly number[] {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    minute: 'numeric',
    hour: 'numeric',
    day: 'numeric',
    month: 'numeric',
    weekday: 'short',
  }).formatToParts(now);
  const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? '';
  const figures = ['minute', 'hour', 'day', 'month'].map((type) => Number(part(type)));
  return [...figures, DAYS.indexOf(part('weekday'))];
}
