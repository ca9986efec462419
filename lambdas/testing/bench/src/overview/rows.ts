import type { OutageDrain } from '@multi-tenant-runner/simulator/outage-load';
import type { PushTimes } from '@multi-tenant-runner/simulator/push-report';
import { idleMonth } from '../idle-month';
import { costOfAll, costsByFunction } from '../job-cost';
import type { StepCost } from '../job-life';
import type { LaunchRate } from '../launch-rate/measure';

/** Seconds, ascending. */
type Waits = readonly number[];

export interface Bursts {
  readonly hundredTenants: Waits;
  /** Of whom none ever had a job. */
  readonly hundredFirst: Waits;
  readonly oneTenant25: Waits;
  readonly oneTenant100: Waits;
  readonly besideFlood: Waits;
}

export interface OverviewFacts {
  readonly rates: readonly LaunchRate[];
  /** A job's life by the number of its tenant's machines. */
  readonly lives: ReadonlyMap<number, readonly StepCost[]>;
  /** With calls of each tenant's own, and with calls that tenants share. */
  readonly bursts: { readonly own: Bursts; readonly shared: Bursts };
  readonly outage: Pick<OutageDrain, 'waits'>;
  readonly pushes: Pick<PushTimes, 'toBuild' | 'inAll'>;
  /** Where ECS allows four times as much. */
  readonly pushesRaised: Pick<PushTimes, 'inAll'>;
  /** Bytes of each function's zip. */
  readonly zips: ReadonlyMap<string, number>;
}

export interface Row {
  readonly what: string;
  readonly measured: string;
  readonly goal: string;
  /** Prints the figure with what it is made of. */
  readonly command: string;
}

const LAUNCHES = 'npm run bench:launches';
const JOB = 'npm run bench:job';
const SWEEP = 'npm run bench:sweep';
const burst = (options: string): string => `npm run simulate -- --burst ${options}`;

/** The table of `npm run bench`: ratios and counts, and times beside latencies that are given. Pure. */
export function overviewRows(facts: OverviewFacts): readonly Row[] {
  return [...ofLaunches(facts), ...ofJobs(facts), ...ofBursts(facts), ...ofPushes(facts), ...ofTheWhole(facts)];
}

function ofLaunches({ rates }: OverviewFacts): Row[] {
  const of = (setup: LaunchRate['setup'], latencies?: LaunchRate['latencies']): string =>
    rates
      .filter((one) => one.setup === setup && (latencies ?? one.latencies) === one.latencies)
      .map(({ rate }) => rate.toFixed(1))
      .join(' / ');
  const cpu = Math.max(...rates.map(({ cpuMilliseconds }) => cpuMilliseconds));
  return [
    {
      what: 'launches a second of one container, 25 jobs of 1 / 25 tenants, brief answers',
      measured: of('as given', 'brief'),
      goal: '≥ 30 / ≥ 30',
      command: LAUNCHES,
    },
    {
      what: 'the same, realistic answers',
      measured: of('as given', 'realistic'),
      goal: '≥ 8 / ≥ 8',
      command: LAUNCHES,
    },
    {
      what: 'the same, 25 tenants that share calls, brief / realistic answers',
      measured: of('shared calls'),
      goal: '≥ 30 / ≥ 8',
      command: LAUNCHES,
    },
    {
      what: 'the same, 25 tenants, `launch_rate` raised tenfold, brief / realistic answers',
      measured: of('raised launch_rate'),
      goal: '≥ 30 / ≥ 8',
      command: LAUNCHES,
    },
    {
      what: 'processor time of a job in scale-up',
      measured: `${cpu.toFixed(0)} ms`,
      goal: '≤ 12 ms',
      command: LAUNCHES,
    },
  ];
}

function ofJobs({ lives }: OverviewFacts): Row[] {
  const [first = []] = lives.values();
  const scaleUp = costsByFunction(first).find(({ function: name }) => name === 'scale-up');
  const writes = [...lives.values()].map((steps) => costOfAll(steps).writeUnits);
  const machines = [...lives.keys()].map((count) => count.toLocaleString('en')).join(' / ');
  return [
    {
      what: 'calls of AWS + GitHub in scale-up, one warm job',
      measured: `${scaleUp?.aws ?? 0} + ${scaleUp?.gitHub ?? 0}`,
      goal: '≤ 4 + 1',
      command: JOB,
    },
    { what: "calls of AWS in a job's whole life", measured: String(costOfAll(first).aws), goal: '≤ 18', command: JOB },
    {
      what: `write units of a job at ${machines} machines of its tenant`,
      measured: writes.join(' / '),
      goal: '≤ 26, ≤ 4 more',
      command: JOB,
    },
  ];
}

function ofBursts({ bursts: { own, shared } }: OverviewFacts): Row[] {
  const rowsOf = (bursts: Bursts, wait: string, more: string): Row[] => {
    const row = (what: string, waits: Waits, goal: string, options: string): Row => ({
      what: `${wait}, ${what}, p50 / p95`,
      measured: `${secondsOf(waits, 0.5)} / ${secondsOf(waits, 0.95)} s`,
      goal,
      command: burst(`${options}${more}`),
    });
    return [
      row('100 tenants × 1 job at once', bursts.hundredTenants, '< 1 / < 3 s', '100'),
      row('100 tenants × 1, the first job of each', bursts.hundredFirst, '< 1 / < 3 s', '100 --first'),
      row('one tenant × 25', bursts.oneTenant25, '— / < 3 s', '1 --each 25'),
      row('one tenant × 100', bursts.oneTenant100, '— / < 3 s', '1 --each 100'),
      row('99 tenants beside a flood of 500', bursts.besideFlood, '< 1 / < 3 s', '99 --flood 500'),
    ];
  };
  return [
    ...rowsOf(own, 'webhook to machine', ''),
    ...rowsOf(shared, 'the same where tenants share calls', ' --shared --concurrency 30'),
    inSandbox('webhook to machine in the sandbox, 40 tenants × 1 job at once, p95', '< 5 s', 'burst'),
    inSandbox('webhook to job running in the sandbox, with a machine that waits', '< 1.5 s', 'hot'),
  ];
}

/** Measured by a sandbox, which has to be up. */
function inSandbox(what: string, goal: string, command: string): Row {
  return { what, measured: 'beside a sandbox', goal, command: `npm run sandbox -- ${command}` };
}

function ofPushes({ pushes: { toBuild, inAll }, pushesRaised }: OverviewFacts): Row[] {
  const row = (what: string, waits: Waits, more = ''): Row => ({
    what: `${what}, p50 / p95`,
    measured: `${secondsOf(waits, 0.5)} / ${secondsOf(waits, 0.95)} s`,
    goal: '— / < 2 s',
    command: `npm run simulate -- --pushes 10${more}`,
  });
  return [
    row('push whose turn it is to its build, 100 tenants × 10 a minute', toBuild),
    row('the same to its service, without the build', inAll),
    row('the same where ECS registers four versions a second', pushesRaised.inAll, ' --raised 4'),
  ];
}

function ofTheWhole({ outage, zips }: OverviewFacts): Row[] {
  const last = (outage.waits.at(-1) ?? 0) / 60;
  const months = [1_000, 10_000].map((tenants) => idleMonth(tenants).dollars.toFixed(2));
  const kilobytes = (name: string): string => ((zips.get(name) ?? 0) / 1_000).toFixed(0);
  return [
    {
      what: 'a month without a job, 1,000 / 10,000 tenants',
      measured: `$${months.join(' / $')}`,
      goal: '< $6 / < $15',
      command: SWEEP,
    },
    {
      what: "an hour's outage at a million jobs a day, 1,000 tenants: until the last job is heard of",
      measured: `${last.toFixed(0)} min`,
      goal: '< 120 min',
      command: 'npm run simulate -- --outage 60 --tenants 1000 --jobs 41667',
    },
    {
      what: 'zip of webhook / scale-up / scale-down',
      measured: `${['webhook', 'scale-up', 'scale-down'].map(kilobytes).join(' / ')} KB`,
      goal: '≤ 100 / 210 / 210 KB',
      command: 'node lambdas/bench.mjs',
    },
  ];
}

function secondsOf(waits: Waits, share: number): string {
  return (waits[Math.floor(share * waits.length)] ?? 0).toFixed(1);
}

/** As docs/performance.md has it. */
export function overviewTable(rows: readonly Row[]): readonly string[] {
  return [
    '| what | measured | goal | printed by |',
    '|---|---|---|---|',
    ...rows.map(({ what, measured, goal, command }) => `| ${what} | ${measured} | ${goal} | \`${command}\` |`),
  ];
}
