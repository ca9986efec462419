import { runDay } from './day-load';
import { printableDay } from './day-report';
import type { Day } from './scenario/day-plan';

const day: Day = {
  ...{ seed: '1', tenants: 8, jobs: 90, hours: 5, hot: 20, outage: 40 },
  ...{ raised: 2, concurrency: 5, ssm: false },
};

test('jobs of an outage run after it, rows that are over are checked and forgotten, and promises hold', async () => {
  const result = await runDay(day);
  expect(result.violations).toEqual([]);
  const { tally, forgotten, machines, ledger, account } = result;
  expect([tally.queued, tally.waits('all').length + result.unserved]).toEqual([90, 90]);
  expect(tally.backlog).toBeGreaterThan(5);
  expect(tally.waits('outage').at(-1)).toBeGreaterThan(600);
  expect([forgotten > 20, machines, account.throttled]).toEqual([true, ledger.machines, 0]);
  expect(printableDay(day, result)).toMatch(/^after the outage {5}\d+ jobs waited when the Region came back/m);
});

test('the same seed gives the same day', async () => {
  const short = { ...day, hours: 1, jobs: 20, outage: 10 };
  const [one, two] = [await runDay(short), await runDay(short)];
  expect([two.events, two.ended]).toEqual([one.events, one.ended]);
});
