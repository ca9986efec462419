import fc from 'fast-check';
import { HOUR, MINUTE, SECOND } from '../model/time';
import { backOff } from './back-off';

const base = { reason: 'ec2-throttled', starts: 1, hadMachine: false, slots: 1, launchId: '1-1' } as const;
const TIMED = [
  'no-security-group',
  'capacity',
  'ec2-throttled',
  'ssm-throttled',
  'github-unavailable',
  'github-refused',
  'error',
] as const;

test('what waits for something else than time has no next try', () => {
  for (const reason of ['limit', 'tenant-suspended', 'unknown-tenant', 'runner-taken'] as const)
    expect(backOff({ ...base, reason })).toBeUndefined();
});

test('never waits less with more starts or more slots, and never beyond an hour and a half', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...TIMED),
      fc.integer({ min: 1, max: 500 }),
      fc.integer({ min: 0, max: 500 }),
      fc.boolean(),
      fc.string(),
      (reason, starts, slots, hadMachine, launchId) => {
        const wait = backOff({ reason, starts, slots, hadMachine, launchId }) ?? -1;
        expect(wait).toBeGreaterThanOrEqual(15 * SECOND);
        expect(wait).toBeLessThanOrEqual(1.5 * HOUR);
        expect(backOff({ reason, starts: starts + 1, slots, hadMachine, launchId })).toBeGreaterThanOrEqual(wait);
        expect(backOff({ reason, starts, slots: slots + 1, hadMachine, launchId })).toBeGreaterThanOrEqual(wait);
      },
    ),
  );
});

test('a tenant with one machine comes back before one with many, whatever their dice', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.integer({ min: 2, max: 500 }), (one, other, slots) => {
      expect(backOff({ ...base, launchId: one, slots: 1 })).toBeLessThanOrEqual(
        backOff({ ...base, launchId: other, slots }) ?? 0,
      );
    }),
  );
});

test('spreads those who were turned away together', () => {
  const waits = new Set(Array.from({ length: 50 }, (_, index) => backOff({ ...base, launchId: `${index}-1` })));
  expect(waits.size).toBeGreaterThan(40);
});

test('a job that costs a machine each time is tried some thirty times in its day at most', () => {
  for (const reason of ['ssm-throttled', 'github-unavailable', 'github-refused'] as const) {
    let tries = 0;
    for (
      let time = 0;
      time < 24 * HOUR;
      time += backOff({ reason, starts: tries, hadMachine: true, slots: 1, launchId: '' }) ?? MINUTE
    )
      tries += 1;
    expect(tries).toBeLessThanOrEqual(31);
  }
});
