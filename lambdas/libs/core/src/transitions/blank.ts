import type { ReadyBlank } from '../model/blank';
import type { Launch, LeaseHolder } from '../model/launch';
import { runnerName } from '../model/names';
import type { Clock } from '../model/time';
import type { Binding, Written } from '../ports';
import { launchMove, moveLaunch, type LaunchKey, type LaunchTransitionDeps } from './launch';

/** Whose the machine becomes. */
export interface BlankOwner {
  readonly securityGroupId: string;
  readonly tenantTier: string;
}

/** What a launch is once a machine is bound to it, and the write that makes it so. */
export interface Bound {
  readonly launch: Launch & { readonly instanceId: string };
  readonly binding: Binding;
}

/**
 * A machine that is there takes the place of the intent and of EC2's answer. Its time for the launch, and for the
 * tenant's ledger, begins now.
 */
export function buildBinding(
  launch: Launch,
  { blank, owner, lease }: { readonly blank: ReadyBlank; readonly owner: BlankOwner; readonly lease: LeaseHolder },
  deps: { readonly clock: Clock; readonly environment: string },
): Bound {
  const { blankId, instanceId, interfaceId, announcement, launchedAt } = blank;
  const boundAt = deps.clock.now().toISOString();
  const changes = {
    intent: { ...blank.intent, securityGroupId: owner.securityGroupId, tenantTier: owner.tenantTier },
    instanceId,
    ...(interfaceId !== undefined && { interfaceId }),
    runnerName: runnerName(deps.environment, instanceId),
    launchedAt: boundAt,
    blank: { blankId, nonceHash: announcement.nonceHash, startedAt: launchedAt },
  };
  const move = launchMove('bindBlank', { changes, condition: { leaseOwner: lease.name } }, deps);
  return {
    launch: { ...launch, ...changes, state: 'launching', updatedAt: boundAt, version: launch.version + 1 },
    binding: { installationId: launch.installationId, launchId: launch.launchId, boundAt, ...move },
  };
}

/** Its machine could not be made the tenant's and has ended, before anything was stored for it. */
export function dropBlank(launch: LaunchKey, lease: LeaseHolder, deps: LaunchTransitionDeps): Promise<Written<Launch>> {
  const changes = {
    intent: null,
    instanceId: null,
    interfaceId: null,
    runnerName: null,
    launchedAt: null,
    blank: null,
  };
  return moveLaunch('dropBlank', launch, { changes, condition: { leaseOwner: lease.name } }, deps);
}
