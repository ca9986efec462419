import { execFileSync, spawn } from 'node:child_process';
import { existsSync, openSync, closeSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RecordedProcess } from './state';

interface StartOptions {
  readonly name: string;
  readonly command: string;
  readonly args: string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly log: string;
}

/** Starts a program in a process group of its own, so that it outlives us and ends with all its children. */
export async function startDetached(options: StartOptions): Promise<RecordedProcess> {
  const output = openSync(options.log, 'a', 0o600);
  const child = spawn(options.command, options.args, {
    cwd: options.cwd,
    env: options.env,
    detached: true,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  const pid = await new Promise<number>((resolve, reject) => {
    child.once('error', (error) => reject(new Error(`${options.name} could not be started: ${error.message}`)));
    child.once('spawn', () =>
      child.pid === undefined ? reject(new Error(`${options.name} has no process id`)) : resolve(child.pid),
    );
  });
  child.unref();
  return { name: options.name, pid, started: startTime(pid) ?? '', log: options.log };
}

/** When a process started, in a form that only has to compare equal, or undefined when it is gone. */
export function startTime(pid: number): string | undefined {
  try {
    const stat = `/proc/${pid}/stat`;
    if (existsSync('/proc/self/stat')) return startField(readFileSync(stat, 'utf8'));
    const started = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return started === '' ? undefined : started;
  } catch {
    return undefined;
  }
}

/** Field 22 of /proc/<pid>/stat; the name in field 2 may hold spaces and brackets. A zombie counts as gone. */
export function startField(stat: string): string | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? undefined : fields[19];
}

export function isAlive(recorded: Pick<RecordedProcess, 'pid' | 'started'>): boolean {
  return recorded.started !== '' && startTime(recorded.pid) === recorded.started;
}

/**
 * Whether children of a process have outlived it: its group continues without a leader, so its id is not reused.
 */
function isOrphaned({ pid, started }: RecordedProcess): boolean {
  return started !== '' && startTime(pid) === undefined && groupIsAlive(pid);
}

/** The last lines of a process's log, for the message that says it died. */
export function logTail(recorded: Pick<RecordedProcess, 'log'>, lines = 15): string {
  return existsSync(recorded.log)
    ? readFileSync(recorded.log, 'utf8').trimEnd().split('\n').slice(-lines).join('\n')
    : '';
}

/** Ends the groups of the processes that are still ours; asks first, then insists. */
export async function endProcesses(recorded: readonly RecordedProcess[], graceSeconds = 3): Promise<string[]> {
  const ours = recorded.filter((one) => isAlive(one) || isOrphaned(one));
  for (const one of ours) signalGroup(one.pid, 'SIGTERM');
  const until = Date.now() + graceSeconds * 1000;
  while (Date.now() < until && ours.some((one) => groupIsAlive(one.pid))) await sleep(50);
  for (const one of ours) signalGroup(one.pid, 'SIGKILL');
  return ours.map((one) => one.name);
}

/** The last resort of a process that is ending itself and can wait for nothing. */
export function killProcessesNow(recorded: readonly RecordedProcess[]): void {
  for (const one of recorded) if (isAlive(one)) signalGroup(one.pid, 'SIGKILL');
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // Gone already.
  }
}

function groupIsAlive(pid: number): boolean {
  try {
    process.kill(-pid, 0);
    return true;
  } catch {
    return false;
  }
}
