import fc from 'fast-check';
import { intent, launch, prices } from '@multi-tenant-runner/testing';
import { NO_USAGE } from '../model/usage';
import type { CapMark, Caps, TenantUsage } from '../model/usage-caps';
import { capStates, decideCap, dueMarks, tallyUsage } from './usage-caps';

const NOW = new Date('2026-01-15T18:30:00.000Z');

const used = (overrides: Partial<TenantUsage> = {}): TenantUsage => ({
  at: NOW.toISOString(),
  day: '2026-01-15',
  daySeconds: 3_600,
  month: '2026-01',
  monthSeconds: 36_000,
  monthCostMicros: 5_000_000,
  ...overrides,
});

describe('a cap', () => {
  test.each<[string, Caps, string, string]>([
    ['minutes a day, until midnight', { minutesPerDay: 60 }, 'minutes-per-day', '2026-01-16T00:00:00.000Z'],
    ['minutes a month, until its first day', { minutesPerMonth: 600 }, 'minutes-per-month', '2026-02-01T00:00:00.000Z'],
    ['dollars a month', { dollarsPerMonth: 5 }, 'spend-per-month', '2026-02-01T00:00:00.000Z'],
  ])('of %s is reached when it is used', (_name, caps, reason, until) => {
    expect(decideCap({ caps, usage: used() }, NOW)).toMatchObject({ reason, until: new Date(until) });
  });

  test.each<[string, Caps]>([
    ['a day', { minutesPerDay: 61 }],
    ['a month', { minutesPerMonth: 601 }],
    ['spend', { dollarsPerMonth: 5.01 }],
    ['none', {}],
  ])('of %s that is not used up keeps nothing from starting', (_name, caps) => {
    expect(decideCap({ caps, usage: used() }, NOW)).toBeUndefined();
  });

  test('of a day is over with the day, of a month with the month, whatever the row says', () => {
    const caps = { minutesPerDay: 1, minutesPerMonth: 1 };
    const midnight = new Date('2026-01-16T00:00:00.000Z');
    expect(decideCap({ caps, usage: used() }, midnight)?.reason).toBe('minutes-per-month');
    expect(decideCap({ caps, usage: used() }, new Date('2026-02-01T00:00:00.000Z'))).toBeUndefined();
  });

  test('in December ends in January', () => {
    const usage = used({ day: '2026-12-31', month: '2026-12' });
    const state = decideCap({ caps: { minutesPerMonth: 1 }, usage }, new Date('2026-12-31T12:00:00.000Z'));
    expect(state?.until.toISOString()).toBe('2027-01-01T00:00:00.000Z');
  });

  test('of several the one that lasts longest is named', () => {
    const caps = { minutesPerDay: 1, dollarsPerMonth: 1 };
    expect(decideCap({ caps, usage: used() }, NOW)?.reason).toBe('spend-per-month');
  });

  test('of nothing allows nothing, before anything was used', () => {
    expect(decideCap({ caps: { minutesPerDay: 0 } }, NOW)?.reason).toBe('minutes-per-day');
  });

  test('is unused as long as nothing is known', () => {
    expect(capStates({ caps: { minutesPerDay: 60 } }, NOW)).toMatchObject([{ used: 0, cap: 60 }]);
  });
});

describe('a mark of a cap', () => {
  const at = (minutes: number) => ({ caps: { minutesPerDay: 100 }, usage: used({ daySeconds: minutes * 60 }) });
  const until = '2026-01-16T00:00:00.000Z';
  const marked = (level: CapMark['level'] | undefined, period = '2026-01-15') =>
    level && { capMarks: { 'minutes-per-day': { level, period, used: 80, cap: 100, until } } };

  test.each<[CapMark['level'] | undefined, number, readonly string[]]>([
    [undefined, 79, []],
    [undefined, 80, ['warned']],
    [undefined, 99, ['warned']],
    ['warned', 90, []],
    ['warned', 100, ['reached']],
    // A warning after the end is no warning.
    [undefined, 120, ['reached']],
    ['reached', 130, []],
    // A raised cap, or a corrected reading.
    ['reached', 90, []],
  ])('that stands as %s, at %d of a hundred minutes: %j is due', (standing, minutes, levels) => {
    expect(dueMarks({ ...at(minutes), ...marked(standing) }, NOW).map(({ level }) => level)).toEqual(levels);
  });

  test('says what was used of what until when, and counts for its day alone', () => {
    expect(dueMarks({ ...at(85.123), ...marked('reached', '2026-01-14') }, NOW)).toEqual([
      { reason: 'minutes-per-day', level: 'warned', period: '2026-01-15', used: 85.12, cap: 100, until },
    ]);
  });

  test('is of a month where the cap is', () => {
    const tenant = { caps: { minutesPerMonth: 600, dollarsPerMonth: 5 }, usage: used() };
    expect(dueMarks(tenant, NOW)).toMatchObject([
      { reason: 'minutes-per-month', level: 'reached', period: '2026-01' },
      { reason: 'spend-per-month', level: 'reached', period: '2026-01' },
    ]);
  });
});

describe('what runs', () => {
  const running = (launchedAt: string) => launch({ state: 'running', intent: intent(), instanceId: 'i-1', launchedAt });

  test('counts as if it ended now, with its whole life', () => {
    const ended = { day: { ...NO_USAGE, seconds: 60 }, month: { ...NO_USAGE, seconds: 600, costMicros: 1_000 } };
    const usage = tallyUsage(ended, [running('2026-01-14T18:30:00.000Z')], { now: NOW, prices: prices() });
    expect(usage).toMatchObject({ daySeconds: 60 + 86_400, monthSeconds: 600 + 86_400 });
    expect(usage.monthCostMicros).toBeCloseTo(1_000 + 24 * (41_600 + ((30 * 0.08) / 730) * 1_000_000), -1);
  });

  test('does not count before it has a machine, nor once its end is known', () => {
    const none = launch({ state: 'held' });
    const over = { ...running('2026-01-15T12:00:00.000Z'), machineEndedAt: '2026-01-15T12:05:00.000Z' };
    const usage = tallyUsage({ day: NO_USAGE, month: NO_USAGE }, [none, over], { now: NOW, prices: prices() });
    expect(usage).toMatchObject({ daySeconds: 0, monthSeconds: 0, monthCostMicros: 0 });
  });

  test('never makes a tenant that used more less capped', () => {
    fc.assert(
      fc.property(
        fc.record({ minutesPerDay: fc.nat(2_000), minutesPerMonth: fc.nat(50_000), dollarsPerMonth: fc.nat(500) }),
        fc.nat(100_000),
        fc.nat(100_000),
        (caps, seconds, more) => {
          const usage = used({ daySeconds: seconds, monthSeconds: seconds, monthCostMicros: seconds * 100 });
          const later = {
            ...usage,
            daySeconds: seconds + more,
            monthSeconds: seconds + more,
            monthCostMicros: (seconds + more) * 100,
          };
          const reached = decideCap({ caps, usage }, NOW);
          if (reached !== undefined) expect(decideCap({ caps, usage: later }, NOW)).toBeDefined();
        },
      ),
    );
  });
});
