import { HOUR, MINUTE, graceFor } from '@multi-tenant-runner/core';

/** What the module sets by default. */
export const TIMEOUT_SECONDS = 60;
export const RECOVERY_TIMEOUT_SECONDS = 110;
export const TIMEOUTS = {
  bootTimeout: 10 * MINUTE,
  idleTimeout: 5 * MINUTE,
  maxLifetime: 6 * HOUR,
  grace: graceFor(TIMEOUT_SECONDS),
};
