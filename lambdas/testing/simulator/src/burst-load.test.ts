import { printableBurst, runBurst } from './burst-load';

test('each job of a burst is heard, admitted and asked a machine for, those beside a flood too', async () => {
  const { waits, jobs, parts } = await runBurst({ tenants: 6, jobs: 2, flood: 20 });
  expect([waits.length, jobs, parts]).toEqual([12, 12, []]);
  expect(waits[0]).toBeGreaterThan(0);
});

test.each([true, false])('the wait of a tenant’s one job has its parts, the first of each: %s', async (isFirst) => {
  const { waits, parts } = await runBurst({ tenants: 3, jobs: 1, isFirst });
  const sums = parts.map((times) => times.reduce((sum, time) => sum + time, 0) / 1_000);
  expect(sums.sort((a, b) => a - b).map((sum) => sum.toFixed(3))).toEqual(waits.map((wait) => wait.toFixed(3)));
});

test('the result is in words', () => {
  const waits = Array.from({ length: 100 }, (_, index) => index / 10);
  const starts = waits.map((wait) => wait + 1);
  expect(printableBurst({ tenants: 50, jobs: 2, flood: 7 }, { waits, starts, calls: 7, jobs: 100, parts: [] })).toBe(
    [
      'burst            50 tenants × 2 at once beside a flood of 7',
      'machines asked   100 of 100, by 7 calls',
      'webhook → asked  p50 5.0 s, p95 9.5 s, longest 9.9 s',
      'webhook → exists p50 6.0 s, p95 10.5 s, longest 10.9 s',
    ].join('\n'),
  );
});
