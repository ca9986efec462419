import { MINUTE, RECOVERY_SOURCE, SECOND, SWEEP_SOURCE, type Log } from '@multi-tenant-runner/core';
import { ENVIRONMENT, settings as defaultSettings } from '@multi-tenant-runner/testing';
import { createAgenda, type Agenda } from './agenda';
import { createAppSide } from './app-side';
import { createBackend, createState } from './backend';
import { createChecker } from './checker';
import { createDeliveries } from './deliveries';
import { createEc2Side } from './ec2-side';
import { createFates } from './faults';
import { createFunctions } from './functions';
import { createGitHubSide, type GitHubSide } from './github-side';
import { createGuard } from './guard';
import { createLifecycleBus } from './lifecycle-bus';
import { createLineage } from './lineage';
import { createMachines, type Machines } from './machines';
import { createPortCalls } from './ports';
import { createQueue } from './queue';
import { createRandom } from './random';
import { createTableStream } from './table-stream';
import { createTrace } from './trace';
import { playScenario } from './play';
import { report, type Report } from './report';
import { drawScenario } from './scenario';
import { findUnsettled, judgeEnd } from './verdict';
import { installVirtualTimers } from './virtual-timers';
import type { SimulationOptions } from './options';
import type { Weather } from './weather';
import type { BatchResponse } from '@multi-tenant-runner/runtime';
import type { LambdaFunction } from './lambda';

export interface SimulationResult extends Report {
  readonly trace: string;
  readonly lines: readonly string[];
}

const START = '2026-01-15T12:00:00.000Z';
/**
 * After the last fault and the last start of a job: time for what restarts hourly, and for the longest lifetime of a
 * machine. Many tenants have work for hours when the weather turns fair, and a job that starts then may run for six.
 */
const PATIENCE = 8 * 60 * MINUTE;
const SILENT: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined, with: () => SILENT };

/** Runs one world from its seed to its end. The same options give the same trace. */
export async function simulate(options: SimulationOptions, how: { readonly keepTrace?: boolean; readonly log?: Log } = {}): Promise<SimulationResult> {
  const agenda = createAgenda(START);
  const uninstall = installVirtualTimers(agenda);
  try {
    return await run(options, agenda, how);
  } finally {
    uninstall();
  }
}

async function run(options: SimulationOptions, agenda: Agenda, how: { readonly keepTrace?: boolean; readonly log?: Log }): Promise<SimulationResult> {
  const random = createRandom(options.seed);
  const scenario = drawScenario(options);
  const calmAt = agenda.now() + scenario.calmAt;
  const weather: Weather = { has: (kind) => agenda.now() < calmAt && options.weather.includes(kind) };
  const trace = createTrace(how.keepTrace ?? false);
  const checker = createChecker(agenda, trace);
  const lineage = createLineage(checker);
  const settings = defaultSettings({ tierAccess: 'any' });
  const state = createState({ agenda, settings, environment: ENVIRONMENT });

  let github: GitHubSide;
  let machines: Machines;
  const guard = createGuard({ agenda, checker, machines: () => machines, github: () => github });
  machines = createMachines({
    agenda, random: random.fork('machines'), weather, trace, checker, parameters: state.parameters,
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
  const fates = createFates(agenda, weather, random.fork('fates'));
  state.fleet.refuse(fates.hasNoCapacity);
  const calls = createPortCalls({ agenda, draw: fates.draw, trace, lineage, afterEffect: tableChanged });
  const fleet = createEc2Side({ inner: state.fleet, machines, guard, agenda, environment: ENVIRONMENT });
  const backend = createBackend({
    state, fleet, agenda, random: random.fork('backend'), weather,
    queues: () => ({ tiers, runnerEvents }),
    bus: () => bus,
    onDeregistered: (runnerId) => machines.deregistered(runnerId),
    ...createAppSide({ github: () => github, deliveries: () => deliveries, agenda }),
  });
  const metrics = new Map<string, number>();
  const functions = createFunctions({
    backend, calls, agenda, settings, environment: ENVIRONMENT,
    log: how.log ?? SILENT,
    metrics: { count: (name, { value = 1 } = {}) => void metrics.set(name, (metrics.get(name) ?? 0) + value), measureSeconds: () => undefined },
  });
  const tiers = new Map([...settings.tiers.keys()].map((tier) => [tier, createQueue({ name: tier, lambda: functions.scaleUp, agenda, lineage, random: random.fork(`queue ${tier}`), weather })]));
  const runnerEvents = createQueue({ name: 'events', lambda: functions.scaleDown as LambdaFunction<Parameters<typeof functions.scaleDown.invoke>[0], BatchResponse>, agenda, lineage, random: random.fork('queue events'), weather });
  const stream = createTableStream({ lambda: functions.tenantManager, agenda, random: random.fork('stream'), weather });
  const bus = createLifecycleBus({ lambda: functions.tenantManager, agenda, random: random.fork('bus'), weather });
  const deliveries = createDeliveries({ lambda: functions.webhook, agenda, random: random.fork('deliveries'), weather, trace });
  github = createGitHubSide({
    state: state.github, deliveries, agenda, random: random.fork('github'), weather, checker, plans: scenario.tenants,
    onAssigned: (machine, job) => machines.assigned(machine, job),
    onFinished: (machine) => machines.finished(machine),
  });

  const sweepEveryMinute = (): void => {
    agenda.after(MINUTE, sweepEveryMinute);
    functions.scaleDown.invoke({ source: SWEEP_SOURCE }, () => undefined);
  };
  sweepEveryMinute();
  const recoverEveryTwoMinutes = (): void => {
    agenda.after(2 * MINUTE, recoverEveryTwoMinutes);
    functions.recovery.invoke({ source: RECOVERY_SOURCE }, () => undefined);
  };
  recoverEveryTwoMinutes();
  playScenario(scenario, { agenda, github, guard, tenants: state.tenants, defaultLimit: settings.tiers.get(settings.defaultTier)?.maxRunners ?? 0, tableChanged });

  const world = { state, github, machines, queues: [...tiers.values(), runnerEvents], stream, bus, deliveries, agenda };
  let over = false;
  const look = (): void => {
    const settled = findUnsettled(world).length === 0;
    over = settled || agenda.now() > Math.max(calmAt, lastStartOf(github)) + PATIENCE;
    if (!over) agenda.after(20 * SECOND, look);
  };
  agenda.after(scenario.calmAt, look);
  await agenda.run(() => over);
  judgeEnd(world, checker);
  return { ...report({ world, checker, guard, calls, metrics, functions, options, ended: agenda.now() - Date.parse(START) }), trace: trace.digest(), lines: trace.lines };
}

function lastStartOf({ jobs }: GitHubSide): number {
  return jobs.reduce((last, { startedAt = 0 }) => Math.max(last, startedAt), 0);
}
