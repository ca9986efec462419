import { HOUR, MINUTE, SECOND } from '@multi-tenant-runner/core';
import type { Simulation } from './build-simulation';
import { HOT } from './scenario/day-plan';

/** How the jobs of a day fared, in figures that take eight bytes a job. */
export interface DayTally {
  readonly queued: number;
  /** Seconds from GitHub's queue to a runner, ascending: of all, of the hot tenant, of those that the outage met. */
  waits(of: 'all' | 'hot' | 'outage'): Float32Array;
  /** Milliseconds from the outage's end until the last job that it met runs; undefined: some never did. */
  readonly drained: number | undefined;
  /** Jobs in GitHub's queue when the Region came back. */
  readonly backlog: number;
  /** Minutes after the outage's end, and how many of the backlog still waited. */
  readonly drain: readonly (readonly [number, number])[];
  /** One line of how far it is. */
  line(): string;
}

const MARKS = [5, 10, 15, 20, 30, 45, 60, 90, 120, 180] as const;

export function createDayTally(
  { events, scheduler, github, ended, invariants, violations }: Simulation,
  outage: { readonly from: number; readonly until: number },
): DayTally {
  const began = scheduler.now();
  const real = process.hrtime.bigint();
  const waits: Record<'all' | 'hot' | 'outage', number[]> = { all: [], hot: [], outage: [] };
  const drain: [number, number][] = [];
  let [left, backlog] = [0, 0];
  let drained: number | undefined;
  /** Those that wait for a runner although they may have one. */
  const waiting = (): number =>
    github.jobs.reduce((count, { status, plan }) => (status === 'queued' && !plan.isPublic ? count + 1 : count), 0);

  if (outage.until > outage.from) {
    scheduler.after(outage.until - began, () => (backlog = left = waiting()));
    for (const mark of MARKS)
      scheduler.after(outage.until - began + mark * MINUTE, () => left >= 0 && drain.push([mark, left]));
  }
  events.on('runner.assigned', ({ job }) => {
    const wait = (scheduler.now() - job.queuedAt) / SECOND;
    waits.all.push(wait);
    if (job.tenant.plan.number === HOT) waits.hot.push(wait);
    if (job.queuedAt >= outage.until || scheduler.now() < outage.from) return;
    waits.outage.push(wait);
    if (scheduler.now() < outage.until) return;
    left -= 1;
    drained = scheduler.now() - outage.until;
  });
  return {
    get queued() {
      return waits.all.length + github.jobs.filter(({ startedAt }) => startedAt === undefined).length;
    },
    waits: (of) => Float32Array.from(waits[of]).sort(),
    get drained() {
      return drained;
    },
    get backlog() {
      return backlog;
    },
    drain,
    line: () => {
      const seconds = Number(process.hrtime.bigint() - real) / 1e9;
      const { rss } = process.memoryUsage();
      const cpu = process.cpuUsage();
      return (
        `${((scheduler.now() - began) / HOUR).toFixed(0)} h: ${waits.all.length} jobs ran, ${waiting()} wait, ` +
        `${ended.machines.aliveCount} machines, at most ${invariants.peaks.machines}, ` +
        `${violations.list.length} promises broken; ${seconds.toFixed(0)} s, ` +
        `${((cpu.user + cpu.system) / 1e6).toFixed(0)} s of processor, ${(rss / 2 ** 20).toFixed(0)} MB`
      );
    },
  };
}
