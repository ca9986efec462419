import { MINUTE, SECOND } from '@multi-tenant-runner/core';
import { buildSimulation } from './build-simulation';
import { createScheduler } from './engine/scheduler';
import { installVirtualTimers } from './engine/virtual-timers';
import { jobOf } from './scenario/model';
import { runScenario } from './scenario/run-scenario';
import { PRIVATE_REPOSITORIES, type JobPlan, type Scenario, type TenantPlan } from './scenario/scenario';
import type { SimulatedSetup } from './scenario/options';
import { startSchedules } from './schedules';
import { SILENT } from './silent-log';

export interface BurstLoad {
  readonly tenants: number;
  /** Jobs of each of them, all queued at the same moment. */
  readonly jobs: number;
  /** Jobs of one more tenant at that moment. */
  readonly flood?: number;
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
}

/** What the module lets one tenant deliver. */
const GIVEN_DELIVERIES = { perSecond: 25, burst: 2_000 };
/** Rows are written, and functions are warm, by then. */
const AT = 10 * MINUTE;
/** No job waits so long. */
const END = 2 * 60 * MINUTE;
/** More than any load has jobs. */
const LIMIT = 10_000;
const JOB_TIME = 5 * MINUTE;

/** Queues all jobs at once, with EC2's and SSM's buckets on and nothing else wrong, and waits for their machines. */
export async function runBurst({ tenants, jobs, flood = 0, setup }: BurstLoad): Promise<BurstWaits> {
  const scheduler = createScheduler('2026-01-15T12:00:00.000Z');
  const uninstall = installVirtualTimers(scheduler);
  try {
    const end = scheduler.now() + END;
    const scenario = planBurst(tenants, jobs, flood);
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
    });
    const heardAt = new Map<string, number>();
    const waits: number[] = [];
    const starts: number[] = [];
    const askedAt = new Map<string, number>();
    const asked = new Set<string>();
    let calls = 0;
    simulation.events.on('machines.asked', ({ clientToken }) => {
      calls += 1;
      askedAt.set(clientToken, scheduler.now());
    });
    simulation.events.on('webhook.arrived', ({ request }) => {
      const id = /"workflow_job":\{"id":(\d+)/.exec(request.body ?? '')?.[1];
      if (id !== undefined && !heardAt.has(id)) heardAt.set(id, scheduler.now());
    });
    simulation.events.on('machine.started', ({ machine }) => {
      const id = jobOf(machine.launchId);
      const job = simulation.github.job(Number(id));
      // A job whose runner took another one starts again, and is not asked for the first time.
      if (job !== undefined && job.tenant.plan.number <= tenants && !asked.has(id)) {
        asked.add(id);
        const heard = heardAt.get(id) ?? 0;
        starts.push((scheduler.now() - heard) / SECOND);
        waits.push(((askedAt.get(machine.record.clientToken) ?? 0) - heard) / SECOND);
      }
    });
    startSchedules(simulation);
    runScenario(scenario, simulation);
    const expected = tenants * jobs;
    await scheduler.run(() => waits.length >= expected || scheduler.now() > end);
    const ascending = (a: number, b: number) => a - b;
    return { waits: waits.sort(ascending), starts: starts.sort(ascending), calls, jobs: expected };
  } finally {
    uninstall();
  }
}

function planBurst(tenants: number, jobs: number, flood: number): Scenario {
  const counts = [...Array.from({ length: tenants }, () => jobs), ...(flood > 0 ? [flood] : [])];
  const plans = counts.map(
    (_, index): TenantPlan => ({
      number: index + 1,
      login: `org-${index + 1}`,
      accountId: 500 + index,
      type: 'Organization',
      installedAt: index * 100,
      limit: LIMIT,
      events: [],
    }),
  );
  const queued = counts.flatMap((count, tenant) => Array.from({ length: count }, () => tenant + 1));
  return {
    tenants: plans,
    jobs: queued.map(
      (tenant, index): JobPlan => ({
        number: index + 1,
        tenant,
        at: AT,
        repo: PRIVATE_REPOSITORIES[0],
        tier: 'small',
        isPublic: false,
        duration: JOB_TIME,
      }),
    ),
    faultsEndAt: END,
  };
}

/** The result in words. */
export function printableBurst({ tenants, jobs, flood = 0 }: BurstLoad, burst: BurstWaits): string {
  const { waits, starts, calls, jobs: all } = burst;
  const at = (share: number, of: readonly number[]): string =>
    `${(of[Math.min(of.length - 1, Math.floor(share * of.length))] ?? 0).toFixed(1)} s`;
  const shares = (of: readonly number[]): string => `p50 ${at(0.5, of)}, p95 ${at(0.95, of)}, longest ${at(1, of)}`;
  const beside = flood > 0 ? ` beside a flood of ${flood}` : '';
  return [
    `burst            ${tenants} tenant${tenants === 1 ? '' : 's'} × ${jobs} at once${beside}`,
    `machines asked   ${waits.length} of ${all}, by ${calls} calls`,
    `webhook → asked  ${shares(waits)}`,
    `webhook → exists ${shares(starts)}`,
  ].join('\n');
}
