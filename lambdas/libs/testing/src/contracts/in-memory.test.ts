import { settings } from '../factories';
import { createInMemoryJobStore } from '../in-memory/job-store';
import { createInMemoryLaunchStore } from '../in-memory/launch-store';
import { createInMemoryTenantRegistry } from '../in-memory/tenant-registry';
import { createTestClock } from '../test-clock';
import { jobStoreContract } from './job-store.contract';
import { launchStoreContract } from './launch-store.contract';
import { tenantLifecycleContract } from './tenant-lifecycle.contract';
import { tenantRegistryContract, type TenantTableUnderTest } from './tenant-registry.contract';

let last = 1_000;
const nextId = (): number => (last += 1);

async function tenantTable(): Promise<TenantTableUnderTest> {
  const table = createInMemoryTenantRegistry({ ...settings(), clock: createTestClock() });
  table.pageSize = 2;
  return {
    registry: table,
    lifecycle: table,
    write: async (row) => void table.rows.set(Number(row['installation_id']), row),
    read: async (installationId) => structuredClone(table.rows.get(installationId)),
  };
}

describe('the in-memory tenant registry', () => tenantRegistryContract(tenantTable, nextId));
describe('the in-memory tenant lifecycle', () => tenantLifecycleContract(tenantTable, nextId));
describe('the in-memory job store', () =>
  jobStoreContract(async () => {
    const clock = createTestClock();
    return { clock, store: createInMemoryJobStore({ clock }) };
  }, nextId));
describe('the in-memory launch store', () =>
  launchStoreContract(async () => {
    const clock = createTestClock();
    return { clock, store: createInMemoryLaunchStore({ clock }) };
  }, nextId));
