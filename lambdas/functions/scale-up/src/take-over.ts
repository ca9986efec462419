import {
  ageOf,
  findMachines,
  hasLiveLease,
  type Intent,
  type Launch,
  type LaunchAnswer,
} from '@multi-tenant-runner/core';
import { RetryLater, type ScaleUpDeps } from './deps';

/** A launch whose machine others' machines were asked for with, by one call of which nobody has seen the answer. */
export type GroupLaunch = Launch & { readonly intent: Intent };

export function isUnsettledGroup(launch: Launch): launch is GroupLaunch {
  return launch.instanceId === undefined && launch.intent?.group !== undefined;
}

/** Since when the intent stands is known only before the lease is taken, which is a write of its own. */
export function isPastGrace(launch: Launch, { clock, scaleUp }: Pick<ScaleUpDeps, 'clock' | 'scaleUp'>): boolean {
  return ageOf(launch.updatedAt, clock.now()) >= scaleUp.grace;
}

/**
 * Another invocation asked for a group's machines and is gone. Its call is never sent again: it names launches that may
 * have been settled since. What goes on is a launch whose own machine is there, or that is past the grace, so that none
 * will come.
 *
 * @throws RetryLater where there is nothing to go on with yet
 */
export async function waitForGroup(launch: GroupLaunch, deps: Pick<ScaleUpDeps, 'clock' | 'scaleUp' | 'fleet'>) {
  if (hasLiveLease(launch, deps.clock.now()) || isPastGrace(launch, deps)) return;
  if ((await findMachines(launch.intent, deps)).length === 0)
    throw new RetryLater("EC2 may still start the machine of a group's launch; it is looked for again");
}

/**
 * Under the lease: the launch's own machine, or undefined with the proof that there is none.
 *
 * @param isOver whether the intent was past the grace before the lease was taken
 * @throws RetryLater where EC2 does not show it any more
 */
export async function findOwnMachine(
  launch: GroupLaunch,
  isOver: boolean,
  deps: Pick<ScaleUpDeps, 'fleet'>,
): Promise<LaunchAnswer | undefined> {
  const machines = await findMachines(launch.intent, deps);
  const [machine] = machines;
  if (machine !== undefined) {
    const { instanceId, state, launchedAt, stateReason, interfaceId } = machine;
    return {
      kind: 'started',
      instanceId,
      state,
      launchedAt,
      ...(interfaceId !== undefined && { interfaceId }),
      ...(stateReason !== undefined && { stateReason }),
    };
  }
  if (!isOver) throw new RetryLater("EC2 no longer shows the machine of a group's launch; it is looked for again");
  return undefined;
}
