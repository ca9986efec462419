import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import type { Loopback } from '../launch-rate/loopback';
import { LARGE_TENANT, LOAD, loginOf, otherTenants } from '../load';

/** From the start of a process to its end, with Node's own start in it. */
export interface CommandTime {
  readonly command: string;
  /** Median. */
  readonly milliseconds: number;
  /** Of a processor, in the mean: what it takes whoever else uses the machine. NaN where Linux doesn't tell. */
  readonly processor: number;
  /** To DynamoDB. */
  readonly requests: number;
}

export const GOAL = 300;
export const PROCESSES = 9;

/** So that a list that is read from its beginning would show. */
const LAST = otherTenants(LOAD).at(-1) ?? LARGE_TENANT;

/** Of each kind one: a list of an index, a row, a tenant's rows, and the whole fleet's. */
const COMMANDS: readonly (readonly string[])[] = [
  ['tenants', 'list'],
  ['tenants', 'show', loginOf(LAST)],
  ['jobs', 'list', String(LARGE_TENANT)],
  ['jobs', 'why', '1', '--tenant', String(LARGE_TENANT)],
  ['waiting'],
  ['limits', String(LARGE_TENANT)],
];

/** Each command some times, one after the other; the first time, which reads the file from the disk, does not count. */
export async function measureCommands(
  mtr: string,
  env: Readonly<Record<string, string>>,
  { counts }: Pick<Loopback, 'counts'>,
): Promise<CommandTime[]> {
  const requests = (): number => [...counts.values()].reduce((sum, count) => sum + count, 0);
  const times = [{ command: '(Node alone)', ...(await timeOf(['--eval', ''], env)), requests: 0 }];
  for (const command of COMMANDS) {
    const before = requests();
    const time = await timeOf([mtr, ...command], env);
    times.push({ command: command.join(' '), ...time, requests: (requests() - before) / (PROCESSES + 1) });
  }
  return times;
}

const run = promisify(execFile);

async function timeOf(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Pick<CommandTime, 'milliseconds' | 'processor'>> {
  const times: number[] = [];
  await run(process.execPath, [...args], { env });
  const before = processorOfChildren();
  for (let count = 0; count < PROCESSES; count += 1) {
    const start = performance.now();
    await run(process.execPath, [...args], { env });
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return {
    milliseconds: times[Math.floor(times.length / 2)] ?? 0,
    processor: (processorOfChildren() - before) / PROCESSES,
  };
}

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: cutime and cstime, in hundredths of a second. */
function processorOfChildren(): number {
  try {
    const fields = readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return (Number(fields[13]) + Number(fields[14])) * 10;
  } catch {
    return Number.NaN;
  }
}
