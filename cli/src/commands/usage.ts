import {
  measureStarts,
  sumUsageBy,
  usageOf,
  usageOfCorrection,
  type MachineLife,
  type TenantSum,
  type UsageSum,
} from '@multi-tenant-runner/core';
import type { Answer, Row } from '../answer';
import type { Fleet } from '../fleet';
import { findTenant } from '../read/find-tenant';
import { focusCorrection, focusRow, FOCUS_COLUMNS } from './focus';

export interface UsageFilter {
  readonly month: string;
  readonly by: 'tenant' | 'repository' | 'size';
  readonly tenant?: string;
}

const COLUMNS = ['machines', 'minutes', 'usd', 'unpriced'];

/** What machines of a month come to; by repository from each machine's row, else from the sums. */
export async function reportUsage({ month, by, tenant }: UsageFilter, fleet: Fleet): Promise<Answer> {
  const sums = await sumsOf(month, tenant, fleet);
  const found =
    by === 'repository'
      ? await byRepository(month, sums, fleet)
      : sumUsageBy(sums.map((sum) => [by === 'size' ? sum.tier : String(sum.installationId), sum]));
  const rows = [...found].map(([key, sum]): Row => ({ [by]: key, ...figuresOf(sum) }));
  const named = by === 'tenant' ? await withNames(rows, fleet) : rows;
  return {
    kind: 'rows',
    columns: [by, ...(by === 'tenant' ? ['login'] : []), ...COLUMNS],
    rows: named.sort((a, b) => Number(b['usd']) - Number(a['usd'])),
    none: `No machine ended in ${month}.`,
  };
}

/** A line for each machine, in the columns of FOCUS. */
export async function exportFocus({ month, tenant }: Omit<UsageFilter, 'by'>, fleet: Fleet): Promise<Answer> {
  const rows: Row[] = [];
  for (const installationId of tenantsIn(await sumsOf(month, tenant, fleet)))
    rows.push(...(await focusOf(installationId, month, fleet)));
  return { kind: 'rows', columns: FOCUS_COLUMNS, rows, none: `No machine ended in ${month}.`, isFocus: true };
}

async function focusOf(installationId: number, month: string, { usage, corrections, prefix }: Fleet): Promise<Row[]> {
  const rows: Row[] = [];
  const lives = new Map<string, MachineLife>();
  for await (const life of usage.livesOf(installationId, month)) {
    lives.set(`${life.startedAt}#${life.launchId}`, life);
    rows.push(focusRow(life, prefix));
  }
  for await (const correction of corrections.ofMonth(installationId, month)) {
    const life = lives.get(`${correction.startedAt}#${correction.launchId}`);
    if (life !== undefined) rows.push(focusCorrection(life, correction, prefix));
  }
  return rows;
}

/** The ledger against AWS's bill, by the tag of the tenant, and what share of the bill it explains. */
export async function reconcileUsage(text: string, month: string, fleet: Fleet): Promise<Answer> {
  const { parseBill } = await import('../read/parse-bill');
  const bill = parseBill(text, month);
  const ledger = sumUsageBy((await sumsOf(month, undefined, fleet)).map((sum) => [String(sum.installationId), sum]));
  const ids = new Set([...ledger.keys(), ...[...bill.byTenant.keys()].map(String)]);
  const rows = [...ids].map((id): Row => {
    const billed = bill.byTenant.get(Number(id)) ?? 0;
    return lineOf(id, billed, (ledger.get(id)?.costMicros ?? 0) / MICROS);
  });
  const sum = (name: string): number => rows.reduce((total, row) => total + Number(row[name]), 0);
  const all = lineOf('all tenants', sum('billed_usd'), sum('ledger_usd'));
  return {
    kind: 'rows',
    columns: ['tenant', 'billed_usd', 'ledger_usd', 'explained_percent'],
    rows: [
      ...rows.sort((a, b) => Number(b['billed_usd']) - Number(a['billed_usd'])),
      all,
      { tenant: 'untagged', billed_usd: dollars(bill.untagged), ledger_usd: 0 },
    ],
    none: `Neither the file nor the ledger has anything of ${month}.`,
  };
}

/** How long jobs waited and how long their machines took, by size: 50, 95 and 99 percent of them at most so long. */
export async function showStats(tenant: string, limit: number, fleet: Fleet): Promise<Answer> {
  const { installationId } = await findTenant(tenant, fleet.directory);
  const jobs = await fleet.jobs.listRecent(installationId, limit);
  const rows = measureStarts(jobs).flatMap(({ tier, jobs: count, ...measured }) =>
    Object.entries(measured).map(
      ([what, { p50, p95, p99 }]): Row => ({
        size: tier,
        jobs: count,
        what,
        p50_seconds: Math.round(p50),
        p95_seconds: Math.round(p95),
        p99_seconds: Math.round(p99),
      }),
    ),
  );
  return {
    kind: 'rows',
    columns: ['size', 'jobs', 'what', 'p50_seconds', 'p95_seconds', 'p99_seconds'],
    rows,
    none: `No job of ${tenant} has run in the last 14 days.`,
  };
}

const MICROS = 1_000_000;
const dollars = (amount: number): number => Math.round(amount * 10_000) / 10_000;

async function sumsOf(month: string, tenant: string | undefined, fleet: Fleet): Promise<TenantSum[]> {
  const only = tenant === undefined ? undefined : (await findTenant(tenant, fleet.directory)).installationId;
  const sums: TenantSum[] = [];
  for await (const sum of fleet.usage.sumsOfMonth(month))
    if (only === undefined || sum.installationId === only) sums.push(sum);
  return sums;
}

const tenantsIn = (sums: readonly TenantSum[]): Set<number> => new Set(sums.map((sum) => sum.installationId));

async function byRepository(
  month: string,
  sums: readonly TenantSum[],
  { usage, corrections }: Pick<Fleet, 'usage' | 'corrections'>,
): Promise<ReadonlyMap<string, UsageSum>> {
  const parts: (readonly [string, UsageSum])[] = [];
  for (const installationId of tenantsIn(sums)) {
    for await (const life of usage.livesOf(installationId, month))
      parts.push([life.repository ?? 'unknown', usageOf(life)]);
    for await (const correction of corrections.ofMonth(installationId, month))
      parts.push([correction.repository ?? 'unknown', usageOfCorrection(correction)]);
  }
  return sumUsageBy(parts);
}

function figuresOf({ machines, seconds, costMicros, unpriced }: UsageSum): Row {
  return { machines, minutes: Math.round(seconds / 6) / 10, usd: dollars(costMicros / MICROS), unpriced };
}

function lineOf(tenant: string, billed: number, ledger: number): Row {
  return {
    tenant,
    billed_usd: dollars(billed),
    ledger_usd: dollars(ledger),
    ...(billed > 0 && { explained_percent: Math.round((ledger / billed) * 1_000) / 10 }),
  };
}

async function withNames(rows: readonly Row[], { directory }: Pick<Fleet, 'directory'>): Promise<Row[]> {
  return Promise.all(
    rows.map(async (row) => {
      const lookup = await directory.get(Number(row['tenant']));
      return { ...row, ...(lookup.kind === 'tenant' && { login: lookup.tenant.orgName }) };
    }),
  );
}
