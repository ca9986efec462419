import { PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import {
  createDynamoAdmissions,
  createDynamoFleetSlots,
  createDynamoJobStore,
  createDynamoLaunchStore,
  createDynamoTenantLifecycle,
  createDynamoTenantRegistry,
  toAttributes,
} from '@multi-tenant-runner/aws';
import {
  SLOT_STATES,
  admit as admitJob,
  fleetSlotOf,
  MARK_REST,
  recountSlots,
  sizeOfShare,
  type Clock,
  type Tenant,
  type TenantLookup,
} from '@multi-tenant-runner/core';
import {
  createRecordingMetrics,
  createTables,
  createTestClock,
  job,
  jobMessage,
  launch,
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

/** An operator's edit of the tenants table, until no admission is in its way. Answers the slots held then. */
async function edit(
  installationId: number,
  name: 'max_runners' | 'status' | 'slots_held',
  value: unknown,
  condition?: string,
): Promise<number> {
  const write = new UpdateItemCommand({
    TableName: 'races-tenants',
    Key: key(installationId),
    UpdateExpression: 'SET #name = :value',
    ...(condition !== undefined && { ConditionExpression: condition }),
    ExpressionAttributeNames: { '#name': name },
    ExpressionAttributeValues: toAttributes({ ':value': value }),
    ReturnValues: 'ALL_NEW',
  });
  for (;;) {
    try {
      return Number((await local.client.send(write)).Attributes?.['slots_held']?.N ?? 0);
    } catch (error) {
      const { name: failure } = error as Error;
      if (failure === 'ConditionalCheckFailedException') return 0;
      if (failure !== 'TransactionConflictException') throw error;
    }
  }
}

const registryOn = () =>
  createDynamoTenantRegistry({ client: local.client, tableName: 'races-tenants', ...settings() });

const TABLES = { tenants: 'races-tenants', jobs: 'races-jobs', launches: 'races-launches', usage: 'races-usage' };
const admissionsOn = (client: DynamoDbLocal['client'] = local.client) =>
  createDynamoAdmissions({ client, tables: TABLES, ...settings(), clock: createTestClock() });

/** A new job goes for a slot. Answers whether it got one. */
async function admit(installationId: number, jobId: number, admissions = admissionsOn()): Promise<boolean> {
  const own = { installationId, jobId, launchId: `${jobId}-1` };
  const row = job({ ...own, state: 'starting' });
  return (await admissions.admit({ job: { kind: 'new', row }, launch: launch(own) })).kind === 'admitted';
}

/** Gives a launch's slot back, if it holds one. */
const end = (installationId: number, launchId: string, admissions = admissionsOn()): Promise<unknown> => {
  const at = '2026-01-15T12:06:00.000Z';
  const changes = { state: 'ended', endedAt: at, updatedAt: at } as const;
  return admissions.release({ installationId, launchId, guard: { from: SLOT_STATES }, changes });
};

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
  '400 admissions, releases and limit changes at once never pass the limit at any instant (seed %i)',
  async (seed) => {
    const installationId = 100 + seed;
    const pick = random(seed);
    const registry = registryOn();
    await register(installationId, { max_runners: 4 });
    const held = new Set<string>();
    const instants: { readonly slots: number; readonly limit: number }[] = [];
    // A limit is lowered no further than to what is in use, so a row with more than its limit was admitted too much.
    const lower = (limit: number) =>
      edit(installationId, 'max_runners', limit, 'attribute_not_exists(slots_held) OR slots_held <= :value');

    await atOnce(
      Array.from({ length: 400 }, (_, index) => async () => {
        const kind = pick(10);
        if (kind === 0) await lower(pick(7));
        else if (kind === 1) await end(installationId, [...held][0] ?? 'none');
        else if (await admit(installationId, index)) {
          held.add(`${index}-1`);
          const { slotsHeld, maxRunners } = tenantOf(await registry.get(installationId));
          instants.push({ slots: slotsHeld, limit: maxRunners });
          if (pick(3) > 0) return;
          await end(installationId, `${index}-1`);
          held.delete(`${index}-1`);
        }
      }),
    );

    expect(instants.length).toBeGreaterThan(5);
    expect(instants.filter(({ slots, limit }) => slots > limit)).toEqual([]);
    const open = await storesOn(createTestClock()).launches.countOpen(installationId);
    expect(tenantOf(await registry.get(installationId)).slotsHeld).toBe(open);
  },
);

test('while a tenant is suspended none of the admissions under way gets a slot', async () => {
  const installationId = 110;
  await register(installationId, { max_runners: 50 });
  let jobId = 0;
  let isOver = false;
  const grown: number[] = [];
  const admissions = Array.from({ length: 8 }, () => async () => {
    while (!isOver) await admit(installationId, (jobId += 1));
  });
  const suspensions = async (): Promise<void> => {
    for (let round = 0; round < 10; round += 1) {
      const before = await edit(installationId, 'status', 'suspended');
      const after = await edit(installationId, 'status', 'active');
      if (after > before) grown.push(after - before);
    }
    isOver = true;
  };
  await Promise.all([suspensions(), ...admissions.map((work) => work())]);
  expect(tenantOf(await registryOn().get(installationId)).slotsHeld).toBeGreaterThan(0);
  expect(grown).toEqual([]);
});

test('300 admissions by 10 workers give exactly the limit, and each slot its launch and its job', async () => {
  const installationId = 200;
  await register(installationId, { max_runners: 60 });
  const waiting = Array.from({ length: 300 }, (_, index) => index + 1);
  const admitted: number[] = [];
  const began = performance.now();
  await Promise.all(
    Array.from({ length: 10 }, async () => {
      for (let jobId = waiting.shift(); jobId !== undefined; jobId = waiting.shift())
        if (await admit(installationId, jobId)) admitted.push(jobId);
    }),
  );
  process.stdout.write(`300 admissions by 10 workers: ${Math.round(performance.now() - began)} ms\n`);
  expect(admitted).toHaveLength(60);
  const launchIds = admitted.map((jobId) => `${jobId}-1`).sort();
  const { jobs, launches, tenants } = storesOn(createTestClock());
  expect(tenantOf(await tenants.get(installationId))).toMatchObject({ slotsHeld: 60, slotChanges: 60 });
  expect((await launches.listOpen(installationId)).map(({ launchId }) => launchId).sort()).toEqual(launchIds);
  expect((await jobs.listOpen(installationId)).map(({ launchId }) => launchId).sort()).toEqual(launchIds);
});

test('300 admissions of ten tenants by 10 containers give exactly the limit over all of them', async () => {
  const { client } = local;
  const total = 100;
  const fleetSlots = createDynamoFleetSlots({ client, tableName: TABLES.launches });
  const tenants = Array.from({ length: 10 }, (_, index) => 300 + index);
  for (const installationId of tenants) await register(installationId, { max_runners: 50 });
  const waiting = Array.from({ length: 300 }, (_, index) => index + 1);
  const clock = createTestClock();
  const container = async (): Promise<number> => {
    const deps = {
      ...{ fleetSlots, clock, admissions: admissionsOn(), metrics: createRecordingMetrics() },
      settings: settings({ maxRunnersTotal: total }),
    };
    let admitted = 0;
    for (let jobId = waiting.shift(); jobId !== undefined; jobId = waiting.shift()) {
      const installationId = tenants[jobId % tenants.length] ?? 0;
      const row = job({ installationId, jobId, launchId: `${jobId}-1`, state: 'starting' });
      const answer = await admitJob(row, await registryOn().get(installationId), { isNew: true }, deps);
      if (answer.kind === 'admitted') admitted += 1;
    }
    return admitted;
  };
  const counts = await Promise.all(Array.from({ length: 10 }, container));
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(total);
  const shares = await fleetSlots.read();
  const slots = shares.flatMap((share) => [...share.slots]).sort();
  const launches = await Promise.all(tenants.map((id) => storesOn(clock).launches.listOpen(id)));
  expect(launches.flat().map(fleetSlotOf).sort()).toEqual(slots);
  expect(shares.filter((share) => share.slots.size > sizeOfShare(share.index, total))).toEqual([]);
});

test('of 300 launches at once each holds at most one slot, and releases twice give back no other', async () => {
  const installationId = 201;
  const registry = registryOn();
  await register(installationId, { max_runners: 7 });
  const ids = Array.from({ length: 100 }, (_, index) => index);
  const admitted = new Set<string>();
  const tryOne = (id: number) => async () => ((await admit(installationId, id)) ? admitted.add(`${id}-1`) : undefined);
  await atOnce([...ids, ...ids, ...ids].map(tryOne));
  const winners = [...admitted];
  expect(winners).toHaveLength(7);
  const gone = winners.slice(0, 3);
  const losers = ids.map((id) => `${id}-1`).filter((id) => !winners.includes(id));
  await atOnce([...gone, ...gone, ...losers].map((id) => () => end(installationId, id)));
  expect(tenantOf(await registry.get(installationId))).toMatchObject({ slotsHeld: 4, slotChanges: 10 });
  const left = await storesOn(createTestClock()).launches.listOpen(installationId);
  expect(left.map(({ launchId }) => launchId).sort()).toEqual(winners.slice(3).sort());
});

test('slots that are counted beside admissions, releases and each other are those that are held', async () => {
  const installationId = 202;
  const registry = registryOn();
  const { launches, tenants } = storesOn(createTestClock());
  await register(installationId, { max_runners: 9, slots_held: 7, slot_changes: 'broken' });
  // Each admission has rested by this clock; DynamoDB Local shows a transaction's rows at once.
  const later = createTestClock();
  later.advance(MARK_REST);
  const recount = () => recountSlots(installationId, { tenants, launches, clock: later });
  const edits = [3, 0, 9, 'broken'].map((value) => () => edit(installationId, 'slots_held', value));
  const jobIds = Array.from({ length: 60 }, (_, index) => index + 1);
  const lives = jobIds.map((jobId) => async () => {
    await recount();
    if (await admit(installationId, jobId)) await end(installationId, `${jobId}-1`);
    await edits[jobId % 20]?.();
    await recount();
  });
  await atOnce(lives);
  for (const jobId of [101, 102, 103]) await admit(installationId, jobId);
  await recount();
  expect(tenantOf(await registry.get(installationId)).slotsHeld).toBe(await launches.countOpen(installationId));
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
    ...storesOn(clock),
    lifecycle: createDynamoTenantLifecycle({ client, tableName: 'races-tenants', clock }),
    admissions: createDynamoAdmissions({ client, tables: TABLES, ...settings(), clock }),
  };
}

function storesOn(clock: Clock) {
  const { client } = local;
  return {
    tenants: registryOn(),
    jobs: createDynamoJobStore({ client, tableName: TABLES.jobs, launchesTable: TABLES.launches, clock }),
    launches: createDynamoLaunchStore({ client, tableName: TABLES.launches, clock }),
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
    expect(tenantOf(await ports.tenants.get(installationId)).slotsHeld).toBe(0);
    expect(await ports.launches.listOpen(installationId)).toEqual([]);
    expect(fleet.alive()).toEqual([]);
    const started = [...fleet.machines.values()].map(({ request }) => request.launchId);
    expect(new Set(started).size).toBe(started.length);
  },
);
