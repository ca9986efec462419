import fc from 'fast-check';
import { isHostServed, type AppHost } from '../model/app-host';
import { DAY, HOUR, plus } from '../model/time';
import { HOST_GRACE, HOST_SILENCE, decideHostStep, type TxtAnswer } from './app-hosts';

const START = new Date('2026-01-15T12:00:00.000Z');
const VALUE = 'mtr-verify=own';

const answers = fc.oneof(
  fc.constantFrom<readonly string[]>([VALUE], ['v=spf1', VALUE], [`"${VALUE}"`]).map(
    (values): TxtAnswer => ({
      kind: 'found',
      values,
    }),
  ),
  fc.constantFrom<TxtAnswer>(
    { kind: 'found', values: ['mtr-verify=of another tenant'] },
    { kind: 'found', values: [] },
    { kind: 'none' },
    { kind: 'unknown', problem: 'ESERVFAIL' },
  ),
);
const history = fc.array(fc.tuple(answers, fc.constantFrom(HOUR, 6 * HOUR, DAY, 3 * DAY)), { maxLength: 60 });
const proves = (answer: TxtAnswer): boolean =>
  answer.kind === 'found' && answer.values.some((one) => one.replaceAll('"', '') === VALUE);

interface Moment {
  readonly at: Date;
  readonly answer: TxtAnswer;
  readonly one: AppHost;
}

/** What becomes of a domain as its DNS answers one way and another; the rule follows at once. */
function live(answersIn: readonly (readonly [TxtAnswer, number])[]): readonly Moment[] {
  let one: AppHost = { host: 'shop.acme.io', state: 'waiting', askedAt: START.toISOString() };
  let now = START;
  const moments: Moment[] = [];
  for (const [answer, later] of answersIn) {
    now = plus(now, later);
    for (let steps = 0; steps < 5; steps += 1) {
      const step = decideHostStep({ one, isInRule: isHostServed(one), answer, value: VALUE, now });
      if (step.do === 'rest' || step.do === 'drop' || step.do === 'ask-dns') break;
      if (step.next === undefined) break;
      one = step.next;
    }
    moments.push({ at: now, answer, one });
  }
  return moments;
}

describe('a domain of a tenant’s own, whatever its DNS answers,', () => {
  it('is never served before it is proven, nor long after', () => {
    fc.assert(
      fc.property(history, (events) => {
        let proven: Date | undefined;
        for (const { at, answer, one } of live(events)) {
          if (proves(answer)) proven = at;
          if (!isHostServed(one)) continue;
          expect(proven).toBeDefined();
          // Its silence, and then the day from the first answer that says for certain that there is no record.
          const longest = HOST_SILENCE + HOST_GRACE + 3 * DAY;
          expect(at.getTime() - (proven ?? START).getTime()).toBeLessThanOrEqual(longest);
        }
      }),
    );
  });

  it('is not taken off within a day of a proof, and comes back with one', () => {
    fc.assert(
      fc.property(history, (events) => {
        let [proven, was]: [Date | undefined, boolean] = [undefined, false];
        for (const { at, answer, one } of live(events)) {
          if (proves(answer)) {
            proven = at;
            expect(isHostServed(one)).toBe(true);
          }
          const isYoung = proven !== undefined && at.getTime() - proven.getTime() < HOST_GRACE;
          if (was && isYoung) expect(isHostServed(one)).toBe(true);
          was = isHostServed(one);
        }
      }),
    );
  });
});

describe('a domain that leaves', () => {
  const leaving: AppHost = { host: 'a.io', state: 'leaving', askedAt: START.toISOString() };
  const step = (one: AppHost, isInRule: boolean) => decideHostStep({ one, isInRule, value: VALUE, now: START });

  it('is nobody else’s while the load balancer leads it here', () => {
    expect(step(leaving, true).do).toBe('rest');
  });

  it('then waits for its record again, or is gone if somebody asked for that', () => {
    expect(step(leaving, false)).toMatchObject({ do: 'give', next: { state: 'waiting' } });
    expect(step({ ...leaving, removed: true }, false)).toEqual({ do: 'give' });
  });
});

test('who does not prove a domain for a month no longer waits for it', () => {
  const one: AppHost = { host: 'a.io', state: 'waiting', askedAt: START.toISOString() };
  const at = (days: number) =>
    decideHostStep({ one, isInRule: false, answer: { kind: 'none' }, value: VALUE, now: plus(START, days * DAY) }).do;
  expect([at(30), at(31)]).toEqual(['record', 'drop']);
});
