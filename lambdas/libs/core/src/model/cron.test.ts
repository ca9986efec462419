import fc from 'fast-check';
import { cronHolds, parseCron, type Cron } from './cron';

const cron = (text: string): Cron => {
  const parsed = parseCron(text);
  if (parsed === undefined) throw new Error(`${text} is no expression`);
  return parsed;
};

test.each([
  // A Thursday, in winter: Berlin is an hour ahead.
  ['* 8-17 * * 1-5', '2026-01-15T07:00:00Z', true],
  ['* 8-17 * * 1-5', '2026-01-15T06:59:59Z', false],
  ['* 8-17 * * 1-5', '2026-01-15T16:59:00Z', true],
  ['* 8-17 * * 1-5', '2026-01-15T17:00:00Z', false],
  ['* 8-17 * * 1-5', '2026-01-17T10:00:00Z', false],
  // In summer two.
  ['0 8 * * *', '2026-07-15T06:00:00Z', true],
  ['*/20 * * * *', '2026-01-15T10:40:00Z', true],
  ['*/20 * * * *', '2026-01-15T10:41:00Z', false],
  ['0-30/10,45 * 15 1 *', '2026-01-15T10:45:00Z', true],
  ['* * * * 7', '2026-01-18T10:00:00Z', true],
  ['* * * * 0', '2026-01-18T10:00:00Z', true],
  ['* * * * 0', '2026-01-19T10:00:00Z', false],
  // Midnight has the hour 0.
  ['0 0 * * *', '2026-01-14T23:00:00Z', true],
])('%s holds in Berlin at %s: %s', (text, at, holds) => {
  expect(cronHolds(cron(text), new Date(at), 'Europe/Berlin')).toBe(holds);
});

test.each(['', '* * * *', '* * * * * *', '60 * * * *', '* 24 * * *', '* * 0 * *', '* * * 13 *', '* * * * 8'])(
  '%j is no expression',
  (text) => expect(parseCron(text)).toBeUndefined(),
);
test.each(['5-1 * * * *', '*/0 * * * *', 'a * * * *', '1,,2 * * * *', '* * * * MON', '@daily'])('nor is %j', (text) =>
  expect(parseCron(text)).toBeUndefined(),
);

test.each(['* * 30 2 *', '* * 30-31 2 *', '* * 31 4,6,9,11 *'])('nor is %j, which no day fits', (text) =>
  expect(parseCron(text)).toBeUndefined(),
);
test.each(['* * 29 2 *', '* * 31 4-5 *', '* * 28-31 2 *'])('%j fits some days', (text) =>
  expect(parseCron(text)).toBeDefined(),
);

test('every minute of a field holds at its own time', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 59 }), fc.integer({ min: 0, max: 23 }), (minute, hour) => {
      const at = new Date(Date.UTC(2026, 0, 15, hour, minute, 30));
      return (
        cronHolds(cron(`${minute} ${hour} 15 1 4`), at, 'UTC') &&
        !cronHolds(cron(`${(minute + 1) % 60} ${hour} * * *`), at, 'UTC')
      );
    }),
  );
});
