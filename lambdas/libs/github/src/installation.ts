import { isObject } from '@multi-tenant-runner/core';

/** GitHub names the time of a suspension; null or absent: there is none. */
export function isSuspended(installation: unknown): boolean {
  return isObject(installation) && installation['suspended_at'] !== undefined && installation['suspended_at'] !== null;
}
