import type { Load } from './load';
import type { SweeperLine } from './sweeper';

export const GOAL = { megabytes: 256, seconds: 60 } as const;

export interface Verdict {
  readonly lines: readonly string[];
  /** Goals that were missed, in words. */
  readonly missed: readonly string[];
}

const most = (figures: readonly number[]): string => Math.max(0, ...figures).toFixed(0);
const seconds = (figures: readonly number[]): string => Math.max(0, ...figures).toFixed(1);

/** A line for each run. */
export function runLine(number: number, { visits, idle, seen, ...run }: SweeperLine): string {
  return [
    `run ${String(number).padStart(3)}  ${run.seconds.toFixed(1).padStart(5)} s`,
    `${run.tenants} tenants`.padStart(12),
    `${run.readUnits.toFixed(0)} reads`.padStart(12),
    `${run.writeUnits.toFixed(0)} writes`.padStart(12),
    `${run.megabytes.toFixed(0)} MB`.padStart(7),
    `seen ${seen} others`.padStart(18),
    `large: ${visits.length} visits, the longest ${seconds(visits.map((visit) => visit.seconds))} s, at most ` +
      `${most(visits.map(({ readUnits }) => readUnits))} reads, ${most(visits.map(({ requests }) => requests))} calls`,
  ].join('  ');
}

/** What the runs show together. */
export function verdictOf(load: Load, runs: readonly SweeperLine[]): Verdict {
  const all = runs.findIndex(({ seen }) => seen === load.tenants) + 1;
  const megabytes = Math.max(...runs.map((run) => run.megabytes));
  const longest = Math.max(...runs.map((run) => run.seconds));
  const cut = runs.filter(({ wasCut }) => wasCut).length;
  const blind = runs.filter(({ sawAllWaiting }) => !sawAllWaiting).length;
  const looks = runs.reduce((sum, { idle }) => sum + idle.tenants, 0);
  const idleReads = runs.reduce((sum, { idle }) => sum + idle.readUnits, 0);
  const missed = [
    ...(all === 0 ? ['not every other tenant was looked at'] : []),
    ...(blind > 0 ? [`in ${blind} runs a tenant with a waiting job was not looked at`] : []),
    ...(megabytes >= GOAL.megabytes ? [`${megabytes.toFixed(0)} MB of memory`] : []),
    ...(cut > 0 ? [`${cut} of ${runs.length} runs took longer than the function may`] : []),
  ];
  return {
    missed,
    lines: [
      `each tenant with a waiting job       looked at in ${runs.length - blind} of ${runs.length} runs`,
      `every other tenant                   looked at within ${all === 0 ? '—' : all} minutes`,
      `the longest run                      ${longest.toFixed(1)} s of ${GOAL.seconds}`,
      `memory                               ${megabytes.toFixed(0)} MB of ${GOAL.megabytes}`,
      `a look at a tenant with nothing open ${(idleReads / Math.max(1, looks)).toFixed(1)} reads`,
    ],
  };
}
