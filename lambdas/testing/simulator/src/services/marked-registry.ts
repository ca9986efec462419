import type { TenantRegistry } from '@multi-tenant-runner/core';
import type { State } from './backend';
import type { SimulationBus } from './events';

/**
 * The registry whose index of marks may lag, and which says what of a tenant is still open, and covered by an admission
 * alone, whenever its mark goes.
 *
 * @param isBehind whether an index does not show yet what was written then (ISO 8601)
 */
export function createMarkedRegistry(
  { tenants, jobs, launches }: Pick<State, 'tenants' | 'jobs' | 'launches'>,
  events: SimulationBus,
  isBehind: (writtenAt: string) => boolean,
): TenantRegistry {
  let shown = new Set<number>();
  const admittedAt = (id: number): string => String(tenants.rows.get(id)?.['admitted_at'] ?? '');
  return {
    ...tenants,
    tenantsWithMark: async () => {
      const marked = await tenants.tenantsWithMark();
      shown = new Set(marked.filter((id) => shown.has(id) || !isBehind(admittedAt(id))));
      return [...shown];
    },
    clearMark: async (installationId, seen) => {
      const isCleared = await tenants.clearMark(installationId, seen);
      const open = [
        ...launches.rows.openOf(installationId).map(({ launchId }) => `launch ${launchId}`),
        ...jobs.rows.coveredOf(installationId).map(({ jobId }) => `job ${jobId}`),
      ];
      if (isCleared) events.emit('mark.cleared', { installationId, open });
      return isCleared;
    },
  };
}
