import { SECOND, plus } from '@multi-tenant-runner/core';
import { createTestClock } from '@multi-tenant-runner/testing';
import { createAccountLine } from './account-line';
import type { Outcome, Update } from './table';

const DRAWS = [{ tokens: 1, rate: { burst: 5, perSecond: 2 } }];
const KEY = { installation_id: { N: '0' }, job_id: { N: '0' } };

/** A row that only one write at a time may change, and each write takes until it is let through. */
function setUp() {
  const clock = createTestClock();
  const writes: (() => void)[] = [];
  let fails = false;
  const update = (_update: Update): Promise<Outcome> =>
    new Promise((resolve, reject) => {
      writes.push(() => (fails ? reject(new Error('no table')) : resolve({ ok: true, item: {} })));
    });
  const place = createAccountLine({ update }, KEY, clock);
  return { clock, place, writes, failFromNow: (): void => void (fails = true) };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('those that ask while a write is under way share the next one, each with a place of its own', async () => {
  const { clock, place, writes } = setUp();
  const places = Promise.all(Array.from({ length: 8 }, () => place(DRAWS, 10 * SECOND)));
  expect(writes).toHaveLength(1);
  writes[0]?.();
  await settled();
  expect(writes).toHaveLength(2);
  writes[1]?.();
  const expected = [0, 0, 0, 0, 0, 0.5, 1, 1.5].map((seconds) => plus(clock.now(), seconds * SECOND));
  await expect(places).resolves.toEqual(expected);
  expect(writes).toHaveLength(2);
});

test('one that is too far away takes nothing from those behind it, and costs no write', async () => {
  const { clock, place, writes } = setUp();
  const first = place(DRAWS, 0);
  const others = Promise.all([place([{ tokens: 5, rate: { burst: 5, perSecond: 2 } }], 0), place(DRAWS, 0)]);
  for (const at of [0, 1]) {
    writes[at]?.();
    await settled();
  }
  await expect(first).resolves.toEqual(clock.now());
  await expect(others).resolves.toEqual([undefined, clock.now()]);
  await expect(place([{ tokens: 5, rate: { burst: 5, perSecond: 2 } }], 0)).resolves.toBeUndefined();
  expect(writes).toHaveLength(2);
});

test('a write that fails fails those of it alone, and the next ones are asked for', async () => {
  const { place, writes, failFromNow } = setUp();
  failFromNow();
  const [first, second] = [place(DRAWS, 0), place(DRAWS, 0)];
  writes[0]?.();
  await expect(first).rejects.toThrow('no table');
  await settled();
  expect(writes).toHaveLength(2);
  writes[1]?.();
  await expect(second).rejects.toThrow('no table');
});
