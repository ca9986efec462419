import fc from 'fast-check';
import { decidePlace } from './launch-pace';

const CALLS = { perSecond: 2, burst: 5 };
const MACHINES = { perSecond: 2, burst: 40 };
const asks = fc.array(
  fc.record({ wait: fc.integer({ min: 0, max: 3_000 }), machines: fc.integer({ min: 1, max: 25 }) }),
  { maxLength: 60 },
);

test('in any stretch of time no more starts than a bucket held and what came in', () => {
  fc.assert(
    fc.property(asks, (all) => {
      let now = 0;
      let fullAt: readonly (number | undefined)[] = [undefined, undefined];
      const starts: { at: number; machines: number }[] = [];
      for (const { wait, machines } of all) {
        now += wait;
        const draws = [
          { tokens: 1, rate: CALLS },
          { tokens: machines, rate: MACHINES },
        ];
        const place = decidePlace(fullAt, draws, now, 60_000);
        if (place.kind === 'too-far') continue;
        ({ fullAt } = place);
        starts.push({ at: place.at, machines });
      }
      for (const [from, first] of starts.entries()) {
        const window = starts.slice(from).filter(({ at }) => at >= first.at);
        for (const [to, last] of window.entries()) {
          const seconds = (last.at - first.at) / 1_000;
          const within = window.slice(0, to + 1);
          const machines = within.reduce((sum, one) => sum + one.machines, 0);
          expect(within.length).toBeLessThanOrEqual(CALLS.burst + seconds * CALLS.perSecond + 1e-6);
          expect(machines).toBeLessThanOrEqual(MACHINES.burst + seconds * MACHINES.perSecond + 1e-6);
        }
      }
    }),
  );
});

test('places are kept: whoever asks later starts no earlier', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 30 }), (count) => {
      let fullAt: readonly (number | undefined)[] = [undefined];
      const places = Array.from({ length: count }, () => {
        const place = decidePlace(fullAt, [{ tokens: 1, rate: CALLS }], 0, 60_000);
        if (place.kind === 'taken') ({ fullAt } = place);
        return place.at;
      });
      expect(places).toEqual([...places].sort((a, b) => a - b));
      expect(places.filter((at) => at === 0)).toHaveLength(Math.min(count, CALLS.burst));
    }),
  );
});

test('what is too far away takes nothing', () => {
  const place = decidePlace([9_000], [{ tokens: 1, rate: CALLS }], 0, 5_000);
  expect(place).toEqual({ kind: 'too-far', at: 7_000 });
});
