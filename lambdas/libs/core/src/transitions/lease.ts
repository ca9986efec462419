import type { Launch, LeaseHolder } from '../model/launch';
import { NO_LEASE, leaseOf, moveLaunch, type LaunchKey, type LaunchTransitionDeps } from './launch';

/**
 * Takes the lease of a launch if no other invocation holds it; undefined otherwise. Only in the state that it was read
 * in, as the caller's decision rests on that.
 *
 * @param options.unchanged only if no other write reached the row since it was read. Needed before the conclusion that
 *   no machine exists: another may have had the lease meanwhile and started one, and EC2's lists lag behind that.
 */
export async function takeLease(
  launch: Launch,
  holder: LeaseHolder,
  deps: LaunchTransitionDeps,
  options: { readonly unchanged?: boolean } = {},
): Promise<Launch | undefined> {
  const condition = {
    from: [launch.state],
    leaseFreeAt: deps.clock.now().getTime(),
    leaseFreeFor: holder.name,
    ...(options.unchanged === true && { version: launch.version }),
  };
  const taken = await moveLaunch('takeLease', launch, { changes: leaseOf(holder, deps), condition }, deps);
  return taken.ok ? taken.row : undefined;
}

/** A lease that is not given back simply runs out. */
export async function dropLease(launch: LaunchKey, holder: LeaseHolder, deps: LaunchTransitionDeps): Promise<void> {
  await moveLaunch('dropLease', launch, { changes: NO_LEASE, condition: { leaseOwner: holder.name } }, deps);
}
