import type { Intent, Launch, LeaseHolder } from '../model/launch';
import type { LaunchChange } from '../ports';
import { launchMove, type LaunchTransitionDeps } from './launch';

/** `recordIntent` in one write with other rows: the launch as it will be, and the write that makes it so. */
export function buildIntent(
  launch: Launch,
  next: { readonly intent: Intent; readonly attempted: readonly string[] },
  lease: LeaseHolder,
  deps: Pick<LaunchTransitionDeps, 'clock'>,
): { readonly launch: Launch; readonly write: LaunchChange } {
  const changes = { intent: next.intent, attempted: [...next.attempted] };
  const move = launchMove('recordIntent', { changes, condition: { leaseOwner: lease.name } }, deps);
  const { installationId, launchId } = launch;
  return {
    launch: {
      ...launch,
      ...changes,
      state: 'launching',
      updatedAt: deps.clock.now().toISOString(),
      version: launch.version + 1,
    },
    write: { installationId, launchId, ...move },
  };
}
