import fc from 'fast-check';
import { isDay } from './time';

test.each(['2026-01-31', '2026-12-31', '2028-02-29', '2000-02-29'])('%s is a day', (text) =>
  expect(isDay(text)).toBe(true),
);

test.each([
  ...['2026-02-29', '2026-02-30', '2100-02-29', '2026-04-31', '2026-01-32', '2026-01-00', '2026-13-01', '2026-00-10'],
  ...['', '2026-1-5', '2026-01-15T00:00:00Z', ' 2026-01-15', '+02026-01-15', '20260115'],
])('%j is none', (text) => expect(isDay(text)).toBe(false));

test('every time is on a day', () => {
  const times = fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
  fc.assert(fc.property(times, (at) => isDay(at.toISOString().slice(0, 10))));
});
