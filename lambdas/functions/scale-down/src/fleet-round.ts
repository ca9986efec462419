import {
  MINUTE,
  countInFleet,
  fleetSlotOf,
  giveTurns,
  hashOf,
  launchOfFleetSlot,
  planFleetMoves,
  FLEET_SHARES,
  type FleetShare,
} from '@multi-tenant-runner/core';
import type { ScaleDownDeps } from './deps';

/** In one run: slots that are looked up, slots that go to another share, and tenants that are asked for a job. */
const CHECKED = 100;
const MOVED = 50;
const TURNS = 100;

/**
 * Settles what the fleet's limit and the launches disagree on: slots of launches that have ended, shares that a lowered
 * total left too full, and free slots that no release gave to the tenants that wait.
 */
export async function settleFleet(shares: readonly FleetShare[] | undefined, deps: ScaleDownDeps): Promise<void> {
  const { maxRunnersTotal } = deps.settings;
  if (maxRunnersTotal === undefined || shares === undefined) return;
  await Promise.all(slotsOfTurn(shares, deps.clock.now()).map((held) => checkFleetSlot(held, deps)));
  for (const move of planFleetMoves(shares, maxRunnersTotal).slice(0, MOVED))
    await deps.fleetSlots.move(move, launchOfFleetSlot(move.slot));
  await giveTurns(TURNS, deps);
}

/** What the visits of this run know of the fleet's slots. */
export async function readFleet(deps: ScaleDownDeps): Promise<readonly FleetShare[] | undefined> {
  return deps.settings.maxRunnersTotal === undefined ? undefined : deps.fleetSlots.read();
}

interface Held {
  readonly share: number;
  readonly slot: string;
}

/** All of them within as many minutes as there are hundreds. */
function slotsOfTurn(shares: readonly FleetShare[], now: Date): readonly Held[] {
  const all = shares
    .flatMap(({ index, slots }) => [...slots].map((slot): Held => ({ share: index, slot })))
    .sort((a, b) => (a.slot < b.slot ? -1 : 1));
  if (all.length <= CHECKED) return all;
  const first = (Math.floor(now.getTime() / MINUTE) * CHECKED) % all.length;
  return [...all.slice(first), ...all.slice(0, first)].slice(0, CHECKED);
}

/** Its launch has ended or never was, or holds a slot of another share. */
async function checkFleetSlot({ share, slot }: Held, deps: ScaleDownDeps): Promise<void> {
  const { installationId, launchId } = launchOfFleetSlot(slot);
  const launch = await deps.launches.get(installationId, launchId);
  if (launch === undefined || launch.state === 'ended' || launch.fleetShare !== share)
    await deps.fleetSlots.free(share, slot);
}

/** A launch that may have a machine and that the fleet does not count: it is read again, as its end may be near. */
export async function countLaunch(installationId: number, launchId: string, deps: ScaleDownDeps): Promise<void> {
  const launch = await deps.launches.get(installationId, launchId);
  if (launch === undefined || launch.state === 'ending' || launch.state === 'ended') return;
  const share = launch.fleetShare ?? hashOf(launchId) % FLEET_SHARES;
  if (launch.fleetShare === undefined && !(await countInFleet(launch, share, deps)).ok) return;
  await deps.fleetSlots.restore(share, fleetSlotOf(launch));
}
