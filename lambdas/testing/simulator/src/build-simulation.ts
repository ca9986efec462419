import type { AdmissionSettings, LaunchRequest, Log } from '@multi-tenant-runner/core';
import { ENVIRONMENT, settings as defaultSettings } from '@multi-tenant-runner/testing';
import { createRandom, type Random } from './engine/random';
import type { Scheduler } from './engine/scheduler';
import { createTrace } from './engine/trace';
import { createInvariants } from './invariants/invariants';
import { watchMachines } from './invariants/ledger';
import { createViolations } from './invariants/violations';
import type { FaultSettings } from './scenario/fault-kinds';
import { ASKS_FOR_MACHINES, createFaultDraws } from './scenario/faults';
import type { SimulationOptions } from './scenario/options';
import type { FleetPlan } from './scenario/fleet-plan';
import type { Scenario } from './scenario/scenario';
import { createBackend, createState } from './services/backend';
import { createDeliveries } from './services/deliveries';
import { createSimulationBus, publishRowChanges, type SimulationBus } from './services/events';
import { createFunctions, type Functions } from './services/functions';
import { createLifecycleBus } from './services/lifecycle-bus';
import { createLineage, type Lineage } from './services/lineage';
import { createMachineCalls } from './services/machine-calls';
import { createMachines } from './services/machines';
import { createPortCalls } from './services/ports';
import { createQueue } from './services/queue';
import { createSimulatedApp } from './services/simulated-app';
import { createSimulatedEc2 } from './services/simulated-ec2';
import { createSimulatedGitHub } from './services/simulated-github';
import { createTableStream } from './services/table-stream';

export interface SimulationSetup {
  readonly options: SimulationOptions;
  readonly scenario: Scenario;
  readonly scheduler: Scheduler;
  readonly faultsEndAt: number;
  readonly keepTrace: boolean;
  readonly log: Log;
}

export type Simulation = ReturnType<typeof buildSimulation>;

/** Puts the services, the functions and the invariants together; what calls back goes through the event bus. */
export function buildSimulation({ options, scenario, scheduler, faultsEndAt, keepTrace, log }: SimulationSetup) {
  const events = createSimulationBus();
  const random = createRandom(options.seed);
  const faultKinds: FaultSettings = {
    has: (kind) => scheduler.now() < faultsEndAt && options.faultKinds.includes(kind),
  };
  const trace = createTrace(keepTrace);
  const violations = createViolations(scheduler, trace);
  const lineage = createLineage(violations);
  const settings = settingsOf(scenario.fleet, scheduler);
  const state = createState({ scheduler, settings, environment: ENVIRONMENT });
  const shared = { events, scheduler, faultKinds, trace, violations };

  const deliveries = createDeliveries({ ...shared, random: random.fork('deliveries') });
  const github = createSimulatedGitHub({
    ...shared,
    state: state.github,
    deliveries,
    random: random.fork('github'),
    plans: scenario.tenants,
  });
  const machineCalls = createMachineCalls({ ...shared, random: random.fork('machine calls') });
  const machines = createMachines({ ...shared, random: random.fork('machines'), calls: machineCalls });
  events.on('machine.forgotten', ({ instanceId }) => void state.fleet.machines.delete(instanceId));
  const started = watchMachines(events);
  const invariants = createInvariants({
    ...shared,
    machines,
    github,
    ...(scenario.fleet && { fleet: scenario.fleet }),
  });

  // The label is part of the seed: another one would change what every kept seed shows.
  const faultDraws = createFaultDraws(scheduler, faultKinds, random.fork('fates'), options.setup);
  state.fleet.refuse(faultDraws.hasNoCapacity);
  const afterEffect = (): void => publishRowChanges(state.tenants.changes, events);
  const { draw, drawSleep } = faultDraws;
  const calls = createPortCalls({
    ...{ scheduler, draw, drawSleep, trace, lineage, afterEffect },
    onSend: (method, [request]) => {
      if (ASKS_FOR_MACHINES.has(method)) events.emit('machines.asked', (request as LaunchRequest).intent);
    },
  });
  const machineDraws = createFaultDraws(scheduler, faultKinds, random.fork('fates of machines'));
  const backend = createBackend({
    ...shared,
    ...createSimulatedApp({ github, deliveries, scheduler }),
    state,
    ...createSimulatedEc2({
      ...{ ...shared, inner: state.fleet, blanks: state.blanks, launches: state.launches, machines },
      environment: ENVIRONMENT,
    }),
    random: random.fork('backend'),
  });
  const metrics = new Map<string, number>();
  const functions = createFunctions({
    backend,
    calls,
    machineCalls: createPortCalls({ scheduler, ...machineDraws, trace, lineage, afterEffect }),
    scheduler,
    settings,
    environment: ENVIRONMENT,
    setup: options.setup ?? {},
    log,
    metrics: {
      count: (name, { value = 1 } = {}) => void metrics.set(name, (metrics.get(name) ?? 0) + value),
      measureSeconds: () => undefined,
    },
  });
  const triggers = connectTriggers({
    ...shared,
    functions,
    lineage,
    random,
    settings,
    concurrency: options.setup?.concurrency ?? 5,
  });
  return {
    ...shared,
    github,
    invariants,
    started,
    functions,
    calls,
    metrics,
    tenants: state.tenants,
    defaultLimit: settings.tiers.get(settings.defaultTier)?.maxRunners ?? 0,
    ended: { state, github, machines, deliveries, scheduler, ...triggers },
  };
}

/** An operator's change of the total is the environment of the functions' next versions. */
function settingsOf(fleet: FleetPlan | undefined, scheduler: Scheduler): AdmissionSettings {
  const settings = defaultSettings({ tierAccess: 'any' });
  if (fleet === undefined) return settings;
  const began = scheduler.now();
  return Object.defineProperty(settings, 'maxRunnersTotal', {
    enumerable: true,
    get: () => {
      const at = scheduler.now() - began;
      return at >= fleet.from && at < fleet.until ? fleet.lower : fleet.total;
    },
  });
}

interface TriggerDeps {
  readonly events: SimulationBus;
  readonly functions: Functions;
  readonly scheduler: Scheduler;
  readonly lineage: Lineage;
  readonly random: Random;
  readonly faultKinds: FaultSettings;
  readonly settings: AdmissionSettings;
  /** Of scale-up's functions, for each size. */
  readonly concurrency: number;
}

/** What invokes the functions: the webhook's URL, the queues, the table's stream and the event bus. */
function connectTriggers({ events, functions, lineage, random, settings, concurrency, ...shared }: TriggerDeps) {
  const { webhook, scaleUp, scaleDown, tenantManager, machine } = functions;
  events.on('machine.called', ({ request, onEnd }) => machine.invoke(request, onEnd));
  events.on('webhook.arrived', ({ request, onEnd }) => webhook.invoke(request, onEnd));
  const tiers = new Map(
    [...settings.tiers.keys()].map((tier) => [
      tier,
      createQueue({
        ...{ ...shared, name: tier, concurrency, lambda: scaleUp, lineage },
        random: random.fork(`queue ${tier}`),
      }),
    ]),
  );
  events.on('job-message.sent', ({ tier, body, group }) => {
    const queue = tiers.get(tier);
    if (queue === undefined) throw new Error(`There is no queue of tier ${tier}`);
    queue.send(body, group);
  });
  const runnerEvents = createQueue({
    ...shared,
    name: 'events',
    concurrency: 5,
    lambda: scaleDown,
    lineage,
    random: random.fork('queue events'),
  });
  events.on('runner-event.sent', ({ body, group }) => runnerEvents.send(body, group));
  events.on('machine.state-changed', ({ notification }) => runnerEvents.send(JSON.stringify(notification)));
  const stream = createTableStream({ ...shared, lambda: tenantManager, random: random.fork('stream') });
  events.on('tenant-row.changed', (change) => stream.add(change));
  const bus = createLifecycleBus({ ...shared, lambda: tenantManager, random: random.fork('bus') });
  events.on('lifecycle.published', ({ detailType, detail }) => bus.publish(detailType, detail));
  return { queues: [...tiers.values(), runnerEvents], stream, bus };
}
