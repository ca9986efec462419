import type { Program } from '@multi-tenant-runner/sandbox/command-line';
import type { DynamoDbLocal } from '@multi-tenant-runner/testing';
import { runBeside } from '../run-main';
import { measureMemory } from './measure';
import { memoryTable } from './price';

const PROGRAM: Program = {
  name: 'yarn bench:memory',
  usage: `What each function takes and costs at 128 to 1,024 MB: milliseconds of a warm event and of one with a start,
and dollars of a million warm ones.

  yarn bench:memory

Each function's real bundle runs in processes of its own beside answers that take their time; the time of a processor is
stretched to the share that Lambda gives, the waits are not. DynamoDB Local needs Java.`,
  options: {},
};

async function main(local: DynamoDbLocal): Promise<number> {
  const { BENCH_WORKER: worker = '', BENCH_BUNDLES: bundles = '', BENCH_ROOT: root = '' } = process.env;
  const measured = await measureMemory(local, { worker, bundles, root });
  for (const one of measured)
    console.log(
      `${one.name.padEnd(16)} load ${one.loadCpu.toFixed(0)} ms, first ${one.firstCpu.toFixed(0)} ms, ` +
        `warm ${one.warmCpu.toFixed(1)} ms of a processor and ${one.warmWait.toFixed(0)} ms of waits`,
    );
  console.log(memoryTable(measured).join('\n'));
  return 0;
}

runBeside(PROGRAM, main);
