import {
  createDynamoBookmarks,
  createDynamoJobRows,
  createDynamoRecoveryStore,
  createDynamoTenantRegistry,
} from '@multi-tenant-runner/aws';
import { MINUTE, RECOVERY_SOURCE } from '@multi-tenant-runner/core';
import { createHandler as createRecovery } from '@multi-tenant-runner/recovery/handler';
import { createTestHarness, startDynamoDbLocal, type DynamoDbLocal } from '@multi-tenant-runner/testing';
import { fill } from './fill';
import { LOOK, RECOVERY, SEARCH, SWEEP } from './idle-month';
import { LARGE_TENANT, START, TABLE_PREFIX, otherTenants, type Load } from './load';
import { createMeteredClient } from './metered-client';
import { runSweeps, type SweepRun } from './run-sweeps';

const LOAD: Load = { tenants: 99, jobs: 0, tombstones: 40 };
const ALL = LOAD.tenants + 1;

let local: DynamoDbLocal;

beforeAll(async () => {
  local = await startDynamoDbLocal();
  await fill(local.client, LOAD, () => undefined);
});
afterAll(() => local?.stop());

const near = (figure: number): { from: number; to: number } => ({ from: figure * 0.9, to: figure * 1.1 });

function expectNear(measured: number, { from, to }: { from: number; to: number }): void {
  expect(measured).toBeGreaterThanOrEqual(from);
  expect(measured).toBeLessThanOrEqual(to);
}

test('an hour of sweeps over idle tenants costs the units that the arithmetic says', async () => {
  const runs: SweepRun[] = [];
  for await (const run of runSweeps(local.client, LOAD, { freeRuns: 60, mostRuns: 60 })) runs.push(run);
  const sum = (pick: (run: SweepRun) => number): number => runs.reduce((total, run) => total + pick(run), 0);
  expect(runs.at(-1)?.seen).toBe(LOAD.tenants);
  expectNear(
    sum(({ readUnits }) => readUnits),
    near(60 * SWEEP.reads + ALL * LOOK.reads),
  );
  expect(sum(({ writeUnits }) => writeUnits)).toBeLessThanOrEqual(60 * SWEEP.writes + ALL * LOOK.writes);
});

test('three hours of recovery over idle tenants cost no more than the arithmetic says', async () => {
  const harness = createTestHarness();
  harness.clock.set(START);
  for (const id of [LARGE_TENANT, ...otherTenants(LOAD)])
    harness.state.github.installations.set(id, { login: `organisation-${id}`, suspended: false });
  const { client, total } = createMeteredClient(local.client);
  const store = (name: string) => ({ client, tableName: `${TABLE_PREFIX}-${name}`, clock: harness.clock });
  const recover = createRecovery({
    ...harness,
    tenants: createDynamoTenantRegistry({ ...store('tenants'), ...harness.settings }),
    jobs: createDynamoJobRows(store('jobs')),
    recovery: createDynamoRecoveryStore(store('recovery')),
    bookmarks: createDynamoBookmarks(store('recovery')),
  });
  const run = async (): Promise<void> => {
    await recover({ source: RECOVERY_SOURCE }, { awsRequestId: 'run', getRemainingTimeInMillis: () => 60_000 });
    harness.clock.advance(2 * MINUTE);
  };
  // The first search of a tenant covers everything.
  for (let first = 0; first < 30; first += 1) await run();
  const before = { ...total };
  for (let later = 0; later < 90; later += 1) await run();
  const listings = 18;
  expect(total.readUnits - before.readUnits).toBeLessThanOrEqual(90 * RECOVERY.reads + listings * ALL * SEARCH.reads);
  expect(total.writeUnits - before.writeUnits).toBeLessThanOrEqual(90 * RECOVERY.writes + ALL * SEARCH.writes);
});
