import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { startDynamoDbLocal } from '@multi-tenant-runner/testing';
import { parseArguments } from './arguments';
import { fill } from './fill';
import type { Load } from './load';
import { idleMonths } from './idle-month';
import { GOAL, runLine, verdictOf } from './print';
import type { SweeperLine, SweeperOptions } from './sweeper';
import { runMain } from './run-main';

/** Runs in which the large tenant is active. */
const FREE_RUNS = 3;

/** As Lambda limits the heap of a function of so many megabytes: a tenth of it is for what is young. */
const HEAP = [
  `--max-semi-space-size=${Math.floor(GOAL.megabytes / 20)}`,
  `--max-old-space-size=${Math.floor((GOAL.megabytes * 9) / 10)}`,
];

async function main(): Promise<number> {
  const args = parseArguments(process.argv.slice(2));
  if (args.kind === 'help') console.log(args.text);
  if (args.kind === 'wrong') console.error(args.problem);
  if (args.kind !== 'run') return args.kind === 'help' ? 0 : 2;
  const local = await startDynamoDbLocal();
  try {
    await fill(local.client, args.load, (line) => console.error(`writing ${line}`));
    const runs = await sweepApart({
      env: local.env,
      load: args.load,
      freeRuns: FREE_RUNS,
      mostRuns: args.runs,
    });
    const { lines, missed } = verdictOf(args.load, runs);
    console.log(['', ...lines, '', ...idleMonths()].join('\n'));
    for (const goal of missed) console.error(`missed: ${goal}`);
    return missed.length === 0 ? 0 : 1;
  } finally {
    await local.stop();
  }
}

/** The function in a process of its own, whose memory is that of Lambda's. Ends it once all has been seen. */
async function sweepApart(options: SweeperOptions): Promise<SweeperLine[]> {
  const child = spawn(process.execPath, [...HEAP, process.env['BENCH_SWEEPER'] ?? '', JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
  const runs: SweeperLine[] = [];
  for await (const text of createInterface({ input: child.stdout })) {
    const run = JSON.parse(text) as SweeperLine;
    runs.push(run);
    console.log(runLine(runs.length, run));
    if (isOver(options.load, runs)) child.kill();
  }
  const code = await ended;
  if (!isOver(options.load, runs) && code !== 0) throw new Error(`the sweep ended with ${code}`);
  return runs;
}

/** Every other tenant was seen, and the large one was suspended long enough for all its jobs to say so. */
function isOver({ tenants, jobs }: Load, runs: readonly SweeperLine[]): boolean {
  const written = runs.slice(FREE_RUNS).reduce((sum, { visits }) => sum + visits.length, 0) * 500;
  return runs.some(({ seen }) => seen === tenants) && written >= jobs;
}

runMain(main);
