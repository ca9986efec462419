import { HOUR, SECOND } from '@multi-tenant-runner/core';
import { coverAllTenants } from './sweep-load';

const TENANTS = 10_000;

test('ten thousand tenants are looked at within the hour, and those with something open at once', async () => {
  const round = await coverAllTenants({ tenants: TENANTS, latency: [3, 8] });
  expect(round.runs).toHaveLength(40);
  for (const run of round.runs) expect(run.milliseconds).toBeLessThan(30 * SECOND);
  expect(round.milliseconds).toBeLessThan(HOUR);
  expect(round).toMatchObject({ broken: 400, repaired: 400, repairedFirst: 400 });
});

test('one tenant with 10,000 waiting jobs takes no other its minute', async () => {
  const round = await coverAllTenants({ tenants: 1_000, latency: [3, 8], waiting: 10_000 });
  for (const run of round.runs) {
    expect(run.milliseconds).toBeLessThan(50 * SECOND);
    expect(run.calls).toBeLessThan(20_000);
  }
  expect(round).toMatchObject({ broken: 40, repaired: 40, repairedFirst: 40 });
});

test('with slow tables several runs share them, each within its time, each tenant in one of them', async () => {
  const round = await coverAllTenants({ tenants: TENANTS, latency: [20, 40] });
  expect(round.runs.length).toBeGreaterThan(1);
  expect(round.runs.map(({ finished }) => finished)).toEqual([...round.runs.slice(1).map(() => false), true]);
  expect(round.runs.reduce((sum, { tenants }) => sum + tenants, 0)).toBeGreaterThanOrEqual(TENANTS);
  for (const run of round.runs) expect(run.milliseconds).toBeLessThan(60 * SECOND);
  expect(round.repaired).toBe(round.broken);
});
