import { MINUTE, SECOND, plus } from '@multi-tenant-runner/core';
import fc from 'fast-check';
import { PLENTY, archiveOf, createDeployerHarness, type DeployerHarness } from '../test/deployer-harness';

const SOURCE = archiveOf({ Dockerfile: 'FROM scratch' });
const MOST = 12;
const commitOf = (index: number): string => index.toString(16).padStart(2, '0').padEnd(40, 'a');

/** `push`: GitHub dates it by its number, whenever it comes. `dies`: at the call so far ahead. */
const happening = fc.oneof(
  { weight: 4, arbitrary: fc.record({ what: fc.constant('push' as const), index: fc.nat(MOST - 1) }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constantFrom('built' as const, 'settled' as const) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constantFrom('fails' as const, 'hour' as const) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('dies' as const), ahead: fc.nat(5) }) },
);
type Happening = typeof happening extends fc.Arbitrary<infer One> ? One : never;

async function underWay(harness: DeployerHarness) {
  const all = await harness.deployments(await harness.app('shop'));
  return {
    begun: all.filter(({ state }) => state === 'building' || state === 'releasing'),
    waiting: all.filter(({ state }) => state === 'queued' || state === 'parked'),
  };
}

async function happen(one: Happening, begins: Date, harness: DeployerHarness): Promise<void> {
  const [building] = (await underWay(harness)).begun.filter(({ state }) => state === 'building');
  if (one.what === 'push') {
    await harness.push(commitOf(one.index), { at: plus(begins, one.index * SECOND) });
  } else if (one.what === 'built' && building) {
    await harness.built('shop', building.commit);
  } else if (one.what === 'fails' && building) {
    const run = harness.github.runs.find(({ title }) => title.includes(building.deploymentId));
    if (run) run.run = { ...run.run, status: 'completed', conclusion: 'failure' };
    harness.clock.advance(MINUTE);
    await harness.sweep();
  } else if (one.what === 'dies') {
    let left = one.ahead;
    harness.aws.crash = (operation) => {
      if ((left -= 1) < 0) {
        delete harness.aws.crash;
        throw new Error(`cut at ${operation}`);
      }
    };
  } else {
    harness.clock.advance(one.what === 'hour' ? 61 * MINUTE : 0);
    await harness.settle(1);
  }
}

test('in whatever order pushes and ends come, one is built at a time, and the newest serves', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { minLength: 4, maxLength: 20 }), async (happenings) => {
      const harness = createDeployerHarness();
      harness.settings({ quotas: new Map([['small', PLENTY]]) });
      for (let index = 0; index < MOST; index += 1) harness.github.archives.set(commitOf(index), SOURCE);
      await harness.declare('shop');
      const begins = harness.clock.now();
      let served = '';
      const pushed = happenings.flatMap((one) => (one.what === 'push' ? [one.index] : []));
      for (const one of happenings) {
        await happen(one, begins, harness);
        const { begun, waiting } = await underWay(harness);
        const id = (await harness.app('shop')).live?.deploymentId ?? '';
        expect([begun.length < 2, id >= served]).toEqual([true, true]);
        // Who died has said nothing of those that gave way; the next look does.
        if (harness.aws.crash === undefined && one.what === 'settled') expect(waiting.length).toBeLessThan(2);
        served = id;
      }
      delete harness.aws.crash;
      await harness.settle(2);
      for (let rounds = 0; rounds < 3; rounds += 1) {
        for (const { commit } of (await underWay(harness)).begun) await harness.built('shop', commit);
        await harness.settle(3);
      }
      const { wantedId, live, unfinished } = await harness.app('shop');
      const newest = Math.max(...pushed);
      const all = await harness.deployments(await harness.app('shop'));
      const last = all.find(({ deploymentId }) => deploymentId === wantedId);
      expect([unfinished?.size ?? 0, last?.commit]).toEqual([0, pushed.length > 0 ? commitOf(newest) : undefined]);
      if (last?.state !== 'failed') expect(live?.commit).toBe(last?.commit);
      expect(all.filter(({ state }) => state === 'live').length).toBe(live === undefined ? 0 : 1);
    }),
    { numRuns: 30 },
  );
});
