import { SECOND } from '../model/time';
import { leaseFor } from '../protocol';
import { LEASE_MARGIN, REQUEST_TIMEOUT, arrivesUnderLease } from './request-time';

describe('the time of a request and that of a lease', () => {
  test.each(Object.entries(REQUEST_TIMEOUT))(
    'a lease outlasts its function by more than a request of %s takes, and by seconds in which clocks may differ',
    (_, timeout) => expect(LEASE_MARGIN - timeout).toBeGreaterThanOrEqual(10 * SECOND),
  );

  test.each([30, 60, 900])('the lease of a function of %d s ends after its last request', (seconds) =>
    expect(leaseFor(seconds)).toBe(seconds * SECOND + LEASE_MARGIN),
  );

  test('a request may be sent while more than its own time is left', () => {
    const leaseUntil = Date.parse('2026-01-15T12:01:30.000Z');
    const before = (milliseconds: number): Date => new Date(leaseUntil - milliseconds);
    expect(arrivesUnderLease(leaseUntil, before(10_001), 10_000)).toBe(true);
    expect(arrivesUnderLease(leaseUntil, before(10_000), 10_000)).toBe(false);
    expect(arrivesUnderLease(leaseUntil, before(-1), 10_000)).toBe(false);
  });
});
