import { SECOND, keepNewest, type Clock, type TenantLookup, type TenantRegistry } from '@multi-tenant-runner/core';

export interface TenantCache {
  /** A row read at most 30 seconds ago. Good enough to admit a job, as scale-up decides again; never to refuse one. */
  recent(installationId: number): TenantLookup | undefined;
  /** The current row. */
  read(installationId: number): Promise<TenantLookup>;
}

export const TENANT_MAX_AGE = 30 * SECOND;
const MAX_ENTRIES = 5_000;

export function createTenantCache(deps: {
  readonly tenants: Pick<TenantRegistry, 'get'>;
  readonly clock: Clock;
  readonly onRead: (lookup: TenantLookup) => void;
}): TenantCache {
  const rows = new Map<number, { readonly lookup: TenantLookup; readonly readAt: number }>();
  return {
    recent(installationId) {
      const row = rows.get(installationId);
      return row !== undefined && deps.clock.now().getTime() - row.readAt <= TENANT_MAX_AGE ? row.lookup : undefined;
    },
    async read(installationId) {
      // The age counts from before the read: the row may have changed since.
      const readAt = deps.clock.now().getTime();
      const lookup = await deps.tenants.get(installationId);
      keepNewest(rows, MAX_ENTRIES, installationId, { lookup, readAt });
      deps.onRead(lookup);
      return lookup;
    },
  };
}
