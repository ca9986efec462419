import type { Launch } from '../model/launch';
import { hasLetGo } from '../model/machine-report';
import { DAY, ageOf } from '../model/time';
import { deregister } from './deregister';
import type { ProtocolDeps } from './deps';

export type LeftoverDeps = Pick<ProtocolDeps, 'github' | 'tenants' | 'environment' | 'log' | 'clock' | 'configs'>;

/**
 * The configuration and the registration that no runner will use. They must not keep the slot, but as long as
 * one stays, the row stays `ending` and the sweep comes back to it; after a day both have expired by themselves.
 *
 * @param how.deregistered GitHub has no registration of it any more, and need not be asked
 */
export async function removeLeftovers(
  launch: Launch,
  how: { readonly deregistered?: boolean },
  deps: LeftoverDeps,
): Promise<boolean> {
  const { instanceId } = launch;
  if (instanceId === undefined) return true;
  try {
    if (!hasLetGo(launch)) await deps.configs.remove(launch.installationId, [launch.launchId]);
    if (launch.takenBy !== undefined || how.deregistered === true) return true;
    if ((await deregister({ ...launch, instanceId }, deps)).kind !== 'unsure') return true;
  } catch (cause) {
    deps.log.warn('A leftover of an ended launch could not be removed yet', { launch_id: launch.launchId, cause });
  }
  return ageOf(launch.createdAt, deps.clock.now()) > DAY;
}
