import { DAY, HOUR, MINUTE, SECOND, type Rate } from '@multi-tenant-runner/core';
import { buildSimulation, type Limits, type Simulation } from './build-simulation';
import { createDayTally, type DayTally } from './day-tally';
import { createScheduler, type Scheduler } from './engine/scheduler';
import { installVirtualTimers } from './engine/virtual-timers';
import { checkFinalInvariants, explain, watchSettling } from './invariants/final-invariants';
import { createForgetting, type Forgetting } from './invariants/forgetting';
import { checkLedger, type LedgerCheck } from './invariants/ledger';
import type { Violation } from './invariants/violations';
import { HOT, planDay, type Day, type DayPlan } from './scenario/day-plan';
import { createBucket } from './scenario/faults';
import { FIRST_JOB, runScenario } from './scenario/run-scenario';
import { startSchedules } from './schedules';
import { createAccount, type Account } from './services/account';
import { createAllowances } from './services/allowances';
import { numberOf } from './services/installations';
import { createRegion } from './services/region';
import { withLimits } from './services/regional-faults';
import { createTraffic, type Traffic } from './services/traffic';
import { SILENT } from './silent-log';

export interface DayResult {
  readonly tally: DayTally;
  readonly traffic: Traffic;
  readonly account: Pick<Account, 'peak' | 'throttled'>;
  readonly ledger: LedgerCheck;
  readonly forgotten: number;
  readonly unserved: number;
  readonly peaks: { readonly machines: number; readonly slots: number };
  readonly machines: number;
  readonly idleStarts: number;
  readonly invocations: number;
  readonly events: number;
  /** Milliseconds of virtual time. */
  readonly ended: number;
  readonly violations: readonly Violation[];
}

/** After the outage's end, what is measured as its return. */
export const RETURN = 15 * MINUTE;
const PASS = 10 * MINUTE;
/** What the module lets one tenant deliver. */
const DELIVERIES = { perSecond: 25, burst: 2_000 };
/** After the last job, for hourly retries. */
const SETTLE_LIMIT = 6 * HOUR;

/** One day with the limits of AWS and GitHub on, and with an hour in which the Region is down. */
export async function runDay(day: Day, onHour: (line: string) => void = () => undefined): Promise<DayResult> {
  const scheduler = createScheduler('2026-01-15T00:00:00.000Z');
  const uninstall = installVirtualTimers(scheduler);
  try {
    return await run(day, scheduler, onHour);
  } finally {
    uninstall();
  }
}

async function run(day: Day, scheduler: Scheduler, onHour: (line: string) => void): Promise<DayResult> {
  const plan = planDay(day);
  const began = scheduler.now();
  const outageAt = (day.hours * HOUR) / 3;
  const outage = { from: began + outageAt, until: began + outageAt + day.outage * MINUTE };
  const partOf = (): string => {
    const now = scheduler.now();
    if (day.outage === 0 || now < outage.from) return 'before';
    if (now < outage.until) return 'outage';
    return now < outage.until + RETURN ? 'return' : 'after';
  };
  const traffic = createTraffic(scheduler, partOf, day.ssm ? 'SSM' : 'DynamoDB');
  const limits = createLimits(day, scheduler, traffic);
  const simulation = buildSimulation({
    options: { seed: day.seed, tenants: day.tenants, jobs: day.jobs, faultKinds: ['throttle'], setup: setupOf(day) },
    scenario: { tenants: plan.tenants, jobs: [], faultsEndAt: 10 * DAY },
    scheduler,
    faultsEndAt: began + 10 * DAY,
    keepTrace: 'off',
    log: SILENT,
    limits,
  });
  const tally = createDayTally(simulation, outage);
  const forgetting = createForgetting({
    ...simulation,
    isKept: ({ queuedAt }) => day.outage > 0 && isNear(queuedAt, outage),
  });
  startSchedules(simulation);
  runScenario({ tenants: plan.tenants, jobs: [], faultsEndAt: 0 }, simulation);
  feedJobs(plan, simulation);
  every(PASS, scheduler, forgetting.pass);
  every(HOUR, scheduler, () => onHour(tally.line()));
  if (day.outage > 0) {
    scheduler.after(outageAt, limits.region.fail);
    scheduler.after(outageAt + day.outage * MINUTE, limits.region.comeBack);
  }
  await runUntilSettled(simulation, day.hours * HOUR + FIRST_JOB);
  return resultOf({ simulation, forgetting, tally, traffic, limits, began });
}

/** GitHub may be asked for the webhooks of these for days. */
const isNear = (at: number, { from, until }: { readonly from: number; readonly until: number }): boolean =>
  at >= from - 5 * MINUTE && at <= until + 5 * MINUTE;

const ratesOf = ({ raised }: Day): { readonly calls: Rate; readonly machines: Rate } => ({
  calls: { burst: 5 * raised, perSecond: 2 * raised },
  machines: { burst: 1_000, perSecond: 2 * raised },
});

const setupOf = (day: Day) => ({
  ...ratesOf(day),
  concurrency: day.concurrency,
  deliveries: DELIVERIES,
  ...(!day.ssm && { configStore: 'dynamodb' as const }),
});

function createLimits(day: Day, scheduler: Scheduler, traffic: Traffic): Limits {
  const region = createRegion();
  const allowances = createAllowances(scheduler, (installationId) => numberOf(installationId) === HOT);
  const machines = createBucket(scheduler, ratesOf(day).machines);
  return {
    region,
    allowances,
    account: createAccount({ scheduler, region }),
    overDraws: (draw) => traffic.counted(withLimits(draw, { region, allowances, takeMachines: machines.take })),
  };
}

function every(period: number, scheduler: Scheduler, action: () => void): void {
  scheduler.after(period, () => {
    action();
    every(period, scheduler, action);
  });
}

/** One after the other: the next is drawn when the one before is queued. */
function feedJobs(plan: DayPlan, { scheduler, github }: Simulation): void {
  const began = scheduler.now() + FIRST_JOB;
  const feed = (place: number): void => {
    if (place >= plan.count) return;
    scheduler.after(began + plan.at(place) - scheduler.now(), () => {
      github.queueJob(plan.job(place));
      feed(place + 1);
    });
  };
  feed(0);
}

async function runUntilSettled({ ended, scheduler }: Simulation, length: number): Promise<void> {
  const isSettled = watchSettling(ended);
  const until = scheduler.now() + length + SETTLE_LIMIT;
  let over = false;
  const check = (): void => {
    over = isSettled() || scheduler.now() > until;
    if (!over) scheduler.after(20 * SECOND, check);
  };
  scheduler.after(length + MINUTE, check);
  await scheduler.run(() => over);
}

function resultOf(run: {
  readonly simulation: Simulation;
  readonly forgetting: Forgetting;
  readonly tally: DayTally;
  readonly traffic: Traffic;
  readonly limits: Limits;
  readonly began: number;
}): DayResult {
  const { simulation, forgetting, tally, traffic, limits, began } = run;
  const { ended, violations, invariants, functions, scheduler, github } = simulation;
  checkFinalInvariants(ended, violations);
  const ledger = checkLedger(simulation.started, ended.state, violations, forgetting.forgotten);
  return {
    ...{ tally, traffic, account: limits.account, ledger },
    forgotten: forgetting.jobs,
    unserved: github.jobs.filter((job) => job.status === 'queued' && explain(job) !== undefined).length,
    peaks: invariants.peaks,
    machines: invariants.starts,
    idleStarts: invariants.idleStarts,
    invocations: Object.values(functions).reduce((sum, { invocations }) => sum + invocations, 0),
    events: scheduler.executed,
    ended: scheduler.now() - began,
    violations: violations.list,
  };
}
