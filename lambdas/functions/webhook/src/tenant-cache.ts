import {
  SECOND,
  buildTenantNote,
  freeSlots,
  keepNewest,
  type Clock,
  type TenantLookup,
  type TenantNote,
  type TenantRegistry,
} from '@multi-tenant-runner/core';

export interface TenantCache {
  /** A row read at most 30 seconds ago. Good enough to admit a job, as scale-up decides again; never to refuse one. */
  recent(installationId: number): TenantLookup | undefined;
  /** The current row. */
  read(installationId: number): Promise<TenantLookup>;
  /**
   * What a job's message says of the row, for as many jobs as it has free slots: the next ones had better read it.
   */
  note(installationId: number): TenantNote | undefined;
}

interface Entry {
  readonly lookup: TenantLookup;
  readonly readAt: number;
  /** How many messages have said so. */
  noted: number;
}

export const TENANT_MAX_AGE = 30 * SECOND;
const MAX_ENTRIES = 5_000;

export function createTenantCache(deps: {
  readonly tenants: Pick<TenantRegistry, 'get'>;
  readonly clock: Clock;
  readonly onRead: (lookup: TenantLookup) => void;
}): TenantCache {
  const rows = new Map<number, Entry>();
  const recent = (installationId: number): Entry | undefined => {
    const row = rows.get(installationId);
    return row !== undefined && deps.clock.now().getTime() - row.readAt <= TENANT_MAX_AGE ? row : undefined;
  };
  return {
    recent: (installationId) => recent(installationId)?.lookup,
    async read(installationId) {
      // The age counts from before the read: the row may have changed since.
      const readAt = deps.clock.now().getTime();
      const lookup = await deps.tenants.get(installationId);
      keepNewest(rows, MAX_ENTRIES, installationId, { lookup, readAt, noted: 0 });
      deps.onRead(lookup);
      return lookup;
    },
    note(installationId) {
      const entry = recent(installationId);
      if (entry?.lookup.kind !== 'tenant' || entry.noted >= freeSlots(entry.lookup.tenant)) return undefined;
      entry.noted += 1;
      return buildTenantNote(entry.lookup);
    },
  };
}
