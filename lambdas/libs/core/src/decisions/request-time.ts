import { SECOND } from '../model/time';

/**
 * Milliseconds that one request may take; then its client gives it up. GitHub ends a request after ten seconds, and
 * generate-jitconfig has been seen to take all of them: a client that hangs up earlier leaves a registration without
 * its configuration, and has paid for a machine that no job can use.
 * https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api#timeouts
 */
export const REQUEST_TIMEOUT = {
  aws: 4 * SECOND,
  ec2: 10 * SECOND,
  github: 8 * SECOND,
  registration: 15 * SECOND,
} as const;

/** By how much a lease outlasts the function that takes it: longer than the longest request. */
export const LEASE_MARGIN = 30 * SECOND;

/**
 * Whether a request that is sent now arrives, or is given up, while the lease still holds: after that another
 * invocation may have looked, and acted on what it saw. Pure.
 *
 * @param leaseUntil epoch milliseconds
 * @param timeout the request's own, in milliseconds
 */
export function arrivesUnderLease(leaseUntil: number, now: Date, timeout: number): boolean {
  return leaseUntil - now.getTime() > timeout;
}
