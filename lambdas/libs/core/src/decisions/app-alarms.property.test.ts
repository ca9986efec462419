import { deepStrictEqual } from 'node:assert';
import fc from 'fast-check';
import { alarmNamesOf, alarmsOf, type RollbackFigures, type SeenAlarm } from '../model/app-alarms';
import type { SeenApp } from '../model/app-seen';
import { decideAlarms, describeFailure, withAlarm, withoutAlarms } from './app-alarms';

const figures: fc.Arbitrary<RollbackFigures> = fc.record(
  {
    fiveXxPercent: fc.integer({ min: 0, max: 99 }),
    p95Seconds: fc.integer({ min: 1, max: 60 }),
    minimumRequests: fc.integer({ min: 1, max: 1_000 }),
    periodSeconds: fc.constant(60),
    periods: fc.integer({ min: 1, max: 15 }),
  },
  { requiredKeys: ['minimumRequests', 'periodSeconds', 'periods'] },
);
const names = alarmNamesOf('mtr', 'shop');
const standing = fc.uniqueArray(fc.record({ name: fc.constantFrom(...names), isAsAsked: fc.boolean() }), {
  selector: ({ name }) => name,
});
const seenWith = (alarms: readonly SeenAlarm[]): SeenApp => ({ part: 'all', repository: true, logGroup: true, alarms });

describe('alarms of an app', () => {
  it('are as the figures ask after one step for each, whatever stood before, and then stay', () => {
    fc.assert(
      fc.property(figures, standing, fc.boolean(), (asked, before, isPreview) => {
        const app = { app: 'shop', ...(isPreview && { previewOf: { app: 'shop', pullRequest: 7, expiresAt: '' } }) };
        const alarms = alarmsOf('mtr', app, asked);
        let seen = seenWith(before);
        for (let steps = 0; steps <= names.length; steps += 1) {
          const step = decideAlarms({ alarms, seen });
          if (step?.do === 'put-alarm') seen = withAlarm(seen, step.alarm);
          if (step?.do === 'delete-alarms') seen = withoutAlarms(seen, step.names);
        }
        const stands = (seen.alarms ?? []).filter(({ isAsAsked }) => isAsAsked).map(({ name }) => name);
        deepStrictEqual([...stands].sort(), alarms.map(({ name }) => name).sort());
        deepStrictEqual(decideAlarms({ alarms, seen }), undefined);
      }),
    );
  });

  it('are of one app alone, whatever another is called', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,8}){0,3}$/);
    fc.assert(
      fc.property(name, name, (one, other) => {
        const both = new Set([...alarmNamesOf('mtr', one), ...alarmNamesOf('mtr', other)]);
        deepStrictEqual(both.size, one === other ? names.length : 2 * names.length);
      }),
    );
  });
});

describe('why a version was taken back', () => {
  const alarms = alarmsOf(
    'mtr',
    { app: 'shop' },
    { fiveXxPercent: 5, minimumRequests: 1, periodSeconds: 60, periods: 1 },
  );
  const failed = { taskDefinition: 'two', state: 'failed', reason: 'deployment failed: alarm detected.' } as const;

  it.each([
    [[], failed.reason],
    [['mtr-app-shop-5xx'], 'ECS took the version back: more than 5 % of its answers were errors (5xx).'],
    [['theirs'], 'ECS took the version back: the alarm theirs went off.'],
  ])('by %j', (firing, said) => {
    expect(describeFailure(failed, { alarms, seen: { ...seenWith([]), firing } })).toBe(said);
  });

  it('is the circuit breaker’s own reason where no alarm was it', () => {
    const reason = 'ECS deployment circuit breaker: tasks failed to start.';
    const seen = { ...seenWith([]), firing: ['theirs'] };
    expect(describeFailure({ ...failed, reason }, { alarms, seen })).toBe(reason);
  });
});
