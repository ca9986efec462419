import { isMachineOf, type Intent } from '../model/launch';
import type { Machine, RunnerFleet } from '../ports';

/**
 * The machines that an intent's call started: one, or none. None is proof once the intent is older than the grace, and
 * the caller has held the launch's lease since before it looked.
 */
export async function findMachines(
  intent: Intent,
  { fleet }: { readonly fleet: Pick<RunnerFleet, 'findByToken'> },
): Promise<readonly Machine[]> {
  const found = await fleet.findByToken(intent.clientToken);
  return found.filter((machine) => isMachineOf(machine, intent));
}
