import { MINUTE, SECOND } from '@multi-tenant-runner/core';
import { createFairShare } from './fair-share';

function shareAt(start = 1_000_000) {
  let time = start;
  const share = createFairShare(() => time);
  const receive = (group: string, count: number): void => {
    for (let index = 0; index < count; index += 1) share.received(group);
  };
  return { share, receive, advance: (milliseconds: number) => (time += milliseconds) };
}

test('thirty messages in flight and more than a tenth of all make a tenant noisy', () => {
  const { share, receive } = shareAt();
  share.sent('a');
  receive('a', 29);
  expect(share.isNoisy('a')).toBe(false);
  receive('a', 1);
  expect(share.isNoisy('a')).toBe(true);
});

test('a tenth itself is no more than a tenth', () => {
  const { share, receive } = shareAt();
  share.sent('a');
  receive('a', 30);
  receive('b', 270);
  expect(share.isNoisy('a')).toBe(false);
  share.returned('b', 0);
  expect(share.isNoisy('a')).toBe(true);
});

test('more than a tenth of the time of the consumers makes a tenant noisy, for as long as it is recent', () => {
  const { share, receive, advance } = shareAt();
  share.sent('a');
  share.sent('b');
  receive('a', 1);
  receive('b', 1);
  share.returned('a', 9 * SECOND);
  share.returned('b', SECOND);
  expect([share.isNoisy('a'), share.isNoisy('b')]).toEqual([true, false]);
  advance(2 * MINUTE);
  expect(share.isNoisy('a')).toBe(false);
});

test('five minutes in which a tenant sends nothing make it quiet, whatever is in flight', () => {
  const { share, receive, advance } = shareAt();
  share.sent('a');
  receive('a', 50);
  advance(5 * MINUTE - 1);
  expect(share.isNoisy('a')).toBe(true);
  advance(1);
  expect(share.isNoisy('a')).toBe(false);
});
