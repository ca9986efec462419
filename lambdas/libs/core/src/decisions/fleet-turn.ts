import { FLEET_SHARES, launchOfFleetSlot, sizeOfShare, tenantOfFleetWait, type FleetShare } from '../model/fleet-share';
import { hashOf } from './back-off';

/** `below`: only while the share has fewer slots than that. `waits`: the tenant's own entries among those that wait. */
export type FleetTurn =
  | { readonly kind: 'take'; readonly share: number; readonly below: number; readonly waits: readonly string[] }
  | { readonly kind: 'wait'; readonly waits: readonly string[] };

/**
 * Whether a launch may take a slot of the fleet now, and of which share. A free slot is kept for each waiting tenant
 * that has fewer machines, or as many and has waited longer: whoever has many waiting jobs gets no more than others
 * that wait. Pure; whether the slot is still free is decided by the write.
 */
export function decideFleetTurn(
  shares: readonly FleetShare[],
  total: number,
  { installationId, launchId }: { readonly installationId: number; readonly launchId: string },
): FleetTurn {
  const places = waitingPlaces(shares);
  const own = places.get(installationId) ?? { ...placeOf(installationId, countSlots(shares)), waits: [] };
  const ahead = [...places.values()].filter((place) => place.tenant !== installationId && isAhead(place, own));
  const { waits } = own;
  if (freeFleetSlots(shares, total) <= ahead.length) return { kind: 'wait', waits };
  const byIndex = new Map(shares.map((share) => [share.index, share.slots.size]));
  const first = hashOf(launchId) % FLEET_SHARES;
  for (let step = 0; step < FLEET_SHARES; step += 1) {
    const share = (first + step) % FLEET_SHARES;
    const below = sizeOfShare(share, total);
    if ((byIndex.get(share) ?? 0) < below) return { kind: 'take', share, below, waits };
  }
  return { kind: 'wait', waits };
}

/**
 * Slots that may be taken. None while a share has more than its size, as after the total was lowered: what it has too
 * much is not seen by those who write to another share.
 */
export function freeFleetSlots(shares: readonly FleetShare[], total: number): number {
  if (shares.some((share) => excessOf(share, total) > 0)) return 0;
  return total - countAll(shares);
}

export interface FleetMove {
  readonly slot: string;
  readonly from: number;
  readonly to: number;
  readonly below: number;
}

/** Which slots go from shares that have too many to shares that have room. Pure. */
export function planFleetMoves(shares: readonly FleetShare[], total: number): readonly FleetMove[] {
  const taken = new Map(shares.map(({ index, slots }) => [index, slots.size]));
  const room = Array.from({ length: FLEET_SHARES }, (_, index) =>
    Array.from({ length: Math.max(0, sizeOfShare(index, total) - (taken.get(index) ?? 0)) }, () => index),
  ).flat();
  const tooMany = shares.flatMap((share) =>
    [...share.slots].slice(0, Math.max(0, excessOf(share, total))).map((slot) => ({ slot, from: share.index })),
  );
  return tooMany.flatMap((one, index) => {
    const to = room[index];
    return to === undefined ? [] : [{ ...one, to, below: sizeOfShare(to, total) }];
  });
}

/** A tenant that waits for the fleet: by these two it is ahead of another one. */
export interface FleetPlace {
  readonly tenant: number;
  readonly machines: number;
  readonly since: string;
  readonly waits: readonly string[];
}

/** Tenants that wait, whose turn is next first. Pure. */
export function fleetTurns(shares: readonly FleetShare[]): readonly FleetPlace[] {
  return [...waitingPlaces(shares).values()].sort((a, b) => (isAhead(a, b) ? -1 : 1));
}

const isAhead = (one: FleetPlace, other: FleetPlace): boolean =>
  one.machines < other.machines || (one.machines === other.machines && one.since < other.since);

function waitingPlaces(shares: readonly FleetShare[]): ReadonlyMap<number, FleetPlace> {
  const machines = countSlots(shares);
  const places = new Map<number, FleetPlace>();
  for (const wait of shares.flatMap(({ waiting }) => [...waiting]).sort()) {
    const tenant = tenantOfFleetWait(wait);
    const place = places.get(tenant) ?? { ...placeOf(tenant, machines), since: wait };
    places.set(tenant, { ...place, waits: [...place.waits, wait] });
  }
  return places;
}

/** Of a tenant that does not wait yet: behind all that do. */
const LAST = '~';

function placeOf(tenant: number, machines: ReadonlyMap<number, number>): FleetPlace {
  return { tenant, machines: machines.get(tenant) ?? 0, since: LAST, waits: [] };
}

function countSlots(shares: readonly FleetShare[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const slot of shares.flatMap(({ slots }) => [...slots])) {
    const { installationId } = launchOfFleetSlot(slot);
    counts.set(installationId, (counts.get(installationId) ?? 0) + 1);
  }
  return counts;
}

const countAll = (shares: readonly FleetShare[]): number => shares.reduce((sum, { slots }) => sum + slots.size, 0);

const excessOf = ({ index, slots }: FleetShare, total: number): number => slots.size - sizeOfShare(index, total);
