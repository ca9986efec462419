import { endJob, isOffboarded, type JobEvent, type JobState } from '@multi-tenant-runner/core';
import type { ScaleDownDeps } from './deps';

/**
 * For an event that arrives after a tenant was cleaned up: its jobs are no longer swept, so this one would stay open
 * for ever.
 */
export async function endIfUninstalled(event: JobEvent, stillIn: JobState, deps: ScaleDownDeps): Promise<void> {
  const lookup = await deps.tenants.get(event.installationId);
  if (isOffboarded(lookup)) await endJob(event, { state: 'cancelled', reason: 'tenant-deleted', stillIn }, deps);
}
