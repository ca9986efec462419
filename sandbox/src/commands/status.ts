import { isAlive } from '../lib/processes';
import { type SandboxPaths, describeStage, readRecord, readSandboxFile, stageOf } from '../lib/state';
import { answers } from '../lib/wait';

export type Status = {
  up: boolean;
  /** Where it is not up: what to do. */
  problem?: string;
  folder: string;
  since?: string;
  webhook_url?: string;
  webhook_answers?: boolean;
  processes: { name: string; pid: number; alive: boolean }[];
};

export async function status(paths: SandboxPaths): Promise<Status> {
  const record = readRecord(paths);
  const sandbox = readSandboxFile(paths);
  const processes = (record?.processes ?? []).map((one) => ({ name: one.name, pid: one.pid, alive: isAlive(one) }));
  const up = sandbox !== undefined && processes.length > 0 && processes.every((one) => one.alive);
  const stage = stageOf(paths);
  // Half of its processes may have died since it was up.
  const problem = up
    ? undefined
    : stage === 'up'
      ? `The sandbox in ${paths.folder} has lost a process; end it with "npm run sandbox -- down".`
      : describeStage(paths, stage);
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
