import type { TenantLookup } from '@multi-tenant-runner/core';
import { job, launch } from '../factories';
import type { TenantTableUnderTest } from './tenant-registry.contract';

/** A new job's launch takes a slot, or does not. Answers the tenant's row as it is then. */
export async function admitTo(
  { admissions, registry }: Pick<TenantTableUnderTest, 'admissions' | 'registry'>,
  installationId: number,
  launchId: string,
  limit?: number,
): Promise<{ readonly admitted: boolean; readonly lookup: TenantLookup }> {
  const jobId = Number.parseInt(launchId, 10);
  const row = job({ installationId, jobId, launchId, state: 'starting' });
  const answer = await admissions.admit({
    job: { kind: 'new', row },
    launch: launch({ installationId, jobId, launchId }),
    ...(limit !== undefined && { limit }),
  });
  const lookup = answer.kind === 'tenant' ? answer.lookup : await registry.get(installationId);
  return { admitted: answer.kind === 'admitted', lookup };
}
