import { PROMISES, type Violations, type Promised, type Violation } from './invariants/violations';
import type { Functions } from './services/functions';
import type { Invariants } from './invariants/invariants';
import type { SimJob } from './scenario/model';
import type { SimulationOptions } from './scenario/options';
import type { PortCalls } from './services/ports';
import type { EndedHarness } from './invariants/final-invariants';

export interface Report {
  readonly options: SimulationOptions;
  /** Milliseconds of virtual time. */
  readonly ended: number;
  readonly happenings: number;
  readonly jobs: {
    readonly queued: number;
    readonly ran: number;
    readonly cancelled: number;
    readonly unserved: number;
  };
  /** Milliseconds from GitHub's queue to a runner. */
  readonly waiting: { readonly p50: number; readonly p95: number; readonly max: number };
  /** The job that waited longest. */
  readonly slowest: number | undefined;
  readonly peaks: { readonly machines: number; readonly slots: number };
  readonly machines: number;
  readonly idleStarts: number;
  readonly calls: number;
  readonly invocations: number;
  readonly redriven: number;
  readonly broken: Readonly<Record<Promised, number>>;
  readonly violations: readonly Violation[];
  readonly metrics: Readonly<Record<string, number>>;
}

export interface ReportDeps {
  readonly harness: EndedHarness;
  readonly checker: Violations;
  readonly guard: Invariants;
  readonly calls: PortCalls;
  readonly metrics: ReadonlyMap<string, number>;
  readonly functions: Functions;
  readonly options: SimulationOptions;
  readonly ended: number;
}

const waitOf = (job: SimJob): number => (job.startedAt ?? job.queuedAt) - job.queuedAt;

export function report({ harness, checker, guard, calls, metrics, functions, options, ended }: ReportDeps): Report {
  const { jobs } = harness.github;
  const waits = jobs.flatMap((job) => (job.startedAt === undefined ? [] : [waitOf(job)])).sort((a, b) => a - b);
  const at = (share: number): number => waits[Math.min(waits.length - 1, Math.floor(share * waits.length))] ?? 0;
  return {
    options,
    ended,
    happenings: harness.scheduler.happened,
    jobs: {
      queued: jobs.length,
      ran: waits.length,
      cancelled: jobs.filter((job) => job.startedAt === undefined && job.status === 'completed').length,
      unserved: jobs.filter((job) => job.status === 'queued').length,
    },
    waiting: { p50: at(0.5), p95: at(0.95), max: at(1) },
    slowest: jobs.filter((job) => job.startedAt !== undefined).sort((a, b) => waitOf(b) - waitOf(a))[0]?.id,
    peaks: guard.peaks,
    machines: guard.starts,
    idleStarts: guard.idleStarts,
    calls: [...calls.counts.values()].reduce((sum, count) => sum + count, 0),
    invocations: Object.values(functions).reduce((sum, { invocations }) => sum + invocations, 0),
    redriven: harness.bus.redriven,
    broken: Object.fromEntries(PROMISES.map((promise) => [promise, checker.count(promise)])) as Record<
      Promised,
      number
    >,
    violations: checker.violations,
    metrics: Object.fromEntries([...metrics].sort()),
  };
}
