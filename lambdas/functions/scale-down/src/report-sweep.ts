import type { ScaleDownDeps } from './deps';
import type { SweepReport } from './sweep';

/**
 * What the alarms look at. `SweepCompleted` says that sweeps run to an end, whether or not they saw every tenant: what
 * is left over is the next one's. Where no job waits, no age is written: a metric without data costs nothing.
 */
export function reportSweep(report: SweepReport, { metrics, log }: Pick<ScaleDownDeps, 'metrics' | 'log'>): void {
  metrics.count('SweepCompleted');
  for (const [tier, seconds] of Object.entries(report.oldestJobs))
    metrics.measureSeconds('OldestJobAge', seconds, { tier });
  if (report.roundSeconds !== undefined) metrics.measureSeconds('SweepRound', report.roundSeconds);
  log.info('The sweep came by', { ...report });
}
