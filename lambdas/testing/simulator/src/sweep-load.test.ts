import { MINUTE, SECOND } from '@multi-tenant-runner/core';
import { coverAllTenants } from './sweep-load';

const TENANTS = 10_000;

test('ten runs of the sweep cover ten thousand tenants, each with a tenth of them in a few seconds', async () => {
  const round = await coverAllTenants({ tenants: TENANTS, latency: [3, 8] });
  expect(round.runs).toHaveLength(10);
  for (const run of round.runs) {
    expect(run.tenants).toBe(TENANTS / 10);
    expect(run.calls).toBeLessThan(3_500);
    expect(run.milliseconds).toBeLessThan(10 * SECOND);
  }
  expect(round.milliseconds).toBeLessThan(10 * MINUTE);
  expect(round).toMatchObject({ broken: 400, repaired: 400 });
}, 60_000);

test('with slow tables several runs share them, each within its time, each tenant in one of them', async () => {
  const round = await coverAllTenants({ tenants: TENANTS, latency: [20, 40] });
  expect(round.runs.length).toBeGreaterThan(1);
  expect(round.runs.map(({ finished }) => finished)).toEqual([...round.runs.slice(1).map(() => false), true]);
  expect(round.runs.reduce((sum, { tenants }) => sum + tenants, 0)).toBeGreaterThanOrEqual(TENANTS);
  for (const run of round.runs) expect(run.milliseconds).toBeLessThan(60 * SECOND);
  expect(round.repaired).toBe(round.broken);
}, 60_000);
