import { MINUTE } from '@multi-tenant-runner/core';
import { READ_EVERY } from '@multi-tenant-runner/recovery/overview';
import { QUIET_ROUND } from '@multi-tenant-runner/recovery/plan-scans';
import { ROUND, TENANTS_A_RUN } from '@multi-tenant-runner/scale-down/tenant-rotation';
import type { Plot } from './plot';

/**
 * List prices of us-east-1 in US dollars. https://aws.amazon.com/lambda/pricing/, /dynamodb/pricing/on-demand/, /sqs/,
 * /cloudwatch/, as of November 2026.
 */
export const PRICE = {
  gigabyteSecond: 0.000_013_333_4,
  call: 0.2e-6,
  readUnit: 0.125e-6,
  writeUnit: 0.625e-6,
  queueRequest: 0.4e-6,
  alarm: 0.1,
  metric: 0.3,
  logGigabyte: 0.5,
} as const;

const MINUTES = 43_800;
const RECOVERY_RUNS = MINUTES / 2;
const ROUNDS = (MINUTES * MINUTE) / ROUND;
const GIGABYTES = 0.5;

/** Those of the module with three sizes. */
export const ALARMS = 24;
/** Those that have data in every hour without a job. */
const METRICS = ['SweepCompleted', 'RecoveryCompleted', 'ScansBehind', 'DeliveriesBehind'];

/** Read units that a run of the sweep costs before it looks at any tenant, and write units that end it. */
export const SWEEP = { reads: 18, writes: 1 } as const;
/**
 * What a look at a tenant costs that has nothing open: its launches, jobs, row and note, each read consistently; and a
 * share of a page of the table and of the bookmark.
 */
export const LOOK = { reads: 4.1, writes: 1 / 32 } as const;
/** Seconds of a run of the sweep, and of each look in it. */
const SWEEP_SECONDS = { run: 0.5, look: 0.01 } as const;

/** Units that a run of recovery costs besides the tenants: its bookmarks and the deliveries. */
export const RECOVERY = { reads: 17, writes: 2 } as const;
/**
 * What it costs for a tenant without a push or job: every ten minutes a share of the pages of all rows and all
 * searches, and a write for each search.
 */
export const SEARCH = { reads: 0.2, writes: 1 } as const;
/** Seconds of a run of recovery, and of each search in it, which waits for GitHub. */
const RECOVERY_SECONDS = { run: 1, search: 0.05 } as const;

export interface Line {
  readonly what: string;
  readonly arithmetic: string;
  /** US dollars. */
  readonly dollars: number;
}

export interface IdleMonth {
  readonly tenants: number;
  readonly lines: readonly Line[];
  readonly dollars: number;
}

/**
 * What a month without a job costs with so many tenants, in US dollars, with three sizes and the module's defaults.
 */
export function idleMonth(tenants: number): IdleMonth {
  const looks = Math.min(ROUNDS * tenants, MINUTES * TENANTS_A_RUN);
  const searches = ((MINUTES * MINUTE) / QUIET_ROUND) * tenants;
  const listings = (MINUTES * MINUTE) / READ_EVERY;
  const reads = MINUTES * SWEEP.reads + looks * LOOK.reads;
  const writes = MINUTES * SWEEP.writes + looks * LOOK.writes;
  const lines: readonly Line[] = [
    {
      what: 'sweep',
      arithmetic: '43,800 calls of 0.5 s, and 730 looks of 10 ms at each tenant',
      dollars: timeOf(MINUTES, MINUTES * SWEEP_SECONDS.run + looks * SWEEP_SECONDS.look),
    },
    {
      what: "sweep's units",
      arithmetic: '43,800 × 18 reads and 1 write, and 730 × 4.1 reads for each tenant',
      dollars: reads * PRICE.readUnit + writes * PRICE.writeUnit,
    },
    {
      what: 'recovery',
      arithmetic: '21,900 calls of 1 s, and 243 searches of 50 ms for each tenant',
      dollars: timeOf(RECOVERY_RUNS, RECOVERY_RUNS * RECOVERY_SECONDS.run + searches * RECOVERY_SECONDS.search),
    },
    {
      what: "recovery's units",
      arithmetic: '21,900 × 17 reads and 2 writes, and 4,380 × 0.2 reads and 243 writes for each tenant',
      dollars:
        (RECOVERY_RUNS * RECOVERY.reads + listings * tenants * SEARCH.reads) * PRICE.readUnit +
        (RECOVERY_RUNS * RECOVERY.writes + searches * SEARCH.writes) * PRICE.writeUnit,
    },
    {
      what: "Lambda's polling of 4 queues",
      arithmetic: '5 pollers, a request each 20 s: 4 × 5 × 3 × 43,800',
      dollars: 4 * 5 * 3 * MINUTES * PRICE.queueRequest,
    },
    { what: 'alarms', arithmetic: String(ALARMS), dollars: ALARMS * PRICE.alarm },
    {
      what: 'metrics',
      arithmetic: METRICS.map((name) => `\`${name}\``).join(', '),
      dollars: METRICS.length * PRICE.metric,
    },
    {
      what: 'logs of the sweep',
      arithmetic: '43,800 × 1.5 KB',
      dollars: ((MINUTES * 1.5e3) / 1e9) * PRICE.logGigabyte,
    },
  ];
  return { tenants, lines, dollars: lines.reduce((sum, { dollars }) => sum + dollars, 0) };
}

/** Of calls that take so many seconds together. */
function timeOf(calls: number, seconds: number): number {
  return calls * PRICE.call + seconds * GIGABYTES * PRICE.gigabyteSecond;
}

const PLOTTED = [10, 100, 1_000, 2_000, 5_000, 10_000];

/** The picture of docs/cost.md. */
export function idlePlot(): Plot {
  return {
    title: 'A month without a job',
    x: 'tenants',
    y: 'US dollars',
    logarithmic: true,
    series: [{ name: 'the module', points: PLOTTED.map((tenants) => [tenants, idleMonth(tenants).dollars] as const) }],
  };
}

/** The table of docs/cost.md, without the line below its head. */
export function idleMonths(sizes: readonly number[] = [10, 1_000, 10_000]): string[] {
  const months = sizes.map(idleMonth);
  const rows = (months[0]?.lines ?? []).map(({ what, arithmetic }, index) => {
    const figures = months.map(({ lines }) => (lines[index]?.dollars ?? 0).toFixed(2));
    return `| ${[what, arithmetic, ...figures].join(' | ')} |`;
  });
  return [
    `| what | arithmetic | ${sizes.map((tenants) => `${tenants.toLocaleString('en')} tenants`).join(' | ')} |`,
    ...rows,
    `| **together** | | ${months.map(({ dollars }) => `**${dollars.toFixed(2)}**`).join(' | ')} |`,
  ];
}
