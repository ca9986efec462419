import fc from 'fast-check';
import { HOUR, MINUTE, SECOND, decideCall, reserveOf } from '@multi-tenant-runner/core';
import { createTestClock } from '@multi-tenant-runner/testing';
import { createBudgets, parseBucket } from './budgets';

const NOW = new Date('2026-01-15T12:00:00.000Z');
const JIT = 'POST /orgs/acme/actions/runners/generate-jitconfig';
const LOOK = 'GET /orgs/acme/actions/runners';

function headers(
  remaining: number,
  { limit = 5_000, inMinutes = 30, resource = 'core', now = NOW } = {},
): Record<string, string> {
  return {
    'x-ratelimit-limit': String(limit),
    'x-ratelimit-remaining': String(remaining),
    'x-ratelimit-reset': String((now.getTime() + inMinutes * MINUTE) / SECOND),
    'x-ratelimit-resource': resource,
  };
}

function setUp() {
  const clock = createTestClock(NOW.toISOString());
  return { clock, budgets: createBudgets({ clock }) };
}

describe('an allowance', () => {
  test('goes to launches to the last call, and to housekeeping down to the reserve', () => {
    const { budgets, clock } = setUp();
    const resetAt = new Date(NOW.getTime() + 30 * MINUTE);
    budgets.record(1, LOOK, headers(501));
    expect(budgets.notBefore(1, LOOK, 'housekeeping')).toBeUndefined();
    budgets.record(1, LOOK, headers(500));
    expect(budgets.notBefore(1, LOOK, 'housekeeping')).toEqual(resetAt);
    budgets.record(1, LOOK, headers(1));
    expect(budgets.notBefore(1, JIT, 'launch')).toBeUndefined();
    budgets.record(1, LOOK, headers(0));
    expect(budgets.notBefore(1, JIT, 'launch')).toEqual(resetAt);
    clock.advance(30 * MINUTE);
    expect(budgets.notBefore(1, LOOK, 'housekeeping')).toBeUndefined();
  });

  test('of registrations is apart from the one of everything else', () => {
    const { budgets } = setUp();
    budgets.record(1, JIT, headers(0, { limit: 10_000, resource: 'actions_runner_registration' }));
    expect(budgets.notBefore(1, JIT, 'launch')).toBeDefined();
    expect(budgets.notBefore(1, LOOK, 'housekeeping')).toBeUndefined();
  });

  test('of one tenant says nothing about another', () => {
    const { budgets } = setUp();
    budgets.record(1, JIT, headers(0));
    budgets.pause(1, { status: 429, message: '', headers: {} });
    expect(budgets.notBefore(2, JIT, 'launch')).toBeUndefined();
    expect(budgets.notBefore(2, LOOK, 'housekeeping')).toBeUndefined();
  });

  test('is the lowest figure heard of in its hour, as answers overtake each other', () => {
    const { budgets } = setUp();
    budgets.record(1, LOOK, headers(400));
    budgets.record(1, LOOK, headers(900));
    expect(budgets.notBefore(1, LOOK, 'housekeeping')).toBeDefined();
    budgets.record(1, LOOK, headers(4_999, { inMinutes: 60 }));
    expect(budgets.notBefore(1, LOOK, 'housekeeping')).toBeUndefined();
    budgets.record(1, LOOK, headers(0));
    expect(budgets.notBefore(1, LOOK, 'launch')).toBeUndefined();
  });

  test('that an answer does not tell, or tells in nonsense, is none', () => {
    expect(parseBucket({}, NOW)).toBeUndefined();
    expect(parseBucket({ ...headers(1), 'x-ratelimit-remaining': 'many' }, NOW)).toBeUndefined();
    expect(parseBucket({ ...headers(1), 'x-ratelimit-reset': undefined }, NOW)).toBeUndefined();
    expect(parseBucket(headers(5, { inMinutes: 600 }), NOW)?.resetAt).toEqual(new Date(NOW.getTime() + 61 * MINUTE));
  });
});

describe('a secondary limit', () => {
  test('pauses everything of its installation for as long as GitHub asks', () => {
    const { budgets, clock } = setUp();
    const until = budgets.pause(1, { status: 403, message: '', headers: { 'retry-after': '90' } });
    expect(until).toEqual(new Date(NOW.getTime() + 90 * SECOND));
    expect(budgets.notBefore(1, JIT, 'launch')).toEqual(until);
    expect(budgets.notBefore(1, LOOK, 'housekeeping')).toEqual(until);
    clock.advance(90 * SECOND);
    expect(budgets.notBefore(1, JIT, 'launch')).toBeUndefined();
  });

  test('without a time pauses for a minute, and twice as long each time, up to an hour', () => {
    const { budgets, clock } = setUp();
    const minutes = Array.from({ length: 8 }, () => {
      const before = clock.now().getTime();
      const until = budgets.pause(1, { status: 429, message: '', headers: {} });
      clock.set(until.toISOString());
      return (until.getTime() - before) / MINUTE;
    });
    expect(minutes).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    clock.advance(2 * HOUR);
    expect(budgets.pause(1, { status: 429, message: '', headers: {} })).toEqual(
      new Date(clock.now().getTime() + MINUTE),
    );
  });
});

test('whatever is known, a launch may be made whenever housekeeping may, and never later', () => {
  const times = fc.integer({ min: -HOUR, max: HOUR }).map((offset) => new Date(NOW.getTime() + offset));
  const bucket = fc.record({ limit: fc.integer({ min: 1, max: 15_000 }), remaining: fc.nat(15_000), resetAt: times });
  fc.assert(
    fc.property(fc.option(bucket, { nil: undefined }), fc.option(times, { nil: undefined }), (known, pausedUntil) => {
      const state = { ...(known && { allowance: known }), ...(pausedUntil && { pausedUntil }) };
      const launch = decideCall(state, 'launch', NOW);
      const housekeeping = decideCall(state, 'housekeeping', NOW);
      if (launch !== undefined) expect(housekeeping).toEqual(launch);
      for (const wait of [launch, housekeeping]) if (wait !== undefined) expect(wait > NOW).toBe(true);
      if (known !== undefined && known.resetAt > NOW && known.remaining <= reserveOf(known))
        expect(housekeeping).toBeDefined();
    }),
  );
});
