import type { ObservedMachine } from '../kit/fleet-monitor';

/** The machines that have appeared since a moment. */
export interface Sightings {
  /** @param at milliseconds since that moment */
  see(machines: readonly ObservedMachine[], at: number): void;
  count(): number;
  /** When each was seen for the first time, ascending. */
  times(): readonly number[];
  /** Those that say that they are the tenant's, or said so when they were last seen. */
  machinesOf(installationId: number): readonly string[];
}

/** @param before machines that were there already */
export function createSightings(before: ReadonlySet<string>): Sightings {
  const seen = new Map<string, { readonly at: number; readonly tenantId: string | undefined }>();
  return {
    see(machines, at) {
      for (const { id, tags } of machines) {
        if (before.has(id)) continue;
        const known = seen.get(id);
        // A machine of a shared call is nobody's for a moment.
        seen.set(id, { at: known?.at ?? at, tenantId: tags['ghr:tenant_id'] ?? known?.tenantId });
      }
    },
    count: () => seen.size,
    times: () => [...seen.values()].map(({ at }) => at).sort((one, other) => one - other),
    machinesOf: (installationId) =>
      [...seen].flatMap(([id, { tenantId }]) => (tenantId === String(installationId) ? [id] : [])),
  };
}
