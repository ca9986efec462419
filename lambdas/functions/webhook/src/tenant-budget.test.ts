import { createInMemoryBudgets, createRecordingMetrics, createTestClock } from '@multi-tenant-runner/testing';
import { createTenantBudget } from './tenant-budget';

const RATE = { perSecond: 25, burst: 200 };
const HOSTILE = 666;

function containers(count: number) {
  const clock = createTestClock();
  const budgets = createInMemoryBudgets({ clock });
  const metrics = createRecordingMetrics();
  let writes = 0;
  const counted = {
    take: (...args: Parameters<typeof budgets.take>) => {
      writes += 1;
      return budgets.take(...args);
    },
  };
  const all = Array.from({ length: count }, () => createTenantBudget({ budgets: counted, clock, metrics }));
  return { clock, metrics, all, writes: () => writes };
}

test('five hundred deliveries a second over ten containers are let through at the rate of one tenant', async () => {
  const { clock, all, metrics, writes } = containers(10);
  let admitted = 0;
  const seconds = 60;
  for (let n = 0; n < 500 * seconds; n += 1) {
    if ((await all[n % all.length]?.admits(HOSTILE, RATE)) === true) admitted += 1;
    clock.advance(2);
  }
  expect(admitted).toBeLessThanOrEqual(RATE.burst + seconds * RATE.perSecond + all.length * (5 + seconds));
  expect(metrics.total('WebhookThrottled')).toBe(500 * seconds - admitted);
  // A refusal is remembered, so that a flood costs a few writes a second, not five hundred.
  expect(writes()).toBeLessThan(seconds * all.length * 4);
});

test('another tenant is answered as ever, meanwhile', async () => {
  const { clock, all, metrics } = containers(10);
  for (let n = 0; n < 10_000; n += 1) {
    await all[n % all.length]?.admits(HOSTILE, RATE);
    if (n % 50 === 0) expect(await all[n % all.length]?.admits(1_001, RATE)).toBe(true);
    clock.advance(2);
  }
  expect(metrics.counted.every(({ properties }) => properties['tenant_id'] === HOSTILE)).toBe(true);
});

test('a tenant that sends now and then costs no write', async () => {
  const { clock, all, writes } = containers(1);
  for (let n = 0; n < 100; n += 1) {
    expect(await all[0]?.admits(1_001, RATE)).toBe(true);
    clock.advance(1_000);
  }
  expect(writes()).toBe(0);
});

test('a burst of a large matrix is let through', async () => {
  const { all } = containers(4);
  for (let n = 0; n < RATE.burst; n += 1) expect(await all[n % all.length]?.admits(1_001, RATE)).toBe(true);
});
