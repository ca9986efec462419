import type { Program } from '@multi-tenant-runner/sandbox/command-line';
import type { DynamoDbLocal } from '@multi-tenant-runner/testing';
import { jobTables } from './job-cost';
import { measureJobs } from './measure-jobs';
import { runBeside } from './run-main';

const PROGRAM: Program = {
  name: 'yarn bench:job',
  usage: `Runs the life of one job through the functions' own handlers on DynamoDB Local, which needs Java; seconds.

  yarn bench:job

Prints every call of AWS and GitHub with its units, and the tables of docs/cost.md.`,
  options: {},
};

async function main(local: DynamoDbLocal): Promise<number> {
  const lives = await measureJobs(local.client);
  const [first = []] = lives.values();
  for (const { function: name, event, aws, gitHub } of first)
    console.log(`${`${name}, ${event}`.padEnd(40)} ${[...aws, ...gitHub].join(', ')}`);
  console.log(['', ...jobTables(lives)].join('\n'));
  return 0;
}

runBeside(PROGRAM, main);
