import { MINUTE, SECOND, type Log } from '@multi-tenant-runner/core';
import { buildSimulation, type Simulation } from './build-simulation';
import { createScheduler, type Scheduler } from './engine/scheduler';
import { installVirtualTimers } from './engine/virtual-timers';
import { checkFinalInvariants, watchSettling } from './invariants/final-invariants';
import { checkLedger } from './invariants/ledger';
import { buildReport, type Report } from './report';
import type { SimulationOptions } from './scenario/options';
import { runScenario } from './scenario/run-scenario';
import { drawScenario } from './scenario/scenario';
import { startSchedules } from './schedules';
import { SILENT } from './silent-log';

export interface SimulationResult extends Report {
  readonly trace: string;
  readonly lines: readonly string[];
}

export interface SimulationOutput {
  readonly keepTrace?: boolean;
  readonly log?: Log;
}

const START = '2026-01-15T12:00:00.000Z';
/**
 * After the last fault and the last start of a job: time for hourly retries and for the longest lifetime of a machine.
 * Many tenants have work for hours when faults end, and a job that starts then may run for six.
 */
const SETTLE_LIMIT = 8 * 60 * MINUTE;

/** Runs one simulation from its seed to its end. The same options give the same trace. */
export async function simulate(options: SimulationOptions, output: SimulationOutput = {}): Promise<SimulationResult> {
  const scheduler = createScheduler(START);
  const uninstall = installVirtualTimers(scheduler);
  try {
    return await run(options, scheduler, output);
  } finally {
    uninstall();
  }
}

async function run(
  options: SimulationOptions,
  scheduler: Scheduler,
  { keepTrace = false, log = SILENT }: SimulationOutput,
): Promise<SimulationResult> {
  const scenario = drawScenario(options);
  const faultsEndAt = scheduler.now() + scenario.faultsEndAt;
  const simulation = buildSimulation({ options, scenario, scheduler, faultsEndAt, keepTrace, log });
  const { functions, ended, violations, invariants, calls, metrics, trace } = simulation;
  startSchedules(simulation);
  runScenario(scenario, simulation);
  await runUntilSettled(simulation, scenario.faultsEndAt);
  checkFinalInvariants(ended, violations);
  const ledger = checkLedger(simulation.started, ended.state, violations);
  const duration = scheduler.now() - Date.parse(START);
  return {
    ...buildReport({ ended, violations, ledger, invariants, calls, metrics, functions, options, duration }),
    trace: trace.digest(),
    lines: trace.lines,
  };
}

async function runUntilSettled({ ended, events, scheduler }: Simulation, faultsEndAfter: number): Promise<void> {
  const faultsEndAt = scheduler.now() + faultsEndAfter;
  const isSettled = watchSettling(ended);
  let over = false;
  let lastStart = 0;
  events.on('runner.assigned', () => (lastStart = scheduler.now()));
  const check = (): void => {
    over = isSettled() || scheduler.now() > Math.max(faultsEndAt, lastStart) + SETTLE_LIMIT;
    if (!over) scheduler.after(20 * SECOND, check);
  };
  scheduler.after(faultsEndAfter, check);
  await scheduler.run(() => over);
}
