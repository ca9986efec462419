import { SECOND, plus } from '@multi-tenant-runner/core';
import { InvocationOver } from '@multi-tenant-runner/runtime';
import { createTestClock } from '@multi-tenant-runner/testing';
import { createAccountLine } from './account-line';
import type { Outcome, Update } from './table';

const DRAWS = [{ tokens: 1, rate: { burst: 5, perSecond: 2 } }] as const;
const KEY = { installation_id: { N: '0' }, job_id: { N: '0' } };

/** A row that only one write at a time may change, and each write takes until it is let through. */
function setUp() {
  const clock = createTestClock();
  const writes: (() => void)[] = [];
  let failure: Error | undefined;
  const update = (_update: Update): Promise<Outcome> =>
    new Promise((resolve, reject) => {
      writes.push(() => (failure ? reject(failure) : resolve({ ok: true, item: {} })));
    });
  const place = createAccountLine({ update }, KEY, clock);
  return { clock, place, writes, failWith: (cause: Error | undefined): void => void (failure = cause) };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('those that ask at once share a write, those that ask meanwhile the next, each with its own place', async () => {
  const { clock, place, writes } = setUp();
  const ask = (count: number) => Array.from({ length: count }, () => place(DRAWS, 10 * SECOND));
  const first = ask(3);
  await settled();
  expect(writes).toHaveLength(1);
  const then = ask(5);
  writes[0]?.();
  await settled();
  expect(writes).toHaveLength(2);
  writes[1]?.();
  const expected = [0, 0, 0, 0, 0, 0.5, 1, 1.5].map((seconds) => plus(clock.now(), seconds * SECOND));
  await expect(Promise.all([...first, ...then])).resolves.toEqual(expected);
  expect(writes).toHaveLength(2);
});

test('one that is too far away takes nothing from those behind it, and costs no write', async () => {
  const { clock, place, writes } = setUp();
  const all = Promise.all([place(DRAWS, 0), place([{ tokens: 5, rate: DRAWS[0].rate }], 0), place(DRAWS, 0)]);
  await settled();
  writes[0]?.();
  await expect(all).resolves.toEqual([clock.now(), undefined, clock.now()]);
  await expect(place([{ tokens: 5, rate: DRAWS[0].rate }], 0)).resolves.toBeUndefined();
  expect(writes).toHaveLength(1);
});

test('a write that fails fails those of it alone, and the next ones are asked for', async () => {
  const { place, writes, failWith } = setUp();
  failWith(new Error('no table'));
  const first = place(DRAWS, 0);
  await settled();
  const second = place(DRAWS, 0);
  writes[0]?.();
  await expect(first).rejects.toThrow('no table');
  await settled();
  expect(writes).toHaveLength(2);
  writes[1]?.();
  await expect(second).rejects.toThrow('no table');
});

test('those that share a write get their places by another where the first one’s invocation is over', async () => {
  const { clock, place, writes, failWith } = setUp();
  failWith(new InvocationOver('over'));
  const [first, second, third] = [place(DRAWS, 0), place(DRAWS, 0), place(DRAWS, 0)];
  await settled();
  writes[0]?.();
  await expect(first).rejects.toThrow('over');
  failWith(undefined);
  await settled();
  writes[1]?.();
  await expect(Promise.all([second, third])).resolves.toEqual([clock.now(), clock.now()]);
  expect(writes).toHaveLength(2);
});
