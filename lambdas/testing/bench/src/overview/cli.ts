import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Program } from '@multi-tenant-runner/sandbox/command-line';
import { runBurst, type BurstLoad } from '@multi-tenant-runner/simulator/burst-load';
import { recoverFromOutage } from '@multi-tenant-runner/simulator/outage-load';
import { runPushes } from '@multi-tenant-runner/simulator/push-load';
import type { DynamoDbLocal } from '@multi-tenant-runner/testing';
import { measureLaunchRates } from '../launch-rate/measure';
import { measureJobs } from '../measure-jobs';
import { runBeside } from '../run-main';
import { overviewRows, overviewTable, type Bursts } from './rows';

const PROGRAM: Program = {
  name: 'yarn bench:overview',
  usage: `Measures what the other benches measure, each in its shortest form, and prints one table; two minutes.

  yarn bench:overview

DynamoDB Local needs Java.`,
  options: {},
};

/** An hour at a million jobs a day. */
const OUTAGE = { minutes: 60, tenants: 1_000, jobs: 41_667 };

async function measureBursts(setup: Required<BurstLoad>['setup']): Promise<Bursts> {
  const waitsOf = async (load: BurstLoad) => (await runBurst({ ...load, setup })).waits;
  return {
    hundredTenants: await waitsOf({ tenants: 100, jobs: 1 }),
    hundredFirst: await waitsOf({ tenants: 100, jobs: 1, isFirst: true }),
    oneTenant25: await waitsOf({ tenants: 1, jobs: 25 }),
    oneTenant100: await waitsOf({ tenants: 1, jobs: 100 }),
    besideFlood: await waitsOf({ tenants: 99, jobs: 1, flood: 500 }),
  };
}

async function main(local: DynamoDbLocal): Promise<number> {
  const { BENCH_WORKER: worker = '', BENCH_BUNDLE: bundle = '', BENCH_ZIPS: folder = '' } = process.env;
  const rates = await measureLaunchRates(local, { worker, bundle });
  const lives = await measureJobs(local.client);
  const rows = overviewRows({
    rates,
    lives,
    bursts: { own: await measureBursts({}), shared: await measureBursts({ shared: true, concurrency: 30 }) },
    outage: await recoverFromOutage(OUTAGE),
    pushes: await runPushes({ tenants: 100, pushes: 10, apps: 1, minutes: 5 }),
    pushesRaised: await runPushes({ tenants: 100, pushes: 10, apps: 1, minutes: 5, raised: 4 }),
    zips: new Map(readdirSync(folder).map((file) => [file.replace('.zip', ''), statSync(join(folder, file)).size])),
  });
  console.log(overviewTable(rows).join('\n'));
  return 0;
}

runBeside(PROGRAM, main);
