import type { Job } from '../model/job';
import { SECOND } from '../model/time';

/** Of jobs of one size that got a machine. Seconds. */
export interface StartTimes {
  readonly tier: string;
  readonly jobs: number;
  /** From GitHub's queue until a launch worked on a machine. */
  readonly waiting: Percentiles;
  /** From then until GitHub gave the job to a runner. */
  readonly starting: Percentiles;
  /** Both together. */
  readonly total: Percentiles;
}

export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** How long jobs waited and how long their machines took, by size, from their rows. Pure. */
export function measureStarts(jobs: readonly Job[]): StartTimes[] {
  const byTier = new Map<string, Times[]>();
  for (const job of jobs) {
    const times = timesOf(job);
    if (times !== undefined) byTier.set(job.tier, [...(byTier.get(job.tier) ?? []), times]);
  }
  return [...byTier]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([tier, times]) => ({
      tier,
      jobs: times.length,
      waiting: percentilesOf(times.map(({ waiting }) => waiting)),
      starting: percentilesOf(times.map(({ starting }) => starting)),
      total: percentilesOf(times.map(({ waiting, starting }) => waiting + starting)),
    }));
}

interface Times {
  readonly waiting: number;
  readonly starting: number;
}

function timesOf({ queuedAt, startingAt, startedAt }: Job): Times | undefined {
  if (startingAt === undefined || startedAt === undefined) return undefined;
  const [queued, starting, started] = [queuedAt, startingAt, startedAt].map((time) => Date.parse(time) / SECOND);
  if (queued === undefined || starting === undefined || started === undefined) return undefined;
  return { waiting: Math.max(0, starting - queued), starting: Math.max(0, started - starting) };
}

/** The nearest rank: a time that some job had. */
export function percentilesOf(figures: readonly number[]): Percentiles {
  const sorted = [...figures].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}
