import { holdsSlot } from '../model/launch';
import type { ProtocolDeps } from './deps';

/**
 * Makes a tenant's row say how many of its launches hold a slot. No release and no admission needs it: it mends what a
 * hand or a restored backup has left there.
 *
 * @returns whether the row said otherwise
 */
export function recountSlots(
  installationId: number,
  { tenants, launches, clock }: Pick<ProtocolDeps, 'tenants' | 'launches' | 'clock'>,
): Promise<boolean> {
  return tenants.recountSlots(
    installationId,
    clock.now(),
    async () => (await launches.listOpen(installationId)).filter(holdsSlot).length,
  );
}
