import type { DemoReport, TenantReport } from './types';

const COLUMNS: readonly { title: string; of: (row: TenantReport) => string; right?: boolean }[] = [
  { title: 'tenant', of: (row) => row.tenant },
  { title: 'tier', of: (row) => row.tier },
  { title: 'jobs', of: (row) => String(row.jobs), right: true },
  { title: 'runners', of: (row) => String(row.runners), right: true },
  { title: 'peak', of: (row) => String(row.peak_runners), right: true },
  { title: 'limit', of: (row) => String(row.limit), right: true },
  {
    title: 'waited',
    of: (row) => (row.waited === 0 ? '-' : `${row.waited} (up to ${row.longest_wait_seconds.toFixed(1)} s)`),
  },
  { title: 'result', of: (row) => row.result },
];

/** The demo's summary: one row a tenant, then the failed expectations. */
export function summaryTable(report: DemoReport): string {
  const rows = [
    COLUMNS.map((column) => column.title),
    ...report.tenants.map((tenant) => COLUMNS.map((column) => column.of(tenant))),
  ];
  const widths = COLUMNS.map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) =>
        COLUMNS[index]?.right ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0),
      )
      .join('  ')
      .trimEnd();
  const [head = [], ...body] = rows;
  const rule = widths.map((width) => '─'.repeat(width)).join('  ');
  return [line(head), rule, ...body.map(line), '', ...summary(report)].join('\n');
}

function summary({ checks, metrics }: DemoReport): readonly string[] {
  const broken = checks.filter((one) => !one.held);
  const counted = Object.entries(metrics)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
  const seen = counted === '' ? [] : [`metrics seen in the logs: ${counted}`];
  if (broken.length === 0) return [...seen, `all ${checks.length} expectations held`];
  return [
    ...seen,
    `${broken.length} of ${checks.length} expectations did not hold:`,
    ...broken.map((one) => `  ✗ ${one.expectation}${one.detail === undefined ? '' : `: ${one.detail}`}`),
  ];
}
