import { SLOT_STATES, type LaunchReleaseAnswer, type LaunchReleaseRequest } from '@multi-tenant-runner/core';
import type { TenantTableUnderTest } from './tenant-registry.contract';

const ENDED_AT = '2026-01-15T12:06:00.000Z';

/** The end of a launch that holds a slot. */
export function endOf(installationId: number, launchId: string): LaunchReleaseRequest {
  const changes = { state: 'ended', reason: 'machine-gone', endedAt: ENDED_AT, updatedAt: ENDED_AT } as const;
  return { installationId, launchId, guard: { from: SLOT_STATES }, changes };
}

/** A launch that has a slot gives it back; another one changes nothing. */
export function endIn(
  { admissions }: Pick<TenantTableUnderTest, 'admissions'>,
  installationId: number,
  launchId: string,
): Promise<LaunchReleaseAnswer> {
  return admissions.release(endOf(installationId, launchId));
}
