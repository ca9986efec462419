import { MINUTE, TAG } from '@multi-tenant-runner/core';
import { intent, jobMessage } from '@multi-tenant-runner/testing';
import { createFunctions, type Functions } from './functions';
import { createMachineSide, type MachineSide } from './machine-side';
import { announceAll, fillAndBoot, poolOf } from './pools';
import { brokenPromises, createSystem, type System } from './system';

interface Pooled {
  readonly system: System;
  readonly functions: Functions;
  readonly side: MachineSide;
}

async function pooled(pool = poolOf(), jobIds: readonly number[] = [1]): Promise<Pooled> {
  const system = createSystem({ pools: pool });
  system.harness.addTenant({ max_runners: 5 });
  for (const jobId of jobIds) system.harness.state.github.jobs.set(jobId, { status: 'queued' });
  const functions = createFunctions(system);
  await fillAndBoot(system, functions);
  return { system, functions, side: createMachineSide(system) };
}

const waiting = ({ system }: Pooled): string[] =>
  [...system.harness.state.pool.blanks.values()].map(({ instanceId = '' }) => instanceId);
const alive = ({ system }: Pooled): string[] => system.harness.state.fleet.alive().map(({ instanceId }) => instanceId);

describe('a machine that waits in a pool', () => {
  test("has no tenant's tags, the shared group, and no configuration", async () => {
    const world = await pooled();
    const [machine] = world.system.harness.state.fleet.alive();
    expect(machine?.tags).toEqual({
      [TAG.environment]: world.system.harness.environment,
      [TAG.runnerTier]: 'small',
      [TAG.blankId]: expect.any(String),
    });
    expect([...world.system.harness.state.blanks.groups.values()]).toEqual(['sg-shared']);
    const answer = await world.side.claim(waiting(world)[0] ?? '');
    expect(answer).toMatchObject({ statusCode: 202, body: expect.stringContaining('"blank":true') });
  });

  test('is announced once: nobody else speaks for it afterwards', async () => {
    const world = await pooled();
    const [instanceId = ''] = waiting(world);
    await expect(world.side.claim(instanceId, { nonce: 'nonce-of-somebody-else-00' })).resolves.toMatchObject({
      statusCode: 403,
      body: expect.stringContaining('claimed-before'),
    });
    await expect(world.side.claim(instanceId)).resolves.toMatchObject({ statusCode: 202 });
  });

  test('is not announced by a secret of another call, nor by another machine of its own', async () => {
    const world = await pooled(poolOf({ size: 2 }));
    const { fleet, pool } = world.system.harness.state;
    const [one = '', other = ''] = waiting(world);
    const interfaceId = fleet.machines.get(other)?.interfaceId ?? '';
    await expect(world.side.claim(one, { interfaceId })).resolves.toMatchObject({ statusCode: 403 });
    // A call of its own.
    const [first] = pool.blanks.values();
    if (first !== undefined) await pool.vacate(first);
    await world.functions.fill('small');
    const third = waiting(world).find((id) => id !== one && id !== other) ?? '';
    const secret = fleet.machines.get(third)?.request.userData.claimSecret ?? '';
    for (const launchIndex of [0, 1]) {
      const answer = await world.side.claim(other, { secret, launchIndex });
      // It is told what a stranger is told.
      expect(answer).toMatchObject({ statusCode: 202 });
      expect(answer.body).not.toContain('blank');
    }
  });
});

describe('the filling of a pool', () => {
  const callsOf = ({ system }: Pooled): number =>
    system.harness.names().filter((name) => name === 'blanks.start').length;

  test('starts several machines by one call, each in its own place', async () => {
    const world = await pooled(poolOf({ size: 25 }));
    const { pool, fleet } = world.system.harness.state;
    // Ten a call.
    expect(callsOf(world)).toBe(3);
    expect(fleet.machines.size).toBe(25);
    for (const { instanceId = '', interfaceId, intent, announcement } of pool.blanks.values()) {
      const machine = fleet.machines.get(instanceId);
      expect({ interfaceId, index: intent.group?.index }).toEqual({
        interfaceId: machine?.interfaceId,
        index: machine?.launchIndex,
      });
      expect(announcement).toBeDefined();
    }
  });

  test('gives the places of machines that EC2 has no room for to those of another candidate', async () => {
    const system = createSystem({ pools: poolOf({ size: 5 }) });
    const { pool, fleet } = system.harness.state;
    let first: string | undefined;
    fleet.makeRoomFor(({ candidate }) => candidate === (first ??= candidate), 2);
    await fillAndBoot(system, createFunctions(system));
    expect([...pool.blanks.values()].filter(({ announcement }) => announcement !== undefined)).toHaveLength(5);
    const candidates = [...fleet.machines.values()].map(({ request }) => request.intent.candidate);
    expect(candidates.filter((candidate) => candidate === first)).toHaveLength(2);
    expect(candidates).toHaveLength(5);
  });

  test('leaves the places that another invocation fills, and asks for those before and behind them', async () => {
    const system = createSystem({ pools: poolOf({ size: 5 }) });
    const functions = createFunctions(system);
    const { pool, fleet } = system.harness.state;
    const undo = system.harness.faults.before('pool.occupy', async () => {
      undo();
      const [mine] = [...pool.blanks.values()];
      expect(mine).toBeUndefined();
      const other = {
        tier: 'small',
        place: 2,
        blankId: 'of-another',
        intent: intent(),
        createdAt: '2026-01-15T12:00:00Z',
      };
      await pool.occupy(other);
    });
    await fillAndBoot(system, functions);
    expect([...pool.blanks.values()].map(({ place }) => place).sort()).toEqual([0, 1, 2, 3, 4]);
    expect(fleet.machines.size).toBe(4);
    expect(new Set([...fleet.machines.values()].map(({ clientToken }) => clientToken)).size).toBe(2);
    const announced = [...pool.blanks.values()].filter(({ announcement }) => announcement !== undefined);
    expect(announced.map(({ place }) => place).sort()).toEqual([0, 1, 3, 4]);
  });

  test('whose answer is lost leaves nothing behind, and is made good', async () => {
    const system = createSystem({ pools: poolOf({ size: 3 }) });
    const functions = createFunctions(system);
    system.harness.state.fleet.answerUnknownOnce({ machineStarts: true });
    await fillAndBoot(system, functions);
    expect(system.harness.state.fleet.alive()).toHaveLength(3);
    system.harness.clock.advance(11 * MINUTE);
    await functions.sweep();
    await functions.sweep();
    expect(system.harness.state.fleet.alive()).toEqual([]);
    await fillAndBoot(system, functions);
    expect(system.harness.state.fleet.alive()).toHaveLength(3);
  });
});

describe('a launch of a size with a pool', () => {
  test('takes the machine that waits, as its tenant, and the place is filled again at once', async () => {
    const world = await pooled();
    const [instanceId = ''] = waiting(world);
    await world.functions.scaleUp(jobMessage({ jobId: 1 }));
    expect(world.system.launchOf(1)).toMatchObject({
      state: 'running',
      instanceId,
      intent: { securityGroupId: 'sg-acme', tenantTier: 'small' },
      blank: { blankId: expect.any(String) },
    });
    expect(world.system.machineOf(1).tags).toMatchObject({ [TAG.tenantId]: '1001', [TAG.launchId]: '1-1' });
    expect(world.system.harness.state.blanks.groups.get(instanceId)).toBe('sg-acme');
    expect(waiting(world)).toHaveLength(1);
    expect(waiting(world)).not.toContain(instanceId);
    expect(brokenPromises(world.system, 5)).toEqual([]);
    await expect(world.side.claim(instanceId)).resolves.toMatchObject({ statusCode: 200 });
  });

  test('gives the configuration to nobody but the boot that announced the machine', async () => {
    const world = await pooled();
    await world.functions.scaleUp(jobMessage({ jobId: 1 }));
    const { instanceId } = world.system.machineOf(1);
    await expect(world.side.claim(instanceId, { nonce: 'nonce-of-somebody-else-00' })).resolves.toMatchObject({
      statusCode: 403,
    });
    await expect(world.side.claim(instanceId)).resolves.toMatchObject({ statusCode: 200 });
  });

  test('of two at once, one takes the machine and the other starts one', async () => {
    const world = await pooled(poolOf(), [1, 2]);
    const [instanceId] = waiting(world);
    await Promise.all([1, 2].map((jobId) => world.functions.scaleUp(jobMessage({ jobId }))));
    const launches = [1, 2].map((jobId) => world.system.launchOf(jobId));
    expect(launches.map(({ state }) => state)).toEqual(['running', 'running']);
    expect(launches.filter((launch) => launch.instanceId === instanceId)).toHaveLength(1);
    expect(launches.filter(({ blank }) => blank === undefined)).toHaveLength(1);
    expect(brokenPromises(world.system, 5)).toEqual([]);
  });

  test('ends a machine that EC2 gives no group and no tags, and takes another', async () => {
    const world = await pooled(poolOf({ size: 2 }));
    const before = waiting(world);
    world.system.harness.faults.fail('blanks.dress', new Error('EC2 does not answer'));
    await world.functions.scaleUp(jobMessage({ jobId: 1 }));
    const launch = world.system.launchOf(1);
    expect(launch).toMatchObject({ state: 'running', launchId: '1-1' });
    expect(before).toContain(launch.instanceId);
    const ended = before.filter((id) => id !== launch.instanceId);
    expect(alive(world)).not.toEqual(expect.arrayContaining(ended));
    await expect(world.side.claim(ended[0] ?? '')).resolves.toMatchObject({ statusCode: 202 });
  });

  test('takes no other before EC2 has said that the first one ends', async () => {
    const world = await pooled(poolOf({ size: 2 }));
    world.system.harness.faults.fail('blanks.dress', new Error('EC2 does not answer'));
    for (const machine of world.system.harness.state.fleet.alive()) machine.isProtected = true;
    await world.functions.scaleUp(jobMessage({ jobId: 1 }));
    const { state, instanceId } = world.system.launchOf(1);
    expect(state).toBe('launching');
    expect(waiting(world)).toHaveLength(1);
    // The next delivery goes on with the same machine.
    world.system.harness.clock.advance(6 * MINUTE);
    await world.functions.scaleUp(jobMessage({ jobId: 1 }), 2);
    expect(world.system.launchOf(1)).toMatchObject({ state: 'running', instanceId });
  });

  test('starts one as ever where none is ready', async () => {
    const world = await pooled(poolOf({ size: 0 }));
    await world.functions.scaleUp(jobMessage({ jobId: 1 }));
    expect(world.system.launchOf(1)).toMatchObject({ state: 'running' });
    expect(world.system.launchOf(1)).not.toHaveProperty('blank');
  });

  test('pays for the machine from the moment in which it took it', async () => {
    const world = await pooled();
    world.system.harness.clock.advance(60 * MINUTE);
    await world.functions.scaleUp(jobMessage({ jobId: 1 }));
    const { instanceId } = world.system.machineOf(1);
    await world.system.jobEvent(world.system.takeJob(instanceId, 1));
    world.system.harness.clock.advance(5 * MINUTE);
    await world.system.jobEvent(world.system.finishJob(instanceId, 1));
    await world.system.shutDown(instanceId);
    const lives = [...world.system.harness.state.usage.lives.values()];
    expect(lives).toMatchObject([{ launchId: '1-1', seconds: 300 }]);
  });
});

describe("a tenant's own pool", () => {
  test('has its tags and its group from the beginning, and no other tenant takes from it', async () => {
    const world = await pooled(poolOf({ size: 0, dedicated: new Map([[1001, 1]]) }), [1, 2]);
    const { harness } = world.system;
    const [instanceId = ''] = waiting(world);
    expect(harness.state.fleet.machines.get(instanceId)?.tags).toMatchObject({ [TAG.tenantId]: '1001' });
    expect(harness.state.blanks.groups.get(instanceId)).toBe('sg-acme');
    harness.addTenant({ installation_id: 1002, account_id: 502, org_name: 'globex', security_group_id: 'sg-1002' });
    await world.functions.scaleUp(jobMessage({ jobId: 2, installationId: 1002, owner: 'globex', ownerId: 502 }));
    expect(waiting(world)).toEqual([instanceId]);
    await world.functions.scaleUp(jobMessage({ jobId: 1 }));
    expect(world.system.launchOf(1)).toMatchObject({ instanceId });
  });

  test('is empty while the tenant is suspended', async () => {
    const world = await pooled(poolOf({ size: 0, dedicated: new Map([[1002, 1]]) }));
    expect(waiting(world)).toEqual([]);
  });
});

describe('the sweep of pools', () => {
  const later = async (world: Pooled, milliseconds: number): Promise<void> => {
    world.system.harness.clock.advance(milliseconds);
    await world.functions.sweep();
  };

  test('has the places filled that are free', async () => {
    const world = await pooled(poolOf({ size: 3 }));
    world.system.harness.state.pool.blanks.clear();
    await world.functions.sweep();
    expect(world.system.harness.state.queue.fills).toEqual(['small']);
    // Its machines have no row any more.
    expect(alive(world)).toEqual([]);
  });

  test('ends a machine that never announced itself, and one that is too old', async () => {
    const world = await pooled(poolOf({ maxIdle: 30 * MINUTE }));
    await later(world, 29 * MINUTE);
    expect(alive(world)).toHaveLength(1);
    await later(world, 2 * MINUTE);
    expect(alive(world)).toEqual([]);
    await world.functions.fill('small');
    await later(world, 11 * MINUTE);
    expect(alive(world)).toEqual([]);
  });

  test('leaves one alone that a launch took a moment ago, whatever EC2 shows of its tags', async () => {
    const world = await pooled();
    const [instanceId = ''] = waiting(world);
    world.system.harness.state.fleet.view.hold();
    await world.functions.scaleUp(jobMessage({ jobId: 1 }));
    world.system.harness.state.launches.instanceIndex.hold();
    await later(world, 14 * MINUTE);
    expect(world.system.harness.state.fleet.machines.get(instanceId)?.state).toBe('running');
    expect(world.system.launchOf(1)).toMatchObject({ state: 'running' });
  });

  test('leaves one alone that a launch takes while its place is being cleared', async () => {
    const world = await pooled(poolOf({ maxIdle: 30 * MINUTE }));
    const [instanceId = ''] = waiting(world);
    world.system.harness.clock.advance(31 * MINUTE);
    const undo = world.system.harness.faults.before('pool.vacate', async () => {
      undo();
      await world.functions.scaleUp(jobMessage({ jobId: 1 }));
    });
    await world.functions.sweep();
    expect(world.system.launchOf(1)).toMatchObject({ state: 'running', instanceId });
    expect(alive(world)).toContain(instanceId);
  });

  test('ends a machine that a launch took before its message was lost for good', async () => {
    const world = await pooled();
    const [instanceId = ''] = waiting(world);
    world.system.harness.faults.fail('blanks.dress', new Error('dies'));
    world.system.harness.faults.fail('fleet.terminate', new Error('dies'));
    await world.functions.scaleUp(jobMessage({ jobId: 1 }));
    expect(world.system.launchOf(1)).toMatchObject({ state: 'launching', instanceId });
    await later(world, 16 * MINUTE);
    expect(world.system.harness.state.fleet.machines.get(instanceId)?.state).toBe('shutting-down');
    expect(world.system.job(1).state).not.toBe('starting');
  });

  test('ends the machines of a pool that is gone, smaller, or of another launch template', async () => {
    const pools = new Map(poolOf({ size: 3 }));
    const world = await pooled(pools);
    const small = poolOf({ size: 2 }).get('small');
    pools.set('small', small!);
    await world.functions.sweep();
    expect(waiting(world)).toHaveLength(2);
    pools.set('small', { ...small!, template: 'lt-small/2' });
    await world.functions.sweep();
    expect(waiting(world)).toEqual([]);
    pools.set('small', small!);
    await world.functions.fill('small');
    pools.clear();
    await world.functions.sweep();
    expect(alive(world)).toEqual([]);
  });

  test('forgets whose a machine is once no function can go by an older list', async () => {
    const world = await pooled();
    await world.functions.scaleUp(jobMessage({ jobId: 1 }));
    await announceAll(world.system);
    await later(world, 5 * MINUTE);
    expect(world.system.harness.state.pool.bound.size).toBe(1);
    await later(world, 30 * MINUTE);
    expect(world.system.harness.state.pool.bound.size).toBe(0);
  });
});
