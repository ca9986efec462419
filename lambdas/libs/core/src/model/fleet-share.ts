/**
 * The limit over all tenants is divided into so many shares, each a row: one row would take all admissions, and the
 * releases too. It never changes, so that a row never has to be divided.
 */
export const FLEET_SHARES = 32;

/** A part of the fleet's limit, as its row has it. */
export interface FleetShare {
  /** From 0. */
  readonly index: number;
  /** Each the launch that holds it, as `fleetSlotOf` writes it. */
  readonly slots: ReadonlySet<string>;
  /** Tenants that found no slot of the fleet, as `fleetWaitOf` writes them. */
  readonly waiting: ReadonlySet<string>;
}

/** Slots of one share. A higher total makes no share smaller, so that functions of both agree on the higher one. */
export function sizeOfShare(index: number, total: number): number {
  return Math.floor(total / FLEET_SHARES) + (index < total % FLEET_SHARES ? 1 : 0);
}

/** `<installation>/<launch>` */
export function fleetSlotOf(launch: { readonly installationId: number; readonly launchId: string }): string {
  return `${launch.installationId}/${launch.launchId}`;
}

export function launchOfFleetSlot(slot: string): { readonly installationId: number; readonly launchId: string } {
  const [installationId, launchId = ''] = slot.split('/');
  return { installationId: Number(installationId), launchId };
}

/** `<since>#<installation>`: who has waited longest is first in order. */
export function fleetWaitOf(installationId: number, since: Date): string {
  return `${since.toISOString()}#${installationId}`;
}

export function tenantOfFleetWait(wait: string): number {
  return Number(wait.slice(wait.lastIndexOf('#') + 1));
}

/** The share that keeps a tenant's wait. */
export function shareOfWait(installationId: number): number {
  return installationId % FLEET_SHARES;
}
