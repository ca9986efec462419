import { MINUTE } from '@multi-tenant-runner/core';
import { RETURN, type DayResult } from './day-load';
import { PROMISES } from './invariants/violations';
import type { Day } from './scenario/day-plan';
import { FUNCTIONS_AT_ONCE } from './services/account';
import { KEPT } from './invariants/forgetting';
import { SERVICES, type Load } from './services/traffic';

const SHOWN = 20;
type Row = readonly [string, string];

/** The day in words. Times are of the virtual clock, but those of the processor. */
export function printableDay(day: Day, result: DayResult): string {
  const rows: readonly Row[] = [
    ...aboutLoad(day),
    ...aboutJobs(result),
    ...(day.outage > 0 ? aboutDrain(day, result) : []),
    ...aboutTraffic(day, result),
    ...aboutRun(result),
    ...PROMISES.map(
      (promise): Row => [
        promise,
        String(result.violations.filter((violation) => violation.promise === promise).length),
      ],
    ),
  ];
  const lines = rows.map(([name, value]) => `${name.padEnd(20)} ${value}`);
  for (const { promise, at, what } of result.violations.slice(0, SHOWN)) lines.push(`  ${at} ${promise}: ${what}`);
  return lines.join('\n');
}

function aboutLoad({ tenants, jobs, hours, hot, outage, raised, concurrency, ssm, seed }: Day): readonly Row[] {
  const down = outage === 0 ? 'no outage' : `the Region is down for ${outage} min`;
  return [
    ['day', `seed ${seed}, ${tenants} tenants, ${jobs} jobs in ${hours} h, ${hot} % of one tenant; ${down}`],
    [
      'limits',
      `EC2 ${2 * raised} calls and ${2 * raised} machines a second (${raised} × as given), ` +
        `${ssm ? 'SSM 3 writes a second' : 'configurations in DynamoDB'}, Lambda ${FUNCTIONS_AT_ONCE} at once, ` +
        `${concurrency} of scale-up for each size, GitHub 5,000 requests an hour and 900 points a minute of an ` +
        'installation (15,000 requests of the hot one)',
    ],
    ['rows', `checked and forgotten ${KEPT / MINUTE} min after their end, where the tables keep them 14 days`],
  ];
}

function aboutJobs({ tally, unserved, machines, idleStarts, peaks, ledger, forgotten }: DayResult): readonly Row[] {
  const all = tally.waits('all');
  return [
    [
      'jobs',
      `${tally.queued} queued, ${all.length} ran, ${unserved} never to be served (public); ${forgotten} forgotten`,
    ],
    ['waiting times', spread(all)],
    ['the hot tenant', `${tally.waits('hot').length} jobs, ${spread(tally.waits('hot'))}`],
    [
      'machines',
      `${machines} started, ${idleStarts} of them for a job that was over or taken by then; at most ` +
        `${peaks.machines} at once, ${peaks.slots} slots`,
    ],
    ['ledger', `${ledger.machines} machines, ${ledger.seconds.ledger} s; by EC2 ${ledger.seconds.ec2} s`],
  ];
}

function aboutDrain({ outage }: Day, { tally }: DayResult): readonly Row[] {
  const { backlog, drained = 0, drain } = tally;
  const waits = tally.waits('outage');
  return [
    [
      'after the outage',
      `${backlog} jobs waited when the Region came back after ${outage} min; all ran ${minutes(drained)} later`,
    ],
    ['the backlog', drain.map(([mark, left]) => `${mark} min: ${Math.max(0, left)}`).join(', ')],
    ['its waiting times', spread(waits)],
  ];
}

function aboutTraffic({ outage }: Day, { traffic, account }: DayResult): readonly Row[] {
  const parts = outage === 0 ? ['before'] : ['before', 'return', 'after'];
  const show = (load: Load | undefined): string =>
    load === undefined ? 'none' : `${load.peak} (${load.throttled} of ${load.calls} turned away)`;
  return [
    [
      'calls a second',
      `in the busiest second ${parts.join(' / ')}; "return" is the ${RETURN / MINUTE} min after the outage`,
    ],
    ...SERVICES.map(
      (service): Row => [`  ${service}`, parts.map((part) => show(traffic.of(part).get(service))).join(' / ')],
    ),
    ['  one tenant’s row', `${traffic.hottestRow} admissions and ends in the busiest second`],
    ['functions at once', `${account.peak} at most, ${account.throttled} turned away`],
  ];
}

function aboutRun({ ended, invocations, events }: DayResult): readonly Row[] {
  const { user, system } = process.cpuUsage();
  const { maxRSS } = process.resourceUsage();
  return [
    [
      'time',
      `${(ended / (60 * MINUTE)).toFixed(1)} h simulated, ${invocations} invocations, ${events} events; ` +
        `${((user + system) / 1e6).toFixed(0)} s of processor, at most ${(maxRSS / 1_024).toFixed(0)} MB`,
    ],
  ];
}

function spread(waits: Float32Array): string {
  const at = (share: number): string =>
    seconds(waits[Math.min(waits.length - 1, Math.floor(share * waits.length))] ?? 0);
  return `p50 ${at(0.5)}, p95 ${at(0.95)}, max ${at(1)}`;
}

const seconds = (value: number): string => (value < 120 ? `${value.toFixed(0)} s` : `${(value / 60).toFixed(0)} min`);
const minutes = (milliseconds: number): string => `${(milliseconds / MINUTE).toFixed(0)} min`;
