import { isAlive } from '../lib/processes';
import { describePhase, readRecord, readSandboxFile, phaseOf, type SandboxPaths } from '../lib/state';
import { answers } from '../lib/wait';

export interface Status {
  readonly up: boolean;
  /** Where it is not up: what to do. */
  readonly problem?: string;
  readonly folder: string;
  readonly since?: string;
  readonly webhook_url?: string;
  readonly webhook_answers?: boolean;
  readonly processes: { readonly name: string; readonly pid: number; readonly alive: boolean }[];
}

export async function status(paths: SandboxPaths): Promise<Status> {
  const record = readRecord(paths);
  const sandbox = readSandboxFile(paths);
  const processes = (record?.processes ?? []).map((one) => ({ name: one.name, pid: one.pid, alive: isAlive(one) }));
  const up = sandbox !== undefined && processes.length > 0 && processes.every((one) => one.alive);
  const phase = phaseOf(paths);
  // Half of its processes may have died since it was up.
  const problem = up
    ? undefined
    : phase === 'up'
      ? `The sandbox in ${paths.folder} has lost a process; end it with "npm run sandbox -- down".`
      : describePhase(paths, phase);
  if (record === undefined) return { up, folder: paths.folder, ...(problem !== undefined && { problem }), processes };
  const found: Status = {
    up,
    folder: paths.folder,
    since: record.created_at,
    ...(problem !== undefined && { problem }),
    processes,
  };
  if (sandbox === undefined) return found;
  return {
    ...found,
    webhook_url: sandbox.webhook_url,
    webhook_answers: up && (await answers(sandbox.webhook_url, { method: 'POST', body: '{}' })),
  };
}

export function describeStatus(found: Status): string {
  const head = found.problem ?? `The sandbox in ${found.folder} is up since ${found.since}.`;
  const processes = found.processes.map(
    (one) => `  ${one.alive ? 'running' : 'ended  '}  ${one.name} (pid ${one.pid})`,
  );
  const webhook =
    found.webhook_url === undefined
      ? []
      : [`  webhook  ${found.webhook_url} ${found.webhook_answers ? 'answers' : 'does not answer'}`];
  return [head, ...processes, ...webhook].join('\n');
}
