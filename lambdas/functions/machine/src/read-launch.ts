import type { Launch } from '@multi-tenant-runner/core';
import type { MachineDeps } from './deps';

/** The launch that names a machine, strongly consistent; the index that leads to it may lag. */
export async function readLaunch(instanceId: string, deps: Pick<MachineDeps, 'launches'>): Promise<Launch | undefined> {
  const key = await deps.launches.findByInstance(instanceId);
  return key === undefined ? undefined : deps.launches.get(key.installationId, key.launchId);
}
