import { recoverFromOutage } from './outage-load';

const MINUTES = 60;

test('an hour without a webhook is caught up with, the installation and the hot tenant too', async () => {
  const drain = await recoverFromOutage({ tenants: 200, jobs: 4_000, minutes: 60 });
  expect(drain.waits).toHaveLength(drain.jobs);
  expect(drain.bySearch).toBeGreaterThan(drain.byDelivery);
  expect(drain.others.at(-1)).toBeLessThan(30 * MINUTES);
  expect(drain.hot.at(-1)).toBeLessThan(30 * MINUTES);
  expect(drain.installation).toBeLessThan(10 * MINUTES);
});

test('three thousand tenants are searched within the half hour', async () => {
  const drain = await recoverFromOutage({ tenants: 3_000, jobs: 3_300, minutes: 60 });
  expect(drain.waits).toHaveLength(drain.jobs);
  expect(drain.others.at(-1)).toBeLessThan(30 * MINUTES);
});
