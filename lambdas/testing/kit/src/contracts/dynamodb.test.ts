import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import {
  createDynamoAdmissions,
  createDynamoApiState,
  createDynamoAppStore,
  createDynamoDeploymentStore,
  createDynamoLockStore,
  createDynamoAuditTrail,
  createDynamoBookmarks,
  createDynamoBudgets,
  createDynamoCallbackHealth,
  createDynamoConfigStore,
  createDynamoFleetSlots,
  createDynamoJobStore,
  createDynamoLaunchStore,
  createDynamoOrderStore,
  createDynamoPoolStore,
  createDynamoRecoveryStore,
  createDynamoTenantDirectory,
  createDynamoTenantLifecycle,
  createDynamoTenantRegistry,
  createDynamoUsageBooks,
  createDynamoUsageCorrections,
  createDynamoUsageLedger,
  fromAttributes,
  itemOfLaunch,
  toAttributes,
  type Item,
  createDynamoLoginPins,
} from '@multi-tenant-runner/aws';
import type { Launch } from '@multi-tenant-runner/core';
import { budgetsContract } from './budgets.contract';
import { configStoreContract } from './config-store.contract';
import { createTables } from '../dynamodb/create-tables';
import { startDynamoDbLocal, type DynamoDbLocal } from '../dynamodb/dynamodb-local';
import { job, launch, settings } from '../factories';
import { createTestClock, type TestClock } from '../test-clock';
import { callbackHealthContract } from './callback-health.contract';
import { lockStoreContract } from './lock-store.contract';
import { appStoreContract, type AppsUnderTest } from './app-store.contract';
import { deploymentStoreContract } from './deployment-store.contract';
import { apiStateContract } from './api-state.contract';
import { auditTrailContract } from './audit-trail.contract';
import { accountHandoverContract } from './account-handover.contract';
import { admissionsContract } from './admissions.contract';
import { fleetSlotsContract, type FleetSlotsUnderTest } from './fleet-slots.contract';
import { releasesContract } from './releases.contract';
import { jobStoreContract } from './job-store.contract';
import { launchStoreContract } from './launch-store.contract';
import { recoveryStoreContract } from './recovery-store.contract';
import { tenantDirectoryContract } from './tenant-directory.contract';
import { tenantLifecycleContract } from './tenant-lifecycle.contract';
import { usageCorrectionsContract } from './usage-corrections.contract';
import { usageLedgerContract } from './usage-ledger.contract';
import { openMarksContract } from './open-marks.contract';
import { orderStoreContract } from './order-store.contract';
import { poolStoreContract } from './pool-store.contract';
import { tenantRegistryContract, type TenantTableUnderTest } from './tenant-registry.contract';

let local: DynamoDbLocal;
// One server and one set of tables: every test has installations of its own.
let last = 1_000;
const nextId = (): number => (last += 1);

beforeAll(async () => {
  local = await startDynamoDbLocal();
  await createTables(local.client, 'test');
});
afterAll(() => local?.stop());

const tables = { tenants: 'test-tenants', jobs: 'test-jobs', launches: 'test-launches', usage: 'test-usage' };
const admissionsOf = (clock: TestClock) =>
  createDynamoAdmissions({ client: local.client, tables, ...settings(), clock });
const putItem = async (TableName: string, Item: Item): Promise<void> =>
  void (await local.client.send(new PutItemCommand({ TableName, Item })));

async function tenantTable(): Promise<TenantTableUnderTest> {
  const { client } = local;
  const tableName = 'test-tenants';
  return {
    registry: createDynamoTenantRegistry({ client, tableName, ...settings() }),
    admissions: admissionsOf(createTestClock()),
    lifecycle: createDynamoTenantLifecycle({ client, tableName, clock: createTestClock() }),
    pins: createDynamoLoginPins({ client, tableName }),
    write: (row) => putItem(tableName, toAttributes(row)),
    read: async (installationId) => {
      const { Item } = await client.send(
        new GetItemCommand({
          TableName: tableName,
          Key: toAttributes({ installation_id: installationId }),
          ConsistentRead: true,
        }),
      );
      return Item && fromAttributes(Item);
    },
  };
}

const readItem = async (TableName: string, key: Record<string, unknown>): Promise<Record<string, unknown>> => {
  const { Item } = await local.client.send(
    new GetItemCommand({ TableName, Key: toAttributes(key), ConsistentRead: true }),
  );
  return fromAttributes(Item ?? {});
};

describe('the tenant registry on DynamoDB', () => tenantRegistryContract(tenantTable, nextId));
describe('the tenant lifecycle on DynamoDB', () => tenantLifecycleContract(tenantTable, nextId));
describe('the audit trail on DynamoDB', () =>
  auditTrailContract(async () => createDynamoAuditTrail({ client: local.client, tableName: 'test-audit' }), nextId));
const apps = async (): Promise<AppsUnderTest> => ({
  apps: createDynamoAppStore({ client: local.client, tableName: 'test-apps' }),
  deployments: createDynamoDeploymentStore({
    client: local.client,
    tables: { apps: 'test-apps', deployments: 'test-deployments' },
  }),
});
describe('apps on DynamoDB', () => appStoreContract(apps, nextId));
describe('deployments on DynamoDB', () => deploymentStoreContract(apps, nextId));
describe("the API's state on DynamoDB", () =>
  apiStateContract(async () => createDynamoApiState({ client: local.client, tableName: 'test-api' }), nextId));

describe('the health of callbacks on DynamoDB', () =>
  callbackHealthContract(
    () => createDynamoCallbackHealth({ client: local.client, tableName: 'test-recovery' }),
    nextId,
  ));
describe('locks on DynamoDB', () =>
  lockStoreContract(async () => createDynamoLockStore({ client: local.client, tableName: 'test-api' }), nextId));
describe('the tenant directory on DynamoDB', () =>
  tenantDirectoryContract(async () => {
    const { write, read } = await tenantTable();
    const { client } = local;
    const directory = createDynamoTenantDirectory({ client, tableName: 'test-tenants', ...settings() });
    return { directory, write, read };
  }, nextId));
describe('the hand-over of an account on DynamoDB', () => accountHandoverContract(tenantTable, nextId));

describe('the job store on DynamoDB', () => {
  const make = async () => {
    const clock = createTestClock();
    const deps = { client: local.client, tableName: 'test-jobs', launchesTable: tables.launches, clock };
    return { clock, store: createDynamoJobStore({ ...deps, tellsRefusals: true }) };
  };
  jobStoreContract(make, nextId);

  it('finds the oldest of a tenant that has more than a page of the index, and of the tenant behind it', async () => {
    const { store } = await make();
    const id = nextId();
    // The next of the same part of the index.
    const behind = id + 16;
    for (let one = nextId(); one <= behind; ) one = nextId();
    const jobs = Array.from({ length: 1_010 }, (_, index) =>
      job({ installationId: id, jobId: index, state: 'parked', queuedAt: new Date(1e12 - index).toISOString() }),
    );
    const last = job({ installationId: behind, jobId: 1, state: 'parked', queuedAt: new Date(1e12).toISOString() });
    for (let from = 0; from < jobs.length; from += 50)
      await Promise.all(jobs.slice(from, from + 50).map((one) => store.create(one)));
    await store.create(last);
    const oldest = await store.listWaiting(2, []);
    expect(oldest.map(({ jobId }) => jobId)).toEqual([1_009, 1_008]);
    expect((await store.listWaiting(1_011, [])).at(-1)).toEqual(last);
  });

  it('writes what the indexes and the expiry need, exactly while it holds', async () => {
    const { store } = await make();
    const id = nextId();
    const row = job({ installationId: id, state: 'parked', nextTry: '2026-01-15T12:05:00.000Z' });
    await store.create(row);
    const key = { installation_id: id, job_id: row.jobId };
    const parked = await readItem('test-jobs', key);
    expect(parked).toMatchObject({
      open_at: `${row.queuedAt}#${row.jobId}`,
      due: 'parked',
      waiting_at: `${row.queuedAt}#${row.jobId}`,
      next_try: '2026-01-15T12:05:00.000Z',
      owner_id: 501,
      is_public: false,
    });
    expect(parked).not.toHaveProperty('expires_at');
    await store.change(
      id,
      row.jobId,
      { from: ['parked'] },
      { state: 'cancelled', endedAt: '2026-01-15T12:06:00.000Z' },
    );
    const ended = await readItem('test-jobs', key);
    expect(ended['expires_at']).toBe(Date.parse('2026-01-29T12:06:00.000Z') / 1_000);
    expect(ended).not.toHaveProperty('open_at');
    expect(ended).not.toHaveProperty('due');
    expect(ended).not.toHaveProperty('waiting_at');
  });
});

describe('the launch store on DynamoDB', () => {
  const make = async () => {
    const clock = createTestClock();
    const store = createDynamoLaunchStore({ client: local.client, tableName: tables.launches, clock });
    return { clock, store, put: (row: Launch) => putItem(tables.launches, itemOfLaunch(row)) };
  };
  launchStoreContract(make, nextId);

  it('writes what the indexes and the expiry need, exactly while it holds', async () => {
    const { store, put } = await make();
    const id = nextId();
    const row = launch({ installationId: id, state: 'ending' });
    await put(row);
    const key = { installation_id: id, launch_id: row.launchId };
    const open = await readItem('test-launches', key);
    expect(open).toMatchObject({ open_at: row.createdAt });
    for (const name of ['created_at', 'expires_at']) expect(open).not.toHaveProperty(name);
    await store.change(id, row.launchId, { from: ['ending'] }, { state: 'ended', endedAt: '2026-01-15T12:06:00.000Z' });
    const ended = await readItem('test-launches', key);
    expect(ended['expires_at']).toBe(Date.parse('2026-01-29T12:06:00.000Z') / 1_000);
    expect(ended['created_at']).toBe(row.createdAt);
    expect(ended).not.toHaveProperty('open_at');
  });
});

async function admissions(): Promise<FleetSlotsUnderTest> {
  const { client } = local;
  const clock = createTestClock();
  return {
    admissions: admissionsOf(clock),
    tenants: createDynamoTenantRegistry({ client, tableName: tables.tenants, ...settings() }),
    jobs: createDynamoJobStore({ client, tableName: tables.jobs, launchesTable: tables.launches, clock }),
    launches: createDynamoLaunchStore({ client, tableName: tables.launches, clock }),
    ledger: createDynamoUsageLedger({ client, tableName: tables.usage }),
    fleetSlots: createDynamoFleetSlots({ client, tableName: tables.launches }),
    clock,
    write: (row) => putItem(tables.tenants, toAttributes(row)),
  };
}

describe('pools on DynamoDB', () =>
  poolStoreContract(async () => {
    const { client } = local;
    const clock = createTestClock();
    const deps = { client, tableName: 'test-pool', launchesTable: tables.launches, clock };
    return {
      pool: createDynamoPoolStore(deps),
      launches: createDynamoLaunchStore({ client, tableName: tables.launches, clock }),
      clock,
      put: (row: Launch) => putItem(tables.launches, itemOfLaunch(row)),
    };
  }, nextId));
describe('orders on DynamoDB', () =>
  orderStoreContract(async () => {
    const { client } = local;
    const deps = { client, tableName: tables.launches, clock: createTestClock() };
    return {
      orders: createDynamoOrderStore(deps),
      launches: createDynamoLaunchStore(deps),
      put: (row: Launch) => putItem(tables.launches, itemOfLaunch(row)),
    };
  }, nextId));
describe('admissions on DynamoDB', () => admissionsContract(admissions, nextId));
describe('marks of what is open, on DynamoDB', () => openMarksContract(admissions, nextId));
describe('releases on DynamoDB', () => releasesContract(admissions, nextId));
describe("the fleet's slots on DynamoDB", () => fleetSlotsContract(admissions, nextId));

describe('the usage ledger on DynamoDB', () => {
  const make = async () => {
    const deps = { client: local.client, tableName: tables.usage };
    return {
      ledger: createDynamoUsageLedger(deps),
      books: createDynamoUsageBooks(deps),
      corrections: createDynamoUsageCorrections(deps),
      admissions: admissionsOf(createTestClock()),
      put: (row: Launch) => putItem(tables.launches, itemOfLaunch(row)),
    };
  };
  usageLedgerContract(make, nextId);
  usageCorrectionsContract(make, nextId);

  it('reads the days of an earlier revision, which wrote a sum for each month besides', async () => {
    const { ledger, books } = await make();
    const installationId = nextId();
    const sum = {
      installation_id: installationId,
      tier: 'small',
      machines: 2,
      seconds: 60,
      cost_micros: 9,
      unpriced: 0,
    };
    for (const period of ['2025-11-30', '2025-11']) {
      const own = { book: `${installationId}/sums`, entry: `${period}#small`, period };
      const month = period === '2025-11' ? { month: period } : {};
      await putItem(tables.usage, toAttributes({ ...sum, ...own, ...month }));
    }
    const figures = { machines: 2, seconds: 60, costMicros: 9, unpriced: 0 };
    const { sums } = await books.pageOfMonth('2025-11', { limit: 10 });
    expect(sums).toEqual([{ installationId, tier: 'small', ...figures }]);
    const { month } = await ledger.sumsOf(installationId, { day: '2025-11-30', month: '2025-11' });
    expect(month).toEqual(figures);
    await expect(ledger.machinesOf(installationId)).resolves.toBe(2);
  });
});

describe('the configurations on DynamoDB', () => {
  const tableName = 'test-configurations';
  const make = async () => ({ configs: createDynamoConfigStore({ client: local.client, tableName }) });
  configStoreContract(make, nextId);

  it('are forgotten with the answer, and by DynamoDB when they expire', async () => {
    const { configs } = await make();
    const [installationId, launchId] = [nextId(), '7001-1'];
    const expiresAt = new Date('2026-01-15T12:30:00.000Z');
    await configs.put({ installationId, launchId, value: 'config', tenantTier: 'small', tier: 'large', expiresAt });
    await expect(readItem(tableName, { installation_id: installationId, launch_id: launchId })).resolves.toMatchObject({
      expires_at: expiresAt.getTime() / 1_000,
    });
    await expect(configs.take(installationId, launchId)).resolves.toBe('config');
    await expect(configs.take(installationId, launchId)).resolves.toBeUndefined();
  });
});

describe('the buckets on DynamoDB', () => {
  budgetsContract(() => {
    const clock = createTestClock();
    return { clock, budgets: createDynamoBudgets({ client: local.client, tableName: 'test-jobs', clock }) };
  }, nextId);
});

describe('the recovery store on DynamoDB', () => {
  recoveryStoreContract(
    async () => ({
      store: createDynamoRecoveryStore({ client: local.client, tableName: 'test-recovery', clock: createTestClock() }),
    }),
    nextId,
  );

  it('lets DynamoDB forget what GitHub has forgotten', async () => {
    const store = createDynamoRecoveryStore({
      client: local.client,
      tableName: 'test-recovery',
      clock: createTestClock(),
    });
    const guid = `guid-${nextId()}`;
    await store.settle({ guid }, 'delivered', new Date('2026-01-15T12:00:00.000Z'));
    const settled = await readItem('test-recovery', { book: 'deliveries#none', entry: guid });
    expect(settled).toMatchObject({ state: 'delivered', expires_at: Date.parse('2026-01-25T12:00:00.000Z') / 1_000 });
    expect(settled).not.toHaveProperty('open_at');
  });

  it('keeps its place in a book of its own', async () => {
    const bookmarks = createDynamoBookmarks({
      client: local.client,
      tableName: 'test-recovery',
      clock: createTestClock(),
    });
    const name = `deliveries-${nextId()}`;
    await expect(bookmarks.readCursor(name)).resolves.toBeUndefined();
    await bookmarks.writeCursor(name, '42');
    await expect(bookmarks.readCursor(name)).resolves.toBe('42');
    await bookmarks.writeCursor(name, undefined);
    await expect(bookmarks.readCursor(name)).resolves.toBeUndefined();
  });
});
