import type { DayFigures, Figures, SizeFigures, StartTimes, TenantFigures } from './facts';
import { dollars, duration, number } from './words';

export interface UsageRow {
  readonly key: string;
  readonly name: string;
  readonly machines: string;
  readonly minutes: string;
  readonly usd: string;
  readonly note?: string;
}

/** The sums of sizes as rows of tenants, the most expensive first. Pure. */
export function usageByTenant(sums: readonly TenantFigures[]): readonly UsageRow[] {
  const byTenant = new Map<number, { readonly name: string; readonly sum: Figures }>();
  for (const { installation_id: id, org_name: name, ...sum } of sums) {
    const known = byTenant.get(id);
    byTenant.set(id, { name: name ?? String(id), sum: known === undefined ? sum : add(known.sum, sum) });
  }
  return [...byTenant]
    .sort(([, a], [, b]) => b.sum.usd - a.sum.usd)
    .map(([id, { name, sum }]) => row(String(id), name, sum));
}

/** Of one tenant. Pure. */
export function usageBySize(sizes: readonly SizeFigures[]): readonly UsageRow[] {
  return [...sizes].sort((a, b) => b.usd - a.usd).map((one) => row(one.size, one.size, one));
}

function row(key: string, name: string, { machines, seconds, usd, unpriced }: Figures): UsageRow {
  return {
    key,
    name,
    machines: number(machines),
    minutes: number(Math.round(seconds / 6) / 10),
    usd: dollars(usd),
    ...(unpriced > 0 && { note: `${unpriced} without a price` }),
  };
}

function add(a: Figures, b: Figures): Figures {
  return {
    machines: a.machines + b.machines,
    seconds: a.seconds + b.seconds,
    usd: a.usd + b.usd,
    unpriced: a.unpriced + b.unpriced,
  };
}

/** Minutes of machines on every day of a month, also on those without any. Pure. */
export function minutesByDay(
  month: string,
  days: readonly DayFigures[],
): readonly (readonly [day: string, minutes: number])[] {
  const known = new Map(days.map(({ day, seconds }) => [day, Math.round(seconds / 6) / 10]));
  const [year = 0, number = 1] = month.split('-').map(Number);
  const length = new Date(Date.UTC(year, number, 0)).getUTCDate();
  return Array.from({ length }, (_, index) => {
    const day = `${month}-${String(index + 1).padStart(2, '0')}`;
    return [day, known.get(day) ?? 0] as const;
  });
}

export interface WaitRow {
  readonly key: string;
  readonly size: string;
  readonly what: string;
  readonly jobs: string;
  readonly p50: string;
  readonly p95: string;
  readonly p99: string;
}

const PARTS = [
  ['waiting', 'Waiting for a runner'],
  ['starting', 'Start of the machine'],
  ['total', 'Both'],
] as const;

/** How long jobs waited, by size. Pure. */
export function waitRows(sizes: readonly StartTimes[]): readonly WaitRow[] {
  return sizes.flatMap((one) =>
    PARTS.map(([part, what]) => ({
      key: `${one.size} ${part}`,
      size: one.size,
      what,
      jobs: number(one.jobs),
      p50: duration(one[part].p50),
      p95: duration(one[part].p95),
      p99: duration(one[part].p99),
    })),
  );
}

/** This month and the eleven before it, the latest first. Pure. */
export function months(now: Date): readonly string[] {
  return Array.from({ length: 12 }, (_, ago) =>
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - ago, 1)).toISOString().slice(0, 7),
  );
}

type Cell = string | number | undefined;
export type CsvRow = Readonly<Record<string, Cell>>;

/** RFC 4180. A text that a spreadsheet would take for a formula is kept from being one. Pure. */
export function toCsv(columns: readonly string[], rows: readonly CsvRow[]): string {
  const lines = rows.map((one) => columns.map((column) => cell(one[column])));
  return [columns, ...lines].map((line) => `${line.join(',')}\r\n`).join('');
}

function cell(value: Cell): string {
  if (typeof value === 'number') return String(value);
  const text = value === undefined ? '' : /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
