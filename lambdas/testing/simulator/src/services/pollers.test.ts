import { MINUTE, SECOND } from '@multi-tenant-runner/core';
import { STEP, createPollers } from './pollers';

test('five functions work on a queue at first, one more for each step in which messages wait, up to the most', () => {
  let at = 0;
  const pollers = createPollers(30, () => at);
  const growFor = (milliseconds: number): number => {
    for (const end = at + milliseconds; at < end; at += STEP) pollers.grow();
    return pollers.atOnce();
  };
  expect([growFor(0), growFor(STEP), growFor(SECOND), growFor(10 * SECOND)]).toEqual([5, 6, 11, 30]);
  // With nothing to do for a while they are few again.
  at += MINUTE;
  expect([pollers.atOnce(), growFor(SECOND)]).toEqual([5, 10]);
});

test('a queue whose mapping allows fewer never has more', () => {
  const pollers = createPollers(2, () => 0);
  pollers.grow();
  expect(pollers.atOnce()).toBe(2);
});
