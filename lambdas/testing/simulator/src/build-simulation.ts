import type { AdmissionSettings, LaunchRequest, Log } from '@multi-tenant-runner/core';
import { ENVIRONMENT, settings as defaultSettings } from '@multi-tenant-runner/testing';
import { connectTriggers } from './connect-triggers';
import { createRandom } from './engine/random';
import type { Scheduler } from './engine/scheduler';
import { createTrace } from './engine/trace';
import { createInvariants } from './invariants/invariants';
import { watchMachines } from './invariants/ledger';
import { createViolations } from './invariants/violations';
import type { FaultSettings } from './scenario/fault-kinds';
import { ASKS_FOR_MACHINES, createFaultDraws, type DrawFault } from './scenario/faults';
import type { SimulationOptions } from './scenario/options';
import type { FleetPlan } from './scenario/fleet-plan';
import type { Scenario } from './scenario/scenario';
import { createBackend, createState } from './services/backend';
import { createDeliveries } from './services/deliveries';
import { createSimulationBus, publishRowChanges } from './services/events';
import { createFunctions } from './services/functions';
import { underLimits, type Account } from './services/account';
import type { Allowances } from './services/allowances';
import { createRegion, type Region } from './services/region';
import { createLineage } from './services/lineage';
import { createMachineCalls } from './services/machine-calls';
import { createMachines } from './services/machines';
import { createPortCalls, type SentCall } from './services/ports';
import { createSimulatedApp } from './services/simulated-app';
import { createSimulatedEc2 } from './services/simulated-ec2';
import { createSimulatedGitHub } from './services/simulated-github';

export interface SimulationSetup {
  readonly options: SimulationOptions;
  readonly scenario: Scenario;
  readonly scheduler: Scheduler;
  readonly faultsEndAt: number;
  /** `off`: not even its digest. */
  readonly keepTrace: boolean | 'off';
  readonly log: Log;
  readonly limits?: Limits;
  /** Hears of each call of a port. */
  readonly onCall?: (what: 'sent' | 'answered', call: SentCall) => void;
}

/** A Region that can fail, and what AWS and GitHub let an account and an installation do. */
export interface Limits {
  readonly region: Region;
  readonly account: Account;
  readonly allowances: Allowances;
  readonly overDraws: (draw: DrawFault) => DrawFault;
}

export type Simulation = ReturnType<typeof buildSimulation>;

/** Puts the services, the functions and the invariants together; what calls back goes through the event bus. */
export function buildSimulation({
  options,
  scenario,
  scheduler,
  faultsEndAt,
  keepTrace,
  log,
  limits,
  onCall,
}: SimulationSetup) {
  const events = createSimulationBus();
  const random = createRandom(options.seed);
  const faultKinds: FaultSettings = {
    has: (kind) => scheduler.now() < faultsEndAt && options.faultKinds.includes(kind),
  };
  const trace = createTrace(keepTrace === true, keepTrace !== 'off');
  const violations = createViolations(scheduler, trace);
  const lineage = createLineage(violations);
  const settings = settingsOf(scenario.fleet, scheduler);
  const state = createState({ scheduler, settings, environment: ENVIRONMENT });
  const { region, account, allowances, overDraws = (draw: DrawFault) => draw } = { region: createRegion(), ...limits };
  const shared = { events, scheduler, faultKinds, trace, violations, region };

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
    launches: state.launches.rows,
    ...(scenario.fleet && { fleet: scenario.fleet }),
  });

  // The label is part of the seed: another one would change what every kept seed shows.
  const faultDraws = createFaultDraws(scheduler, faultKinds, random.fork('fates'), options.setup);
  state.fleet.refuse(faultDraws.hasNoCapacity);
  const afterEffect = (): void => publishRowChanges(state.tenants.changes, events);
  const { drawSleep } = faultDraws;
  const draw = overDraws(faultDraws.draw);
  const calls = createPortCalls({
    ...{ scheduler, draw, drawSleep, trace, lineage, afterEffect },
    onSend: (call) => {
      if (ASKS_FOR_MACHINES.has(call.method)) events.emit('machines.asked', (call.args[0] as LaunchRequest).intent);
      onCall?.('sent', call);
    },
    ...(onCall && { onAnswer: (call: SentCall) => onCall('answered', call) }),
  });
  const machineDraws = createFaultDraws(scheduler, faultKinds, random.fork('fates of machines'));
  const backend = createBackend({
    ...shared,
    ...createSimulatedApp({ github, deliveries, scheduler, ...(allowances && { allowances }) }),
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
    machineCalls: createPortCalls({
      ...{ scheduler, ...machineDraws, trace, lineage, afterEffect },
      draw: overDraws(machineDraws.draw),
    }),
    events,
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
    functions: account === undefined ? functions : underLimits(functions, account),
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
