import { createClientConfig, createDynamoDbClient } from '@multi-tenant-runner/aws';
import { runSweeps, type SweepRun } from './run-sweeps';
import type { Load } from './load';

/** What the bench gives its child as the only argument. */
export interface SweeperOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly load: Load;
  readonly freeRuns: number;
  readonly mostRuns: number;
}

/** A line of the child's output. */
export type SweeperLine = SweepRun & {
  /** The highest so far, of the whole process, as Lambda counts it. */
  readonly megabytes: number;
};

const { env, load, ...runs } = JSON.parse(process.argv[2] ?? '') as SweeperOptions;
const client = createDynamoDbClient(createClientConfig(env));

async function main(): Promise<void> {
  for await (const run of runSweeps(client, load, runs)) {
    const line: SweeperLine = { ...run, megabytes: process.resourceUsage().maxRSS / 1_024 };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  },
);
