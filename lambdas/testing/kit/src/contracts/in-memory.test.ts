import { securityGroupName, type Launch } from '@multi-tenant-runner/core';
import { ENVIRONMENT, settings } from '../factories';
import { createInMemoryAdmissions } from '../fakes/admissions';
import { createInMemoryFleet } from '../fakes/fleet';
import { createInMemoryJobStore } from '../fakes/job-store';
import { createInMemoryLaunchStore } from '../fakes/launch-store';
import { createInMemoryConfigs } from '../fakes/configs';
import { createInMemorySecrets } from '../fakes/secrets';
import { createInMemorySecurityGroups } from '../fakes/security-groups';
import { createInMemoryLoginPins, createInMemoryTenantDirectory } from '../fakes/tenant-directory';
import { createInMemoryTenantRegistry, type TenantRow } from '../fakes/tenant-registry';
import { createTestClock } from '../test-clock';
import { createInMemoryApiState } from '../fakes/api-state';
import { createInMemoryAuditTrail } from '../fakes/audit-trail';
import { createInMemoryCallbackHealth } from '../fakes/callback-health';
import { createInMemoryLockStore } from '../fakes/lock-store';
import { callbackHealthContract } from './callback-health.contract';
import { lockStoreContract } from './lock-store.contract';
import { createInMemoryApps } from '../fakes/apps';
import { appStoreContract } from './app-store.contract';
import { createInMemoryDns } from '../fakes/dns';
import { txtResolverContract } from './txt-resolver.contract';
import { deploymentStoreContract } from './deployment-store.contract';
import { apiStateContract } from './api-state.contract';
import { auditTrailContract } from './audit-trail.contract';
import { accountHandoverContract } from './account-handover.contract';
import { createInMemoryFleetSlots } from '../fakes/fleet-slots';
import { admissionsContract } from './admissions.contract';
import { fleetSlotsContract, type FleetSlotsUnderTest } from './fleet-slots.contract';
import { releasesContract } from './releases.contract';
import { budgetsContract } from './budgets.contract';
import { checkRunsContract } from './check-runs.contract';
import { createInMemoryCheckRuns } from '../fakes/check-runs';
import { createInMemoryBudgets } from '../fakes/budgets';
import { jobStoreContract } from './job-store.contract';
import { createInMemoryRecoveryStore } from '../fakes/recovery-store';
import { launchStoreContract } from './launch-store.contract';
import { recoveryStoreContract } from './recovery-store.contract';
import { runnerFleetContract } from './runner-fleet.contract';
import { configStoreContract } from './config-store.contract';
import { secretVersionsContract } from './secret-versions.contract';
import { securityGroupsContract } from './security-groups.contract';
import { tenantDirectoryContract } from './tenant-directory.contract';
import { tenantLifecycleContract } from './tenant-lifecycle.contract';
import { usageCorrectionsContract } from './usage-corrections.contract';
import { usageLedgerContract } from './usage-ledger.contract';
import { createInMemoryUsageLedger } from '../fakes/usage-ledger';
import { createInMemoryOrderStore } from '../fakes/order-store';
import { createInMemoryPoolStore } from '../fakes/pool-store';
import { openMarksContract } from './open-marks.contract';
import { orderStoreContract } from './order-store.contract';
import { pullRequestsContract } from './pull-requests.contract';
import { createInMemoryPulls } from '../fakes/in-memory-pulls';
import { poolStoreContract } from './pool-store.contract';
import { tenantRegistryContract, type TenantTableUnderTest } from './tenant-registry.contract';

let last = 1_000;
const nextId = (): number => (last += 1);

async function tenantTable(): Promise<TenantTableUnderTest> {
  const table = createInMemoryTenantRegistry({ ...settings(), clock: createTestClock() });
  table.pageSize = 2;
  return {
    registry: table,
    admissions: createInMemoryAdmissions({
      tenants: table,
      jobs: createInMemoryJobStore({ clock: createTestClock() }),
      launches: createInMemoryLaunchStore(),
      fleetSlots: createInMemoryFleetSlots(createInMemoryLaunchStore()),
      usage: createInMemoryUsageLedger(),
    }),
    lifecycle: table,
    pins: createInMemoryLoginPins(table),
    write: async (row) => void table.rows.set(Number(row['installation_id']), row),
    read: async (installationId) => structuredClone(table.rows.get(installationId)),
  };
}

describe('the in-memory pools', () =>
  poolStoreContract(async () => {
    const launches = createInMemoryLaunchStore();
    const clock = createTestClock();
    return { pool: createInMemoryPoolStore(launches), launches, clock, put: (row) => launches.create(row) };
  }, nextId));
describe('the in-memory orders', () =>
  orderStoreContract(async () => {
    const launches = createInMemoryLaunchStore();
    return { orders: createInMemoryOrderStore(launches), launches, put: (row) => launches.create(row) };
  }, nextId));
describe('the in-memory tenant registry', () => tenantRegistryContract(tenantTable, nextId));
describe('the in-memory tenant lifecycle', () => tenantLifecycleContract(tenantTable, nextId));
describe('the in-memory audit trail', () => auditTrailContract(async () => createInMemoryAuditTrail(), nextId));
describe('DNS in memory', () =>
  txtResolverContract(async (zone) => {
    const dns = createInMemoryDns();
    for (const [name, entry] of zone) dns.zone.set(name, entry);
    return dns;
  }));
describe('apps in memory', () => appStoreContract(async () => createInMemoryApps(), nextId));
describe('deployments in memory', () => deploymentStoreContract(async () => createInMemoryApps(), nextId));
describe("the API's state in memory", () => apiStateContract(async () => createInMemoryApiState(), nextId));
const locks = createInMemoryLockStore();
const callbackHealth = createInMemoryCallbackHealth();
describe('the health of callbacks in memory', () => callbackHealthContract(() => callbackHealth, nextId));
describe('locks in memory', () => lockStoreContract(async () => locks, nextId));
describe('the in-memory tenant directory', () =>
  tenantDirectoryContract(async () => {
    const registry = createInMemoryTenantRegistry({ ...settings(), clock: createTestClock() });
    return {
      directory: createInMemoryTenantDirectory(registry),
      write: async (row) => void registry.rows.set(Number(row['installation_id']), { ...row }),
      read: async (id) => registry.rows.get(id),
    };
  }, nextId));
describe('the in-memory hand-over of an account', () => accountHandoverContract(tenantTable, nextId));
describe('the in-memory job store', () =>
  jobStoreContract(async () => {
    const clock = createTestClock();
    return { clock, store: createInMemoryJobStore({ clock }) };
  }, nextId));
describe('the in-memory buckets', () =>
  budgetsContract(() => {
    const clock = createTestClock();
    return { clock, budgets: createInMemoryBudgets({ clock }) };
  }, nextId));
describe('the in-memory checks', () =>
  checkRunsContract(async () => {
    const checkRuns = createInMemoryCheckRuns();
    const place = { installationId: nextId(), owner: 'acme', ownerId: 501, repo: 'app' };
    return {
      checkRuns,
      place,
      elsewhere: { ...place, installationId: nextId() },
      subject: { job: { jobId: 7, runId: 6 }, headSha: 'a'.repeat(40) },
      show: (checkId) => {
        const run = checkRuns.runs.find((one) => one.checkId === checkId);
        return { status: run?.status ?? 'none', title: run?.title ?? null };
      },
    };
  }));
describe('the in-memory pull requests', () => pullRequestsContract(async () => createInMemoryPulls()));
describe('the in-memory launch store', () =>
  launchStoreContract(async () => {
    const clock = createTestClock();
    const store = createInMemoryLaunchStore();
    return { clock, store, put: async (row) => void (await store.create(row)) };
  }, nextId));
async function admissions(): Promise<FleetSlotsUnderTest> {
  const clock = createTestClock();
  const tenants = createInMemoryTenantRegistry({ ...settings(), clock });
  const launches = createInMemoryLaunchStore();
  const jobs = createInMemoryJobStore({ clock, launches });
  const usage = createInMemoryUsageLedger();
  const stores = { tenants, jobs, launches, usage, fleetSlots: createInMemoryFleetSlots(launches) };
  const write = async (row: TenantRow) => void tenants.rows.set(Number(row['installation_id']), row);
  return { ...stores, ledger: usage, admissions: createInMemoryAdmissions(stores), clock, write };
}

describe('the in-memory admissions', () => admissionsContract(admissions, nextId));
describe('the in-memory marks of what is open', () => openMarksContract(admissions, nextId));
describe('the in-memory releases', () => releasesContract(admissions, nextId));
describe("the fleet's slots in memory", () => fleetSlotsContract(admissions, nextId));
describe('the in-memory recovery store', () =>
  recoveryStoreContract(async () => ({ store: createInMemoryRecoveryStore() }), nextId));
describe('the in-memory usage ledger', () => {
  const make = async () => {
    const usage = createInMemoryUsageLedger();
    const launches = createInMemoryLaunchStore();
    const clock = createTestClock();
    const tenants = createInMemoryTenantRegistry({ ...settings(), clock });
    const jobs = createInMemoryJobStore({ clock });
    const fleetSlots = createInMemoryFleetSlots(launches);
    const admissions = createInMemoryAdmissions({ tenants, jobs, launches, fleetSlots, usage });
    const put = async (row: Launch): Promise<void> => void (await launches.create(row));
    return { ledger: usage, books: usage, corrections: usage.corrections, admissions, put };
  };
  usageLedgerContract(make, nextId);
  usageCorrectionsContract(make, nextId);
});
describe('the in-memory fleet', () =>
  runnerFleetContract(async () => {
    const fleet = createInMemoryFleet({ clock: createTestClock(), environment: ENVIRONMENT });
    return {
      fleet,
      environment: ENVIRONMENT,
      subnets: ['subnet-a', 'subnet-b'],
      securityGroupId: 'sg-1',
      launchTemplateId: 'lt-1',
      refuse: (instanceType, subnetId) =>
        void fleet.refuse((intent) => intent.instanceType === instanceType && intent.subnetId === subnetId),
      makeRoomFor: (instanceType, subnetId, machines) =>
        void fleet.makeRoomFor(
          (intent) => intent.instanceType === instanceType && intent.subnetId === subnetId,
          machines,
        ),
      protect: (instanceId) => {
        const machine = fleet.machines.get(instanceId);
        if (machine !== undefined) machine.isProtected = true;
      },
    };
  }, nextId));
describe.each([{ forgets: false }, { forgets: true }])(
  'the in-memory configurations (forgotten when taken: $forgets)',
  (options) =>
    configStoreContract(
      async () => ({ configs: createInMemoryConfigs({ clock: createTestClock() }, options) }),
      nextId,
    ),
);
secretVersionsContract('in memory', async () => {
  const secrets = createInMemorySecrets(createTestClock());
  const arnOf = (name: string): string => `arn:aws:secretsmanager:us-east-1:123456789012:secret:${name}-a1B2c3`;
  return {
    secrets,
    create: async (name, value) => {
      secrets.put(arnOf(name), value);
      return arnOf(name);
    },
    put: async (arn, value) => secrets.put(arn, value),
    prepare: async (arn, value) => secrets.prepare(arn, value),
  };
});
describe('the in-memory security groups', () =>
  securityGroupsContract(async () => {
    const groups = createInMemorySecurityGroups({ environment: ENVIRONMENT });
    const plantForeign = (installationId: number): void => {
      const name = securityGroupName(ENVIRONMENT, installationId);
      groups.groups.set('sg-foreign', { groupId: 'sg-foreign', name, tags: {}, inUse: false });
    };
    return { groups, plantForeign };
  }, nextId));
