import { printableBurst, runBurst } from './burst-load';

test('each job of a burst is heard, admitted and asked a machine for, those beside a flood too', async () => {
  const { waits, jobs } = await runBurst({ tenants: 6, jobs: 2, flood: 20 });
  expect([waits.length, jobs]).toEqual([12, 12]);
  expect(waits[0]).toBeGreaterThan(0);
});

test('the result is in words', () => {
  const waits = Array.from({ length: 100 }, (_, index) => index / 10);
  const starts = waits.map((wait) => wait + 1);
  expect(printableBurst({ tenants: 50, jobs: 2, flood: 7 }, { waits, starts, calls: 7, jobs: 100 })).toBe(
    [
      'burst            50 tenants × 2 at once beside a flood of 7',
      'machines asked   100 of 100, by 7 calls',
      'webhook → asked  p50 5.0 s, p95 9.5 s, longest 9.9 s',
      'webhook → exists p50 6.0 s, p95 10.5 s, longest 10.9 s',
    ].join('\n'),
  );
});
