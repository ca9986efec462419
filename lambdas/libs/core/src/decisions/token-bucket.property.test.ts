import fc from 'fast-check';
import { decideTake } from './token-bucket';

const rates = fc.record({ perSecond: fc.integer({ min: 1, max: 100 }), burst: fc.integer({ min: 1, max: 500 }) });
const asks = fc.array(fc.record({ wait: fc.integer({ min: 0, max: 5_000 }), tokens: fc.integer({ min: 1, max: 20 }) }));

test('in any time no more is taken than the bucket held and what came in, and one request of the largest size', () => {
  fc.assert(
    fc.property(rates, asks, (rate, all) => {
      let now = 0;
      let fullAt: number | undefined;
      let taken = 0;
      for (const { wait, tokens } of all) {
        now += wait;
        const decision = decideTake(fullAt, tokens, rate, now);
        if (decision.kind === 'refused') continue;
        ({ fullAt } = decision);
        taken += tokens;
        expect(taken).toBeLessThanOrEqual(Math.max(rate.burst, 20) + (now / 1_000) * rate.perSecond + 1e-3);
      }
    }),
  );
});

test('what is refused is there at the time that the refusal says', () => {
  fc.assert(
    fc.property(
      rates,
      fc.integer({ min: 0, max: 1_000_000 }),
      fc.integer({ min: 1, max: 20 }),
      (rate, ahead, tokens) => {
        const decision = decideTake(ahead, tokens, rate, 0);
        if (decision.kind === 'refused')
          expect(decideTake(ahead, tokens, rate, Math.ceil(decision.retryAt)).kind).toBe('taken');
      },
    ),
    { examples: [[{ perSecond: 6, burst: 412 }, 327_644, 19]] },
  );
});
