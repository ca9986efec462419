import type { Program } from '@multi-tenant-runner/sandbox/command-line';
import type { DynamoDbLocal } from '@multi-tenant-runner/testing';
import { fill } from '../fill';
import { environmentOf } from '../launch-rate/container';
import { startLoopback } from '../launch-rate/loopback';
import { LOAD, TABLE_PREFIX } from '../load';
import { runBeside } from '../run-main';
import { GOAL, PROCESSES, measureCommands } from './measure';

const JOBS = 200;

const PROGRAM: Program = {
  name: 'yarn bench:mtr',
  usage: `Runs commands of mtr, as operators get it, with ${LOAD.tenants} tenants on DynamoDB Local, which needs Java.

  yarn bench:mtr

Prints the median of ${PROCESSES} processes of each, from their start to their end, and their processor time in the
mean. Ends with 1 where one takes more than ${GOAL} ms.`,
  options: {},
};

async function main(local: DynamoDbLocal): Promise<number> {
  const { BENCH_MTR: mtr = '' } = process.env;
  const load = { ...LOAD, tombstones: 0, jobs: JOBS };
  await fill(local.client, load, (line) => console.error(`writing ${line}`));
  const environment = (url: string) => environmentOf(url, TABLE_PREFIX);
  const loopback = await startLoopback({
    dynamoDb: local.env['AWS_ENDPOINT_URL'] ?? '',
    parameters: {},
    environment,
  });
  try {
    const env = { ...environment(loopback.url), MTR_PREFIX: TABLE_PREFIX };
    const times = await measureCommands(mtr, env, loopback);
    for (const { command, milliseconds, processor, requests } of times) {
      const [all, own] = [milliseconds, processor].map((time) => time.toFixed(0).padStart(5));
      console.log(`${command.padEnd(36)} ${all} ms  ${own} ms of a processor  ${requests} requests`);
    }
    return times.every(({ milliseconds }) => milliseconds <= GOAL) ? 0 : 1;
  } finally {
    await loopback.stop();
  }
}

runBeside(PROGRAM, main);
