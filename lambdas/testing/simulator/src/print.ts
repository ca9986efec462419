import { PROMISES } from './invariants/violations';
import type { Report } from './report';

const SHOWN = 20;

/** The report for people. Times are of the virtual clock, but the last one. */
export function printable(report: Report, realSeconds: number): string {
  const { jobs, waiting, options } = report;
  const rows: readonly (readonly [string, string])[] = [
    [
      'seed',
      `${options.seed}, ${options.tenants} tenants, faults: ` +
        `${options.faultKinds.length === 0 ? 'none' : `${options.faultKinds.length} kinds`}`,
    ],
    [
      'jobs',
      `${jobs.queued} queued, ${jobs.ran} ran, ${jobs.cancelled} ended before they ran, ${jobs.unserved} ` +
        'never to be served (suspended, uninstalled, public, limit 0)',
    ],
    ['waiting times', `p50 ${duration(waiting.p50)}, p95 ${duration(waiting.p95)}, max ${duration(waiting.max)}`],
    ['peaks', `${report.peaks.machines} machines, ${report.peaks.slots} slots`],
    ['machines', `${report.machines} started, ${report.idleStarts} of them for a job that was over or taken by then`],
    [
      'ledger',
      `${report.ledger.machines} machines, ${report.ledger.seconds.ledger} s; by EC2 ${report.ledger.seconds.ec2} s`,
    ],
    [
      'time',
      `${duration(report.ended)} simulated, ${report.calls} calls in ${report.invocations} invocations, ` +
        `${realSeconds.toFixed(1)} s`,
    ],
    ...PROMISES.map((promise): [string, string] => [promise, String(report.broken[promise])]),
  ];
  const lines = rows.map(([name, value]) => `${name.padEnd(16)} ${value}`);
  const { violations } = report;
  for (const { promise, at, what } of violations.slice(0, SHOWN)) lines.push(`  ${at} ${promise}: ${what}`);
  if (violations.length > SHOWN) lines.push(`  and ${violations.length - SHOWN} more; --json prints all`);
  return lines.join('\n');
}

function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1_000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`;
}
