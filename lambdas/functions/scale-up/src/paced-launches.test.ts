import { SECOND, plus, type Draw } from '@multi-tenant-runner/core';
import { createRecordingLog, createTestClock } from '@multi-tenant-runner/testing';
import { createPacedLaunches } from './paced-launches';
import type { ScaleUpDeps } from './deps';

const RATE = { calls: { burst: 5, perSecond: 2 }, machines: { burst: 1_000, perSecond: 2 } };

/** @param places the seconds until each place in the line; undefined: none soon */
function setUp(places: readonly (number | undefined)[]) {
  const clock = createTestClock();
  const taken: (readonly Draw[])[] = [];
  const budgets = {
    place: async (draws: readonly Draw[], longest: number) => {
      const seconds = places[taken.length];
      if (seconds === -1) throw new Error('no table');
      // What is too far away takes nothing.
      if (seconds !== undefined && seconds * SECOND > longest) return undefined;
      taken.push(draws);
      return seconds === undefined ? undefined : plus(clock.now(), seconds * SECOND);
    },
  };
  const scaleUp = { launchRate: RATE, leaseMilliseconds: 90 * SECOND } as ScaleUpDeps['scaleUp'];
  const { launch } = createPacedLaunches(
    { budgets, scaleUp, clock, log: createRecordingLog() },
    (milliseconds, callBack) => {
      // The bound of a turn never comes.
      if (milliseconds >= 20 * SECOND) return () => undefined;
      setImmediate(() => {
        clock.advance(milliseconds);
        callBack();
      });
      return () => undefined;
    },
  );
  const begun: { readonly tenant: number; readonly at: number }[] = [];
  const start = clock.now().getTime();
  const call = (tenant: number, machines = 1) =>
    launch(tenant, machines, async () => {
      begun.push({ tenant, at: (clock.now().getTime() - start) / SECOND });
      return { kind: 'started' };
    });
  return { call, begun, taken, clock };
}

test('a call starts at its place, and takes one call and its machines of the line', async () => {
  const { call, begun, taken } = setUp([0, 3]);
  await call(1, 25);
  await call(2);
  expect(begun).toEqual([
    { tenant: 1, at: 0 },
    { tenant: 2, at: 3 },
  ]);
  expect(taken[0]?.map(({ tokens }) => tokens)).toEqual([1, 25]);
});

test('tenants take turns, whoever asked first', async () => {
  const { call, begun } = setUp([0, 1, 1, 1, 1]);
  await Promise.all([call(1), call(1), call(1), call(2), call(3)]);
  expect(begun.slice(1).map(({ tenant }) => tenant)).toEqual([2, 3, 1, 1]);
});

test('one call of each other tenant starts with a turn, where it may at once', async () => {
  const { call, begun } = setUp([0, 0, 0, 4, 5, 6]);
  await Promise.all([call(1), call(1), call(1), call(2), call(3), call(4)]);
  expect([...begun].sort((a, b) => a.at - b.at || a.tenant - b.tenant)).toEqual([
    { tenant: 1, at: 0 },
    { tenant: 2, at: 0 },
    { tenant: 3, at: 0 },
    { tenant: 4, at: 4 },
    { tenant: 1, at: 9 },
    { tenant: 1, at: 15 },
  ]);
});

test('without a place soon the call is not made, and counts as throttled', async () => {
  const { call, begun } = setUp([undefined]);
  await expect(call(1)).resolves.toMatchObject({ kind: 'throttled' });
  expect(begun).toEqual([]);
});

test('a launch that has waited for its turn for too long takes no place', async () => {
  const { call, begun, taken } = setUp([0, 9, 9, 9, 9]);
  const answers = await Promise.all([1, 2, 3, 4, 5].map((tenant) => call(tenant)));
  expect(begun.map(({ tenant }) => tenant)).toEqual([1, 2, 3, 4]);
  expect(answers.at(-1)).toMatchObject({ kind: 'throttled' });
  expect(taken).toHaveLength(4);
});

test('nor does one ride along that has slept meanwhile', async () => {
  const { call, begun, taken, clock } = setUp([0, 0, 0]);
  const answers = Promise.all([1, 2, 3].map((tenant) => call(tenant)));
  clock.advance(60 * SECOND);
  const throttled = expect.objectContaining({ kind: 'throttled' }) as unknown;
  await expect(answers).resolves.toEqual([{ kind: 'started' }, throttled, throttled]);
  expect(begun.map(({ tenant }) => tenant)).toEqual([1]);
  expect(taken).toHaveLength(1);
});

test('a line that cannot be read holds nobody up', async () => {
  const { call, begun } = setUp([-1]);
  await expect(call(1)).resolves.toEqual({ kind: 'started' });
  expect(begun).toHaveLength(1);
});
