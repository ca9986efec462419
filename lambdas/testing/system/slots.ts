import { holdsSlot } from '@multi-tenant-runner/core';
import type { TestHarness } from '@multi-tenant-runner/testing';

type Rows = Pick<TestHarness['state'], 'tenants' | 'launches'>;

/** The launches of a tenant that hold a slot. */
export function holdersOf(installationId: number, { launches }: Pick<Rows, 'launches'>): string[] {
  const own = launches.all().filter((launch) => launch.installationId === installationId);
  return own
    .filter(holdsSlot)
    .map(({ launchId }) => launchId)
    .sort();
}

/** As its row counts them; NaN: that is no number. */
export function countedSlots(installationId: number, { tenants }: Pick<Rows, 'tenants'>): number {
  return Number(tenants.rows.get(installationId)?.['slots_held'] ?? 0);
}

/**
 * The launches that hold a slot.
 *
 * @throws where the tenant's row counts another number of them
 */
export function slotsOf(installationId: number, rows: Rows): string[] {
  const [holders, counted] = [holdersOf(installationId, rows), countedSlots(installationId, rows)];
  if (counted !== holders.length)
    throw new Error(
      `${holders.join(', ') || 'no launch'} of ${installationId} holds a slot, its row counts ${counted}`,
    );
  return holders;
}
