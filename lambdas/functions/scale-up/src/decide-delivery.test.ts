import { ENDED_JOB_STATES, LAUNCH_STATES, OPEN_JOB_STATES, type LaunchState } from '@multi-tenant-runner/core';
import { job, launch } from '@multi-tenant-runner/testing';
import { decideDelivery } from './decide-delivery';

const decide = (state: Parameters<typeof job>[0], launchState?: LaunchState, deliveryId = 'delivery-1') =>
  decideDelivery(job(state), launchState === undefined ? undefined : launch({ state: launchState }), deliveryId);

test.each([...ENDED_JOB_STATES, 'running'] as const)(
  'a job that is %s starts nothing; a slot held for it is given back',
  (state) => {
    for (const launchState of [undefined, ...LAUNCH_STATES])
      expect(decide({ state }, launchState)).toBe(launchState === 'held' ? 'release' : 'leave');
  },
);

test.each(['queued', 'starting'] as const)('a job that is %s goes for a slot until it has one', (state) => {
  expect(decide({ state })).toBe('admit');
});

test('a parked job takes no slot by itself: the one that waits longest goes first', () => {
  expect(decide({ state: 'parked' })).toBe('leave');
});

test.each(OPEN_JOB_STATES.filter((state) => state !== 'running'))(
  'a job that is %s goes on where a launch of it stopped',
  (state) => {
    expect(decide({ state }, 'held')).toBe('go-on');
    expect(decide({ state }, 'launching')).toBe('go-on');
  },
);

test.each(['running', 'ending', 'ended'] as const)(
  'a launch that is %s is not touched by a late message',
  (launchState) => {
    expect(decide({ state: 'starting' }, launchState)).toBe('leave');
  },
);

test('another delivery of a job that GitHub held back, or whose end we decided, is a question to GitHub', () => {
  expect(decide({ state: 'parked', gatedAt: '2026-01-15T12:00:00.000Z' }, undefined, 'delivery-2')).toBe('ask');
  expect(decide({ state: 'expired', reason: 'too-old' }, undefined, 'delivery-2')).toBe('ask');
  expect(decide({ state: 'cancelled', reason: 'gone-at-github' }, undefined, 'delivery-2')).toBe('ask');
});

test('a repetition of the same delivery is none, and neither is any after GitHub’s own end', () => {
  expect(decide({ state: 'parked', gatedAt: '2026-01-15T12:00:00.000Z' })).toBe('leave');
  expect(decide({ state: 'expired', reason: 'too-old' })).toBe('leave');
  expect(decide({ state: 'completed' }, undefined, 'delivery-2')).toBe('leave');
  expect(decide({ state: 'parked', reason: 'limit' }, undefined, 'delivery-2')).toBe('leave');
});
