import { buildMachineLife, isEndedLaunch } from '../decisions/machine-life';
import type { Launch } from '../model/launch';
import type { TenantLookup } from '../model/tenant';
import type { MachineLife } from '../model/usage';
import type { ProtocolDeps } from './deps';

export type UsageDeps = Pick<ProtocolDeps, 'usage' | 'prices' | 'jobs' | 'log'>;

/**
 * Puts the life of a launch's machine into the ledger. A ledger that does not answer must not keep the slot, nor the
 * job: the row stays `ending`, and the sweep comes back to it.
 *
 * @returns false when it is still to be written; undefined when there never was a machine
 */
export async function recordUsage(
  launch: Launch,
  lookup: TenantLookup,
  deps: UsageDeps,
): Promise<MachineLife | undefined | false> {
  if (!isEndedLaunch(launch)) return undefined;
  try {
    const job = await deps.jobs.get(launch.installationId, launch.takenBy ?? launch.jobId);
    const accountId = lookup.kind === 'tenant' ? lookup.tenant.accountId : undefined;
    const life = buildMachineLife(launch, {
      ...(job !== undefined && { job }),
      ...(accountId !== undefined && { accountId }),
      prices: deps.prices,
    });
    return await deps.usage.record(life);
  } catch (cause) {
    deps.log.error("A machine's life could not be put into the ledger yet; the sweep tries again", {
      launch_id: launch.launchId,
      cause,
    });
    return false;
  }
}
