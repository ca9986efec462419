import { createInMemoryAdmissions } from './fakes/admissions';
import type { AdmissionSettings, Ports, Prices } from '@multi-tenant-runner/core';
import { ENVIRONMENT, prices, settings as defaultSettings, tenantRow } from './factories';
import { createInMemoryCheckRuns, type InMemoryCheckRuns } from './fakes/check-runs';
import { createInMemoryFleet } from './fakes/fleet';
import type { InMemoryFleet } from './fakes/fleet-model';
import { createInMemoryBlanks, type InMemoryBlanks } from './fakes/blanks';
import { createInMemoryOrderStore, type InMemoryOrderStore } from './fakes/order-store';
import { createInMemoryPoolStore, type InMemoryPoolStore } from './fakes/pool-store';
import { createInMemoryFleetSlots, type InMemoryFleetSlots } from './fakes/fleet-slots';
import { createInMemoryGitHub } from './fakes/github';
import type { InMemoryGitHub } from './fakes/github-model';
import { createInMemoryGitHubApp, type InMemoryGitHubApp } from './fakes/github-app';
import {
  createInMemoryEventBus,
  createInMemoryJobQueue,
  type InMemoryEventBus,
  type InMemoryJobQueue,
} from './fakes/job-queue';
import { createInMemoryJobSearch, type InMemoryJobSearch } from './fakes/job-search';
import { createInMemoryJobStore, type InMemoryJobStore } from './fakes/job-store';
import { createInMemoryLaunchStore, type InMemoryLaunchStore } from './fakes/launch-store';
import { createInMemoryBudgets } from './fakes/budgets';
import { createInMemoryConfigs, type InMemoryConfigs } from './fakes/configs';
import { createRecordingLog, createRecordingMetrics, type RecordingLog, type RecordingMetrics } from './fakes/records';
import { createInMemoryRecoveryStore, type InMemoryRecoveryStore } from './fakes/recovery-store';
import { createInMemorySecurityGroups, type InMemorySecurityGroups } from './fakes/security-groups';
import { createInMemoryTenantRegistry, type InMemoryTenantRegistry, type TenantRow } from './fakes/tenant-registry';
import { createInMemoryUsageLedger, type InMemoryUsageLedger } from './fakes/usage-ledger';
import { createCallRecorder, type CallRecorder } from './call-recorder';
import { inTime } from './in-time';
import { createTestClock, type TestClock } from './test-clock';

/** What stands behind the ports, to be read and altered by a test; using it records no call. */
export interface HarnessState {
  readonly tenants: InMemoryTenantRegistry;
  readonly jobs: InMemoryJobStore;
  readonly launches: InMemoryLaunchStore;
  readonly fleetSlots: InMemoryFleetSlots;
  readonly queue: InMemoryJobQueue;
  readonly bus: InMemoryEventBus;
  readonly fleet: InMemoryFleet;
  readonly configs: InMemoryConfigs;
  readonly securityGroups: InMemorySecurityGroups;
  readonly github: InMemoryGitHub;
  readonly checkRuns: InMemoryCheckRuns;
  readonly app: InMemoryGitHubApp;
  readonly search: InMemoryJobSearch;
  readonly recovery: InMemoryRecoveryStore;
  readonly usage: InMemoryUsageLedger;
  readonly pool: InMemoryPoolStore;
  readonly orders: InMemoryOrderStore;
  readonly blanks: InMemoryBlanks;
}

/** The ports record every call and can be cut. */
export interface TestHarness extends Ports, Omit<CallRecorder, 'observe'> {
  readonly environment: string;
  readonly clock: TestClock;
  readonly settings: AdmissionSettings;
  readonly prices: Prices;
  readonly log: RecordingLog;
  readonly metrics: RecordingMetrics;
  readonly state: HarnessState;
  /** Writes a tenant's row and makes GitHub know its installation. */
  addTenant(overrides?: TenantRow): TenantRow;
}

export function createTestHarness(
  options: {
    readonly settings?: Partial<AdmissionSettings>;
    readonly clock?: TestClock;
    readonly environment?: string;
    /** Ports on something else than what is in `state`; they are recorded too. */
    readonly instead?: Partial<Ports>;
  } = {},
): TestHarness {
  const environment = options.environment ?? ENVIRONMENT;
  const clock = options.clock ?? createTestClock();
  const settings = defaultSettings(options.settings);
  const observer = createCallRecorder();
  const github = createInMemoryGitHub();
  const launches = createInMemoryLaunchStore();
  const fleet = createInMemoryFleet({ clock, environment });
  const state: HarnessState = {
    tenants: createInMemoryTenantRegistry({ tiers: settings.tiers, defaultTier: settings.defaultTier, clock }),
    jobs: createInMemoryJobStore({ clock, launches }),
    launches,
    fleetSlots: createInMemoryFleetSlots(launches),
    queue: createInMemoryJobQueue({ tiers: settings.tiers }),
    bus: createInMemoryEventBus(),
    fleet,
    configs: createInMemoryConfigs({ clock }),
    securityGroups: createInMemorySecurityGroups({ environment }),
    github,
    checkRuns: createInMemoryCheckRuns(),
    app: createInMemoryGitHubApp({ clock, github }),
    search: createInMemoryJobSearch({ github }),
    recovery: createInMemoryRecoveryStore(),
    usage: createInMemoryUsageLedger(),
    pool: createInMemoryPoolStore(launches),
    orders: createInMemoryOrderStore(launches),
    blanks: createInMemoryBlanks(fleet, environment),
  };
  const port = <K extends keyof Ports>(name: K, target: Ports[K]): Ports[K] =>
    observer.observe(name, inTime(name, options.instead?.[name] ?? target));
  const ports: Ports = {
    registry: port('registry', state.tenants),
    lifecycle: port('lifecycle', state.tenants),
    jobs: port('jobs', state.jobs),
    launches: port('launches', state.launches),
    admissions: port('admissions', createInMemoryAdmissions(state)),
    fleetSlots: port('fleetSlots', state.fleetSlots),
    queue: port('queue', state.queue),
    bus: port('bus', state.bus),
    fleet: port('fleet', state.fleet),
    configs: port('configs', state.configs),
    securityGroups: port('securityGroups', state.securityGroups),
    github: port('github', state.github),
    checkRuns: port('checkRuns', state.checkRuns),
    app: port('app', state.app),
    search: port('search', state.search),
    recovery: port('recovery', state.recovery),
    usage: port('usage', state.usage),
    budgets: port('budgets', createInMemoryBudgets({ clock })),
    pool: port('pool', state.pool),
    orders: port('orders', state.orders),
    blanks: port('blanks', state.blanks),
  };
  const { observe: _observe, ...observing } = observer;
  return {
    ...ports,
    ...observing,
    environment,
    clock,
    settings,
    prices: prices(),
    state,
    log: createRecordingLog(),
    metrics: createRecordingMetrics(),
    addTenant: (overrides) => {
      const row = tenantRow(overrides);
      const installationId = Number(row['installation_id']);
      state.tenants.rows.set(installationId, row);
      const type = row['org_type'] === 'User' ? 'User' : 'Organization';
      state.github.installations.set(installationId, {
        login: String(row['org_name']),
        suspended: false,
        accountId: Number(row['account_id']),
        type,
      });
      return row;
    },
  };
}
