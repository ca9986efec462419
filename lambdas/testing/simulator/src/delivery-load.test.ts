import { recoverDeliveries } from './delivery-load';

test('twenty deliveries a second are kept up with, within 5,000 requests an hour', async () => {
  const lag = await recoverDeliveries({ rate: 20, hours: 1 });
  expect(lag.redelivered).toBe(lag.failed);
  expect(lag.longest).toBeLessThan(180);
  expect(lag.behind.most).toBeLessThan(60);
  expect(lag.requests).toBeLessThan(5_000);
});

test('one tenant whose deliveries all fail, fifty a second, delays the redeliveries of others by minutes', async () => {
  const lag = await recoverDeliveries({ rate: 10, flood: 50, hours: 1 });
  expect(lag.redelivered).toBe(lag.failed);
  expect(lag.longest).toBeLessThan(600);
  expect(lag.requests).toBeLessThan(5_000);
});
