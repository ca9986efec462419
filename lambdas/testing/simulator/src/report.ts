import type { Promised, Violation, Violations } from './invariants/violations';
import type { LedgerCheck } from './invariants/ledger';
import type { Functions } from './services/functions';
import type { Invariants } from './invariants/invariants';
import type { SimJob } from './scenario/model';
import type { SimulationOptions } from './scenario/options';
import type { PortCalls } from './services/ports';
import type { EndedSimulation } from './invariants/final-invariants';

export interface Report {
  readonly options: SimulationOptions;
  /** Milliseconds of virtual time. */
  readonly ended: number;
  readonly events: number;
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
  readonly ledger: LedgerCheck;
  readonly calls: number;
  readonly invocations: number;
  readonly redriven: number;
  readonly broken: Readonly<Record<Promised, number>>;
  readonly violations: readonly Violation[];
  readonly metrics: Readonly<Record<string, number>>;
}

export interface ReportDeps {
  readonly ended: EndedSimulation;
  readonly violations: Violations;
  readonly ledger: LedgerCheck;
  readonly invariants: Invariants;
  readonly calls: PortCalls;
  readonly metrics: ReadonlyMap<string, number>;
  readonly functions: Functions;
  readonly options: SimulationOptions;
  /** Milliseconds of virtual time. */
  readonly duration: number;
}

const waitOf = (job: SimJob): number => (job.startedAt ?? job.queuedAt) - job.queuedAt;

export function buildReport(deps: ReportDeps): Report {
  const { ended, violations, ledger, invariants, calls, metrics, functions, options, duration } = deps;
  const { jobs } = ended.github;
  const waits = jobs.flatMap((job) => (job.startedAt === undefined ? [] : [waitOf(job)])).sort((a, b) => a - b);
  const at = (share: number): number => waits[Math.min(waits.length - 1, Math.floor(share * waits.length))] ?? 0;
  return {
    options,
    ended: duration,
    events: ended.scheduler.executed,
    jobs: {
      queued: jobs.length,
      ran: waits.length,
      cancelled: jobs.filter((job) => job.startedAt === undefined && job.status === 'completed').length,
      unserved: jobs.filter((job) => job.status === 'queued').length,
    },
    waiting: { p50: at(0.5), p95: at(0.95), max: at(1) },
    slowest: jobs.filter((job) => job.startedAt !== undefined).sort((a, b) => waitOf(b) - waitOf(a))[0]?.id,
    peaks: invariants.peaks,
    machines: invariants.starts,
    idleStarts: invariants.idleStarts,
    ledger,
    calls: [...calls.counts.values()].reduce((sum, count) => sum + count, 0),
    invocations: Object.values(functions).reduce((sum, { invocations }) => sum + invocations, 0),
    redriven: ended.bus.redriven,
    broken: countBroken(violations),
    violations: violations.list,
    metrics: Object.fromEntries([...metrics].sort()),
  };
}

function countBroken({ count }: Violations): Record<Promised, number> {
  return {
    lost: count('lost'),
    doubled: count('doubled'),
    'over the limit': count('over the limit'),
    'killed busy': count('killed busy'),
    'cross-tenant': count('cross-tenant'),
    'left over': count('left over'),
    looped: count('looped'),
    miscounted: count('miscounted'),
  };
}
