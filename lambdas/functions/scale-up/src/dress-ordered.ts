import type { MachineFor } from './decide-intent';
import type { ScaleUpDeps } from './deps';
import type { WithMachine } from './machine-note';

/**
 * Makes a machine that came of a call for several tenants its own tenant's: the group, then the tags. Before that
 * nothing may be stored for it. A repeat changes nothing; a machine of the tenant's own call needs none of it.
 *
 * @returns false: it can't be made so, and must end
 */
export async function dressOrdered(
  launch: WithMachine,
  { securityGroupId, tenantTier }: MachineFor,
  { sharing, log }: Pick<ScaleUpDeps, 'sharing' | 'log'>,
): Promise<boolean> {
  const { intent, instanceId, installationId, launchId, jitStored } = launch;
  // Its configuration was stored, so it was dressed before that.
  if (intent?.order === undefined || jitStored === true) return true;
  const told = { instance_id: instanceId };
  try {
    const owner = { installationId, launchId, securityGroupId, tenantTier };
    const machine = { instanceId, blankId: intent.order, isNew: true };
    if ((await sharing?.blanks.dress(machine, owner)) === 'dressed') return true;
    log.warn('A machine of a shared call is not what it should be, and is ended', told);
  } catch (cause) {
    log.warn("A machine of a shared call could not get its tenant's group and tags, and is ended", { ...told, cause });
  }
  return false;
}
