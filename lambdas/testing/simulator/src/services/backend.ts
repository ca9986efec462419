import {
  SECOND,
  encodeJobEvent,
  encodeJobMessage,
  encodeLifecycleEvent,
  type BlankMachines,
  type AdmissionSettings,
  type GitHubApp,
  type JobSearch,
  type Launch,
  type Ports,
  type RunnerFleet,
} from '@multi-tenant-runner/core';
import {
  createInMemoryBlanks,
  createInMemoryBudgets,
  createInMemoryCheckRuns,
  createInMemoryAdmissions,
  createInMemoryFleet,
  createInMemoryFleetSlots,
  createInMemoryGitHub,
  createInMemoryJobStore,
  createInMemoryLaunchStore,
  createInMemoryOrderStore,
  createInMemoryPoolStore,
  createInMemoryConfigs,
  createInMemoryRecoveryStore,
  createInMemorySecurityGroups,
  createInMemoryTenantRegistry,
  createInMemoryUsageLedger,
} from '@multi-tenant-runner/testing';
import type { Scheduler } from '../engine/scheduler';
import type { SimulationBus } from './events';
import { announcing } from './announcing-admissions';
import { createMarkedRegistry } from './marked-registry';
import type { Random } from '../engine/random';
import type { FaultSettings } from '../scenario/fault-kinds';

/** The tables and services, in memory and without faults. */
export function createState({
  scheduler,
  settings,
  environment,
}: {
  readonly scheduler: Scheduler;
  readonly settings: AdmissionSettings;
  readonly environment: string;
}) {
  const { clock } = scheduler;
  const launches = createInMemoryLaunchStore();
  const fleet = createInMemoryFleet({ clock, environment });
  return {
    tenants: createInMemoryTenantRegistry({ tiers: settings.tiers, defaultTier: settings.defaultTier, clock }),
    jobs: createInMemoryJobStore({ clock, launches }),
    launches,
    fleetSlots: createInMemoryFleetSlots(launches),
    fleet,
    pool: createInMemoryPoolStore(launches),
    orders: createInMemoryOrderStore(launches),
    blanks: createInMemoryBlanks(fleet, environment),
    configs: createInMemoryConfigs({ clock }),
    securityGroups: createInMemorySecurityGroups({ environment }),
    github: createInMemoryGitHub(),
    checkRuns: createInMemoryCheckRuns(),
    recovery: createInMemoryRecoveryStore(),
    usage: createInMemoryUsageLedger(),
  };
}
export type State = ReturnType<typeof createState>;

export interface BackendDeps {
  readonly state: State;
  readonly fleet: RunnerFleet;
  readonly blanks: BlankMachines;
  readonly events: SimulationBus;
  readonly app: GitHubApp;
  readonly search: JobSearch;
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly faultKinds: FaultSettings;
}

/** The ports over the state: messages become events, and indexes may lag behind their table. */
export function createBackend({
  state,
  fleet,
  blanks,
  events,
  app,
  search,
  scheduler,
  random,
  faultKinds,
}: BackendDeps): Ports {
  const indexLag = (): number =>
    faultKinds.has('lag') ? random.pick([0, random.between(0, 5 * SECOND), random.between(0, 60 * SECOND)]) : 0;
  const isBehind = (updatedAt: string): boolean => scheduler.now() - Date.parse(updatedAt) < indexLag();
  /** The index shows a tenant once it shows one of its rows. */
  const withUnadmitted = async (): Promise<number[]> => {
    const shown: number[] = [];
    for (const installationId of await state.jobs.tenantsWithUnadmitted()) {
      const rows = await state.jobs.listOpen(installationId);
      if (rows.some(({ updatedAt }) => !isBehind(updatedAt))) shown.push(installationId);
    }
    return shown;
  };
  return {
    app,
    search,
    recovery: state.recovery,
    usage: state.usage,
    checkRuns: state.checkRuns,
    budgets: createInMemoryBudgets(scheduler),
    pool: state.pool,
    orders: state.orders,
    blanks,
    registry: createMarkedRegistry(state, events, isBehind),
    lifecycle: state.tenants,
    jobs: {
      ...state.jobs,
      tenantsWithUnadmitted: withUnadmitted,
      listDue: async (now, limit) => {
        const due = await state.jobs.listDue(now, limit);
        return due.filter(
          ({ installationId, jobId }) => !isBehind(state.jobs.rows.get(`${installationId}/${jobId}`)?.updatedAt ?? ''),
        );
      },
    },
    launches: {
      ...state.launches,
      findByInstance: async (instanceId) => {
        const key = await state.launches.findByInstance(instanceId);
        const launch: Launch | undefined = key && state.launches.rows.get(`${key.installationId}/${key.launchId}`);
        return launch !== undefined && isBehind(launch.launchedAt ?? launch.updatedAt) ? undefined : key;
      },
    },
    admissions: announcing(createInMemoryAdmissions(state), state, events),
    fleetSlots: state.fleetSlots,
    queue: {
      // No size has a pool here.
      sendFill: async () => undefined,
      sendJob: async (message) => {
        const { tier, installationId } = message;
        events.emit('job-message.sent', { tier, body: encodeJobMessage(message), group: String(installationId) });
      },
      sendJobEvent: async (event) =>
        events.emit('runner-event.sent', { body: encodeJobEvent(event), group: String(event.installationId) }),
    },
    bus: {
      publish: async () => undefined,
      publishLifecycle: async (detailType, event) =>
        events.emit('lifecycle.published', { detailType, detail: encodeLifecycleEvent(event) }),
    },
    fleet,
    configs: state.configs,
    securityGroups: {
      ...state.securityGroups,
      // EC2 deletes no group that a network interface still uses.
      remove: async (groupId) => {
        const used = [...state.fleet.machines.values()].some(
          (machine) => machine.state !== 'terminated' && machine.request.intent.securityGroupId === groupId,
        );
        return used ? 'in-use' : state.securityGroups.remove(groupId);
      },
    },
    github: {
      ...state.github,
      // A configuration works only for the registration it was created with, not for a later one of the same name.
      createJitConfig: async (place, runner) => {
        const answer = await state.github.createJitConfig(place, runner);
        return answer.kind === 'created' ? { ...answer, jitConfig: String(answer.runnerId) } : answer;
      },
      deleteRunner: async (place, runnerId) => {
        const answer = await state.github.deleteRunner(place, runnerId);
        if (answer.kind === 'deleted') events.emit('runner.deleted', { runnerId });
        return answer;
      },
    },
  };
}
