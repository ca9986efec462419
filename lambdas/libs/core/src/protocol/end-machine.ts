import { isMachineGone, type Launch, type LeaseHolder } from '../model/launch';
import type { EndState } from '../ports';
import { deregister } from './deregister';
import { release, type JobFollowUp, type ReleaseDeps } from './release';
import type { ProtocolDeps } from './deps';

/** No repeat mends it, only a hand. */
export function protectedMachines(instanceIds: readonly string[]): Error {
  return new Error(
    `EC2 refuses to end ${instanceIds.join(', ')}, as termination protection is on; turn it off with ` +
      '`aws ec2 modify-instance-attribute --no-disable-api-termination --instance-id <id>`',
  );
}

/** What EC2 said of those that it was asked to end. @throws where one of them is protected */
export async function refuseProtected(states: ReadonlyMap<string, EndState>): Promise<void> {
  const ids = [...states].filter(([, state]) => state === 'protected').map(([id]) => id);
  if (ids.length > 0) throw protectedMachines(ids);
}

export type EndMachineDeps = ReleaseDeps & Pick<ProtocolDeps, 'fleet' | 'environment'>;

export interface EndMachine {
  readonly reason: string;
  readonly followUp: JobFollowUp;
  readonly lease: LeaseHolder;
  /** The machine ran a job, as it said itself. */
  readonly worked?: boolean;
  /**
   * `must-go`: only GitHub's word that the registration is gone makes sure that no job runs. `none`: no configuration
   * was ever stored, so no job can. `unused`: the same, but there is a registration, which the release takes back.
   * `whatever`: the tenant is gone, or the time is up.
   */
  readonly registration: 'must-go' | 'none' | 'unused' | 'whatever';
}

/**
 * `busy`: a job runs, the machine stays. `unsure`: GitHub gave no answer, the machine stays for now. `protected`: EC2
 * refuses to end it.
 */
export type MachineEnd = 'ended' | 'busy' | 'unsure' | 'protected';

/**
 * Terminates a launch's machine and gives its slot back. The caller holds the lease from before the look at GitHub
 * until after the terminate, so that no configuration is stored in between.
 */
export async function endMachine(
  launch: Launch & { readonly instanceId: string },
  how: EndMachine,
  deps: EndMachineDeps,
): Promise<MachineEnd> {
  if (how.registration === 'must-go') {
    const gone = await deregister(launch, deps);
    if (gone.kind === 'busy') return 'busy';
    if (gone.kind === 'unsure') {
      deps.log.warn('GitHub did not say whether a runner is busy, so its machine stays for now', {
        launch_id: launch.launchId,
        answer: gone.answer,
      });
      return 'unsure';
    }
  }
  const states = await deps.fleet.terminate([launch.instanceId]);
  const state = states.get(launch.instanceId);
  if (state === 'protected') {
    deps.log.warn(protectedMachines([launch.instanceId]).message, { launch_id: launch.launchId });
    return 'protected';
  }
  if (!isMachineGone(launch, state, deps.clock.now())) return 'unsure';
  await release(
    launch,
    {
      reason: how.reason,
      followUp: how.followUp,
      deregistered: how.registration === 'must-go' || how.registration === 'none',
      ...(how.worked === true && { worked: true }),
    },
    deps,
  );
  return 'ended';
}
