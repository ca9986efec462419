import { MINUTE, SECOND } from '@multi-tenant-runner/core';
import { buildSimulation } from './build-simulation';
import { createBurstMoments, printableParts } from './burst-moments';
import { planBurst } from './burst-plan';
import { createScheduler } from './engine/scheduler';
import { installVirtualTimers } from './engine/virtual-timers';
import { jobOf } from './scenario/model';
import { runScenario } from './scenario/run-scenario';
import type { SimulatedSetup } from './scenario/options';
import { startSchedules } from './schedules';
import { SILENT } from './silent-log';

export interface BurstLoad {
  readonly tenants: number;
  /** Jobs of each of them, all queued at the same moment. */
  readonly jobs: number;
  /** Jobs of one more tenant at that moment. */
  readonly flood?: number;
  /** No tenant has ever had a job; else each had one a quarter of an hour before. */
  readonly isFirst?: boolean;
  readonly setup?: SimulatedSetup;
}

export interface BurstWaits {
  /** Seconds from the webhook of each job of the tenants to the call for its machine, ascending. */
  readonly waits: readonly number[];
  /** The same to EC2's answer. */
  readonly starts: readonly number[];
  /** Calls of RunInstances until then. */
  readonly calls: number;
  readonly jobs: number;
  /** Milliseconds of each part of each job's wait; none where a tenant has several jobs. */
  readonly parts: readonly (readonly number[])[];
}

/** What the module lets one tenant deliver. */
const GIVEN_DELIVERIES = { perSecond: 25, burst: 2_000 };
/** No job waits so long. */
const END = 2 * 60 * MINUTE;

/** Queues all jobs at once, with EC2's and SSM's buckets on and nothing else wrong, and waits for their machines. */
export async function runBurst(load: BurstLoad): Promise<BurstWaits> {
  const { tenants, jobs, flood = 0, isFirst = false, setup } = load;
  const scheduler = createScheduler('2026-01-15T12:00:00.000Z');
  const uninstall = installVirtualTimers(scheduler);
  try {
    const plan = planBurst({ tenants, jobs, flood, isFirst });
    const end = scheduler.now() + plan.at + END;
    const scenario = plan.scenarioUntil(end);
    const moments = createBurstMoments(scheduler);
    const simulation = buildSimulation({
      options: {
        ...{ seed: '1', tenants, jobs, faultKinds: ['throttle'] },
        setup: { deliveries: GIVEN_DELIVERIES, ...setup },
      },
      scenario,
      scheduler,
      faultsEndAt: end,
      keepTrace: false,
      log: SILENT,
      onCall: moments.onCall,
    });
    const waits: number[] = [];
    const starts: number[] = [];
    const parts: (readonly number[])[] = [];
    const asked = new Set<string>();
    moments.watch(simulation.events);
    scheduler.after(plan.at, moments.begin);
    simulation.events.on('machine.started', ({ machine }) => {
      const jobId = jobOf(machine.launchId);
      const job = simulation.github.job(Number(jobId));
      if (job === undefined || job.plan.number <= plan.jobsBefore || job.tenant.plan.number > tenants) return;
      // A job whose runner took another one starts again, and is not asked for the first time.
      if (asked.has(jobId)) return;
      asked.add(jobId);
      const askedAt = moments.askedAt(machine.record.clientToken);
      starts.push((scheduler.now() - moments.heardAt(jobId)) / SECOND);
      waits.push((askedAt - moments.heardAt(jobId)) / SECOND);
      if (jobs === 1) parts.push(moments.partsOf({ jobId, installationId: job.installationId }, askedAt));
    });
    startSchedules(simulation);
    runScenario(scenario, simulation);
    const expected = tenants * jobs;
    await scheduler.run(() => waits.length >= expected || scheduler.now() > end);
    const ascending = (a: number, b: number) => a - b;
    const calls = moments.calls();
    return { waits: waits.sort(ascending), starts: starts.sort(ascending), calls, jobs: expected, parts };
  } finally {
    uninstall();
  }
}

/** The result in words. */
export function printableBurst({ tenants, jobs, flood = 0, isFirst = false }: BurstLoad, burst: BurstWaits): string {
  const { waits, starts, calls, jobs: all, parts } = burst;
  const at = (share: number, of: readonly number[]): string =>
    `${(of[Math.min(of.length - 1, Math.floor(share * of.length))] ?? 0).toFixed(1)} s`;
  const shares = (of: readonly number[]): string => `p50 ${at(0.5, of)}, p95 ${at(0.95, of)}, longest ${at(1, of)}`;
  const first = isFirst ? ', the first of each' : '';
  const beside = flood > 0 ? ` beside a flood of ${flood}` : '';
  return [
    `burst            ${tenants} tenant${tenants === 1 ? '' : 's'} × ${jobs} at once${beside}${first}`,
    `machines asked   ${waits.length} of ${all}, by ${calls} calls`,
    `webhook → asked  ${shares(waits)}`,
    `webhook → exists ${shares(starts)}`,
    ...(parts.length > 0 ? [printableParts(parts)] : []),
  ].join('\n');
}
