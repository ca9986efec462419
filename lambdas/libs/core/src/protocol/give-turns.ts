import { fleetTurns, freeFleetSlots } from '../decisions/fleet-turn';
import { leaveTurns } from './admit';
import { dispatchNextJobs, type DispatchDeps } from './dispatch-next-jobs';

/**
 * Gives free slots of the fleet to the tenants that wait for one, whose turn is first first. One that has no job for it
 * waits no longer. A failure is that tenant's alone; the sweep comes back to it.
 *
 * @param atMost tenants that are asked
 */
export async function giveTurns(atMost: number, deps: DispatchDeps): Promise<void> {
  const { maxRunnersTotal } = deps.settings;
  if (maxRunnersTotal === undefined) return;
  const shares = await deps.fleetSlots.read();
  let free = freeFleetSlots(shares, maxRunnersTotal);
  for (const { tenant, waits } of fleetTurns(shares).slice(0, atMost)) {
    if (free <= 0) return;
    try {
      const { sent, byFleet } = await dispatchNextJobs(tenant, deps);
      free -= sent;
      if (sent === 0 && !byFleet) await leaveTurns(tenant, waits, deps);
    } catch (cause) {
      deps.log.error('A tenant whose turn it is could not be woken; the sweep does it', { tenant_id: tenant, cause });
    }
  }
}
