import { intentAhead } from '@multi-tenant-runner/scale-up/intent-ahead';
import type { Job } from '@multi-tenant-runner/core';
import { job } from '@multi-tenant-runner/testing';
import { setUp } from './counterexamples/setup';
import { brokenPromises, type System } from './system';

/** What the launch's row is once it has its slot, and every call of the worker. */
async function start(system: System): Promise<{ readonly begins: string; readonly calls: readonly string[] }> {
  let begins = '';
  system.harness.faults.after('admissions.admit', () => {
    const [launch] = system.harness.state.launches.all();
    begins = `${launch?.state} with${launch?.intent === undefined ? 'out' : ''} intent`;
  });
  const before = system.harness.calls.length;
  await system.queueJob(1);
  return { begins, calls: system.harness.names().slice(before) };
}

test('a job that asks EC2 alone and at once has its intent in the write of its slot', async () => {
  const { begins, calls } = await start(setUp());
  expect(begins).toBe('launching with intent');
  expect(calls).toEqual([
    ...['registry.get', 'admissions.admit', 'github.authorize', 'github.findRunnerGroup', 'fleet.run'],
    ...['github.createJitConfig', 'configs.put', 'registry.rememberGroup'],
    'launches.change',
  ]);
});

test('and gives its slot back at once where GitHub lets nothing start, as nobody has asked EC2', async () => {
  const system = setUp();
  const retryAt = new Date(system.harness.clock.now().getTime() + 60_000);
  system.harness.state.github.fail({ kind: 'limited', retryAt }, { method: 'authorize', times: 1 });
  const { begins } = await start(system);
  expect(begins).toBe('launching with intent');
  expect(system.slots()).toEqual([]);
  expect(system.harness.state.launches.all()).toMatchObject([{ launchId: '1-1', state: 'ended' }]);
  expect(system.harness.state.fleet.machines.size).toBe(0);
  expect(brokenPromises(system, 1)).toEqual([]);
});

test('EC2 that turns it away has been asked for the first time, so its slot comes back at once, too', async () => {
  const system = setUp();
  system.harness.state.fleet.refuse(() => true);
  await start(system);
  expect(system.slots()).toEqual([]);
  expect(system.job(1)).toMatchObject({ state: 'parked', reason: 'capacity' });
});

describe('what EC2 is asked for is not known before the slot', () => {
  const seatFor = (isAlone: boolean) => ({
    ask: () => Promise.reject(new Error('nobody asks here')),
    leave: () => undefined,
    isAlone: () => isAlone,
  });
  const waiting: Job = job({ jobId: 1 });

  test.each<[string, boolean, Record<string, unknown>]>([
    ['beside others of its tenant and size in its event', false, {}],
    ['while GitHub limits its tenant', true, { github_limited_until: '2099-01-01T00:00:00.000Z' }],
    ['of a suspended tenant', true, { status: 'suspended' }],
    ['without the network of its tenant', true, { security_group_id: undefined }],
  ])('%s', async (_what, isAlone, overrides) => {
    const system = setUp();
    const seat = seatFor(isAlone);
    const alone = await system.harness.state.tenants.get(1001);
    await expect(intentAhead(waiting, alone, { ...system.scaleUp(), seat: seatFor(true) })).resolves.toBeDefined();
    const { rows } = system.harness.state.tenants;
    rows.set(1001, { ...rows.get(1001), ...overrides });
    const lookup = await system.harness.state.tenants.get(1001);
    await expect(intentAhead(waiting, lookup, { ...system.scaleUp(), seat })).resolves.toBeUndefined();
  });

  test('where a machine may wait for it, or tenants share calls', async () => {
    const system = setUp();
    const lookup = await system.harness.state.tenants.get(1001);
    const deps = system.scaleUp();
    const pools = new Map([[waiting.tier, {}]]);
    const tiers = new Map([[waiting.tier, new Set<number>()]]);
    const pooled = { ...deps, pooling: { pools } } as unknown as typeof deps;
    const shared = { ...deps, sharing: { tiers } } as unknown as typeof deps;
    await expect(intentAhead(waiting, lookup, pooled)).resolves.toBeUndefined();
    await expect(intentAhead(waiting, lookup, shared)).resolves.toBeUndefined();
    const dedicated = { ...deps, sharing: { tiers: new Map([[waiting.tier, new Set([1001])]]) } };
    await expect(intentAhead(waiting, lookup, dedicated as unknown as typeof deps)).resolves.toBeDefined();
  });
});
