import { PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import {
  createDynamoJobStore,
  createDynamoLaunchStore,
  createDynamoTenantLifecycle,
  createDynamoTenantRegistry,
  toAttributes,
} from '@multi-tenant-runner/aws';
import { isOpenLaunch, type Tenant, type TenantLookup } from '@multi-tenant-runner/core';
import {
  createTables,
  jobMessage,
  settings,
  startDynamoDbLocal,
  tenantRow,
  type DynamoDbLocal,
} from '@multi-tenant-runner/testing';
import { PAST_GRACE, drain } from './crash/final-checks';
import { machinesLive } from './crash/machines';
import { createFunctions, type Functions } from './functions';
import { createSystem, type System } from './system';

let local: DynamoDbLocal;
beforeAll(async () => {
  local = await startDynamoDbLocal();
  await createTables(local.client, 'races');
});
afterAll(() => local?.stop());

const key = (installationId: number) => toAttributes({ installation_id: installationId });
const register = (installationId: number, overrides: Record<string, unknown>) =>
  local.client.send(
    new PutItemCommand({
      TableName: 'races-tenants',
      Item: toAttributes(tenantRow({ installation_id: installationId, ...overrides })),
    }),
  );

/** An operator's edit of the tenants table. */
const edit = (installationId: number, name: 'max_runners' | 'status', value: unknown) =>
  local.client.send(
    new UpdateItemCommand({
      TableName: 'races-tenants',
      Key: key(installationId),
      UpdateExpression: 'SET #name = :value',
      ExpressionAttributeNames: { '#name': name },
      ExpressionAttributeValues: toAttributes({ ':value': value }),
    }),
  );

const registryOn = () =>
  createDynamoTenantRegistry({ client: local.client, tableName: 'races-tenants', ...settings() });

function tenantOf(lookup: TenantLookup): Tenant {
  if (lookup.kind !== 'tenant') throw new Error(`the row is ${lookup.kind}`);
  return lookup.tenant;
}

/**
 * As many at once as the client has sockets for: what waits for one longer than its time-out would fail for that alone.
 */
const AT_ONCE = 40;

async function atOnce(tasks: readonly (() => Promise<unknown>)[]): Promise<void> {
  const queue = [...tasks];
  const work = async (): Promise<void> => {
    for (let task = queue.shift(); task !== undefined; task = queue.shift()) await task();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

/** Repeatable, so that a failure names what was tried. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

test.each([1, 2, 3])(
  '400 admissions, releases, limit and status changes at once never pass the limit at any instant (seed %i)',
  async (seed) => {
    const installationId = 100 + seed;
    const pick = random(seed);
    const registry = registryOn();
    await register(installationId, { max_runners: 4 });
    const held = new Set<string>();
    // Every admission's answer is the row as that very write left it: limit, status and slots of one instant.
    const instants: { readonly slots: number; readonly limit: number; readonly status: string }[] = [];

    const admit = async (launchId: string): Promise<void> => {
      const { admitted, lookup } = await registry.admit(installationId, launchId);
      if (!admitted) return;
      const { slots, maxRunners, status } = tenantOf(lookup);
      instants.push({ slots: slots.size, limit: maxRunners, status });
      held.add(launchId);
      if (pick(3) > 0) return;
      await registry.freeSlot(installationId, launchId);
      held.delete(launchId);
    };
    await atOnce(
      Array.from({ length: 400 }, (_, index) => async () => {
        const kind = pick(10);
        if (kind === 0) await edit(installationId, 'max_runners', pick(7));
        else if (kind === 1) await edit(installationId, 'status', pick(3) === 0 ? 'suspended' : 'active');
        else if (kind === 2) await registry.freeSlot(installationId, [...held][0] ?? 'none');
        else await admit(`${index}-1`);
      }),
    );

    expect(instants.length).toBeGreaterThan(5);
    expect(instants.filter(({ slots, limit }) => slots > limit)).toEqual([]);
    expect(instants.filter(({ status }) => status !== 'active')).toEqual([]);
  },
);

test('of 300 launches at once each holds at most one slot, and releases twice give back no other', async () => {
  const installationId = 200;
  const registry = registryOn();
  await register(installationId, { max_runners: 7 });
  const ids = Array.from({ length: 100 }, (_, index) => `${index}-1`);
  const admitted = new Set<string>();
  const admit = (id: string) => async () =>
    (await registry.admit(installationId, id)).admitted ? admitted.add(id) : undefined;
  await atOnce([...ids, ...ids, ...ids].map(admit));
  const winners = [...admitted];
  expect(winners).toHaveLength(7);
  const gone = winners.slice(0, 3);
  await atOnce(
    [...gone, ...gone, ...ids.filter((id) => !winners.includes(id))].map(
      (id) => () => registry.freeSlot(installationId, id),
    ),
  );
  expect([...tenantOf(await registry.get(installationId)).slots].sort()).toEqual(winners.slice(3).sort());
});

/** The functions over DynamoDB's tables; EC2, GitHub and the queues in memory. */
function onDynamoDb(): {
  readonly system: System;
  readonly functions: Functions;
  readonly ports: ReturnType<typeof portsOf>;
} {
  const base = createSystem();
  const ports = portsOf(base);
  const system: System = {
    ...base,
    harness: { ...base.harness, ...ports, registry: ports.tenants },
    scaleUp: (worker) => ({ ...base.scaleUp(worker), ...ports }),
    scaleDown: (worker) => ({ ...base.scaleDown(worker), ...ports }),
  };
  return { system, functions: createFunctions(system), ports };
}

function portsOf({ harness: { clock } }: System) {
  const { client } = local;
  return {
    tenants: registryOn(),
    lifecycle: createDynamoTenantLifecycle({ client, tableName: 'races-tenants', clock }),
    jobs: createDynamoJobStore({ client, tableName: 'races-jobs', clock }),
    launches: createDynamoLaunchStore({ client, tableName: 'races-launches', clock }),
  };
}

test(
  'messages twice, machines that come and go, edits and sweeps at once: slots, rows and machines agree in ' + 'the end',
  async () => {
    const installationId = 1001;
    const highest = 6;
    const { system, functions, ports } = onDynamoDb();
    const { fleet, github, queue } = system.harness.state;
    await register(installationId, { max_runners: 4 });
    github.installations.set(installationId, { login: 'acme', suspended: false });
    const jobIds = Array.from({ length: 30 }, (_, index) => index + 1);
    for (const jobId of jobIds) github.jobs.set(jobId, { status: 'queued' });
    let most = 0;
    system.harness.afterCall((port, method) => {
      if (port === 'fleet' && method === 'run') most = Math.max(most, fleet.alive().length);
    });

    const deliveries = [...jobIds, ...jobIds].map((jobId) => () => functions.scaleUp(jobMessage({ jobId })));
    const edits = [6, 1, 3, 6, 2].map((limit) => () => edit(installationId, 'max_runners', limit));
    const churn = Array.from({ length: 6 }, () => () => machinesLive(system, functions));
    const sweeps = [() => functions.sweep(), () => functions.sweep()];
    // Sorted by chance, so that edits and ends come between the deliveries.
    const pick = random(7);
    const mixed = [...deliveries, ...edits, ...churn, ...sweeps]
      .map((task) => ({ task, at: pick(1_000) }))
      .sort((a, b) => a.at - b.at);
    await atOnce(mixed.map(({ task }) => task));
    expect(most).toBeLessThanOrEqual(highest);

    await edit(installationId, 'max_runners', 4);
    for (let round = 0; round < 30 && (await ports.jobs.listOpen(installationId)).length > 0; round += 1) {
      await drain(system, functions);
      // Every machine at once, each with the events of the others in between.
      await machinesLive(system, functions);
      expect(fleet.alive().length).toBeLessThanOrEqual(highest);
      if (queue.jobs.length === 0) {
        system.harness.clock.advance(PAST_GRACE);
        await Promise.all([functions.sweep(), functions.sweep()]);
      }
    }

    const ended = await Promise.all(jobIds.map(async (jobId) => (await ports.jobs.get(installationId, jobId))?.state));
    expect(ended).toEqual(jobIds.map(() => 'completed'));
    expect([...tenantOf(await ports.tenants.get(installationId)).slots]).toEqual([]);
    expect(
      (await ports.launches.listOpen(installationId)).filter(({ state }) => isOpenLaunch(state) && state !== 'wanted'),
    ).toEqual([]);
    expect(fleet.alive()).toEqual([]);
    const started = [...fleet.machines.values()].map(({ request }) => request.launchId);
    expect(new Set(started).size).toBe(started.length);
  },
);
