import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createTables } from '@multi-tenant-runner/testing';
import { measureJobLife, type StepCost } from './job-life';

/** Machines of the job's tenant, with its own. */
const MACHINES = [1, 400, 1_000];

/** A job's life for each of these numbers. */
export async function measureJobs(
  client: Pick<DynamoDBClient, 'send'>,
): Promise<ReadonlyMap<number, readonly StepCost[]>> {
  const lives = new Map<number, readonly StepCost[]>();
  for (const machines of MACHINES) {
    const prefix = `job-${machines}`;
    await createTables(client, prefix);
    lives.set(machines, await measureJobLife(client, { prefix, machines: machines - 1 }));
  }
  return lives;
}
