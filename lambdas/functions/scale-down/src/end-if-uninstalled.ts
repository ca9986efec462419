import { endJob, isOffboarded, type JobEvent, type JobState } from '@multi-tenant-runner/core';
import type { ScaleDownDeps } from './deps';

/**
 * Word that comes after a tenant was cleaned up: nobody looks at its jobs any more, so this one would stay open for
 * ever.
 */
export async function endIfUninstalled(event: JobEvent, from: readonly JobState[], deps: ScaleDownDeps): Promise<void> {
  const lookup = await deps.tenants.get(event.installationId);
  if (isOffboarded(lookup)) await endJob(event, { state: 'cancelled', reason: 'tenant-deleted', from }, deps);
}
