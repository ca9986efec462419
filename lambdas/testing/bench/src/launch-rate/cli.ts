import type { Program } from '@multi-tenant-runner/sandbox/command-line';
import type { DynamoDbLocal } from '@multi-tenant-runner/testing';
import { LATENCIES } from './latencies';
import { measureLaunchRates, type LaunchRate } from './measure';
import { runBeside } from '../run-main';

const PROGRAM: Program = {
  name: 'yarn bench:launches',
  usage: `Gives one container of scale-up, with its real bundle, 25 jobs in one event; two minutes. AWS and GitHub are a
server beside it whose answers take the times below, its tables are DynamoDB Local's, which needs Java.

  yarn bench:launches

${Object.entries(LATENCIES)
  .map(([name, times]) => `  ${name.padEnd(10)} ${describe(times)}`)
  .join('\n')}

Prints launches a second, the processor time of a job, and the requests of a job.`,
  options: {},
};

function describe(times: object): string {
  return Object.entries(times)
    .map(([service, milliseconds]) => `${service} ${milliseconds} ms`)
    .join(', ');
}

function lineOf({ setup, latencies, tenants, jobs, rate, cpuMilliseconds, requests }: LaunchRate): string {
  const calls = [...requests].map(([name, count]) => `${name} ×${count.toFixed(2)}`).join(', ');
  const subject = `${setup}: ${jobs} jobs of ${tenants}, ${latencies}`;
  const cpu = `${cpuMilliseconds.toFixed(0).padStart(3)} ms CPU a job`;
  return `${subject.padEnd(46)} ${rate.toFixed(2).padStart(6)} a second  ${cpu}  ${calls}`;
}

async function main(local: DynamoDbLocal): Promise<number> {
  const { BENCH_WORKER: worker = '', BENCH_BUNDLE: bundle = '' } = process.env;
  for (const rate of await measureLaunchRates(local, { worker, bundle })) console.log(lineOf(rate));
  return 0;
}

runBeside(PROGRAM, main);
