import { MINUTE, RECOVERY_SOURCE, SECOND, SWEEP_SOURCE, type Log } from '@multi-tenant-runner/core';
import { ENVIRONMENT, settings as defaultSettings } from '@multi-tenant-runner/testing';
import { createScheduler, type Scheduler } from './engine/scheduler';
import { createSimulatedApp } from './services/simulated-app';
import { createBackend, createState } from './services/backend';
import { createViolations } from './invariants/violations';
import { createDeliveries } from './services/deliveries';
import { createSimulatedEc2 } from './services/simulated-ec2';
import { createFaultDraws } from './scenario/faults';
import { createFunctions } from './services/functions';
import { createSimulatedGitHub, type SimulatedGitHub } from './services/simulated-github';
import { createInvariants } from './invariants/invariants';
import { createLifecycleBus } from './services/lifecycle-bus';
import { createLineage } from './services/lineage';
import { createMachines, type Machines } from './services/machines';
import { createPortCalls } from './services/ports';
import { createQueue } from './services/queue';
import { createRandom } from './engine/random';
import { createTableStream } from './services/table-stream';
import { createTrace } from './engine/trace';
import { runScenario } from './scenario/run-scenario';
import { report, type Report } from './report';
import { drawScenario } from './scenario/scenario';
import { findUnsettled, judgeEnd } from './invariants/final-invariants';
import { installVirtualTimers } from './engine/virtual-timers';
import type { SimulationOptions } from './scenario/options';
import type { FaultSettings } from './scenario/fault-kinds';
import type { BatchResponse } from '@multi-tenant-runner/runtime';
import type { LambdaFunction } from './engine/lambda';

export interface SimulationResult extends Report {
  readonly trace: string;
  readonly lines: readonly string[];
}

const START = '2026-01-15T12:00:00.000Z';
/**
 * After the last fault and the last start of a job: time for what restarts hourly, and for the longest lifetime of a
 * machine. Many tenants have work for hours when faults end, and a job that starts then may run for six.
 */
const PATIENCE = 8 * 60 * MINUTE;
const SILENT: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  with: () => SILENT,
};

/** Runs one world from its seed to its end. The same options give the same trace. */
export async function simulate(
  options: SimulationOptions,
  how: { readonly keepTrace?: boolean; readonly log?: Log } = {},
): Promise<SimulationResult> {
  const scheduler = createScheduler(START);
  const uninstall = installVirtualTimers(scheduler);
  try {
    return await run(options, scheduler, how);
  } finally {
    uninstall();
  }
}

async function run(
  options: SimulationOptions,
  scheduler: Scheduler,
  how: { readonly keepTrace?: boolean; readonly log?: Log },
): Promise<SimulationResult> {
  const random = createRandom(options.seed);
  const scenario = drawScenario(options);
  const calmAt = scheduler.now() + scenario.calmAt;
  const faultKinds: FaultSettings = { has: (kind) => scheduler.now() < calmAt && options.faultKinds.includes(kind) };
  const trace = createTrace(how.keepTrace ?? false);
  const checker = createViolations(scheduler, trace);
  const lineage = createLineage(checker);
  const settings = defaultSettings({ tierAccess: 'any' });
  const state = createState({ scheduler, settings, environment: ENVIRONMENT });

  let github: SimulatedGitHub;
  let machines: Machines;
  const guard = createInvariants({ scheduler, checker, machines: () => machines, github: () => github });
  machines = createMachines({
    scheduler,
    random: random.fork('machines'),
    faultKinds,
    trace,
    checker,
    parameters: state.parameters,
    github: () => github,
    tell: (event) => runnerEvents.send(JSON.stringify(event)),
    forget: (instanceId) => void state.fleet.machines.delete(instanceId),
  });
  const tableChanged = (): void => {
    for (const change of state.tenants.changes.splice(0)) {
      guard.changed(change);
      stream.add(change);
    }
  };
  const faultDraws = createFaultDraws(scheduler, faultKinds, random.fork('fates'));
  state.fleet.refuse(faultDraws.hasNoCapacity);
  const calls = createPortCalls({ scheduler, draw: faultDraws.draw, trace, lineage, afterEffect: tableChanged });
  const fleet = createSimulatedEc2({ inner: state.fleet, machines, guard, scheduler, environment: ENVIRONMENT });
  const backend = createBackend({
    state,
    fleet,
    scheduler,
    random: random.fork('backend'),
    faultKinds,
    queues: () => ({ tiers, runnerEvents }),
    bus: () => bus,
    onDeregistered: (runnerId) => machines.deregistered(runnerId),
    ...createSimulatedApp({ github: () => github, deliveries: () => deliveries, scheduler }),
  });
  const metrics = new Map<string, number>();
  const functions = createFunctions({
    backend,
    calls,
    scheduler,
    settings,
    environment: ENVIRONMENT,
    log: how.log ?? SILENT,
    metrics: {
      count: (name, { value = 1 } = {}) => void metrics.set(name, (metrics.get(name) ?? 0) + value),
      measureSeconds: () => undefined,
    },
  });
  const tiers = new Map(
    [...settings.tiers.keys()].map((tier) => [
      tier,
      createQueue({
        name: tier,
        lambda: functions.scaleUp,
        scheduler,
        lineage,
        random: random.fork(`queue ${tier}`),
        faultKinds,
      }),
    ]),
  );
  const runnerEvents = createQueue({
    name: 'events',
    lambda: functions.scaleDown as LambdaFunction<Parameters<typeof functions.scaleDown.invoke>[0], BatchResponse>,
    scheduler,
    lineage,
    random: random.fork('queue events'),
    faultKinds,
  });
  const stream = createTableStream({
    lambda: functions.tenantManager,
    scheduler,
    random: random.fork('stream'),
    faultKinds,
  });
  const bus = createLifecycleBus({
    lambda: functions.tenantManager,
    scheduler,
    random: random.fork('bus'),
    faultKinds,
  });
  const deliveries = createDeliveries({
    lambda: functions.webhook,
    scheduler,
    random: random.fork('deliveries'),
    faultKinds,
    trace,
  });
  github = createSimulatedGitHub({
    state: state.github,
    deliveries,
    scheduler,
    random: random.fork('github'),
    faultKinds,
    checker,
    plans: scenario.tenants,
    onAssigned: (machine, job) => machines.assigned(machine, job),
    onFinished: (machine) => machines.finished(machine),
  });

  const sweepEveryMinute = (): void => {
    scheduler.after(MINUTE, sweepEveryMinute);
    functions.scaleDown.invoke({ source: SWEEP_SOURCE }, () => undefined);
  };
  sweepEveryMinute();
  const recoverEveryTwoMinutes = (): void => {
    scheduler.after(2 * MINUTE, recoverEveryTwoMinutes);
    functions.recovery.invoke({ source: RECOVERY_SOURCE }, () => undefined);
  };
  recoverEveryTwoMinutes();
  runScenario(scenario, {
    scheduler,
    github,
    guard,
    tenants: state.tenants,
    defaultLimit: settings.tiers.get(settings.defaultTier)?.maxRunners ?? 0,
    tableChanged,
  });

  const harness = {
    state,
    github,
    machines,
    queues: [...tiers.values(), runnerEvents],
    stream,
    bus,
    deliveries,
    scheduler,
  };
  let over = false;
  const look = (): void => {
    const settled = findUnsettled(harness).length === 0;
    over = settled || scheduler.now() > Math.max(calmAt, lastStartOf(github)) + PATIENCE;
    if (!over) scheduler.after(20 * SECOND, look);
  };
  scheduler.after(scenario.calmAt, look);
  await scheduler.run(() => over);
  judgeEnd(harness, checker);
  return {
    ...report({
      harness,
      checker,
      guard,
      calls,
      metrics,
      functions,
      options,
      ended: scheduler.now() - Date.parse(START),
    }),
    trace: trace.digest(),
    lines: trace.lines,
  };
}

function lastStartOf({ jobs }: SimulatedGitHub): number {
  return jobs.reduce((last, { startedAt = 0 }) => Math.max(last, startedAt), 0);
}
