import { endProcesses } from '../lib/processes';
import { readRecord, removeState, type SandboxPaths } from '../lib/state';

/** Ends what this sandbox's `up` started, and nothing else. */
export async function down(paths: SandboxPaths): Promise<string[]> {
  const record = readRecord(paths);
  const ended = await endProcesses([
    ...(record?.processes ?? []),
    ...(record?.terraform === undefined ? [] : [record.terraform]),
  ]);
  removeState(paths);
  return ended;
}
