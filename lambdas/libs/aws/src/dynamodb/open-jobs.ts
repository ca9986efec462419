import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { isEnded, jobIdOfLaunch, openAtOfJob, type Job, type JobStore } from '@multi-tenant-runner/core';
import { batchGet } from './batch-get';
import { Expression } from './expression';
import { keyOfJob } from './job-rows';
import { keysOfOpen } from './launch-store';
import { pageOpenRows } from './open-rows';
import { fromItem } from './rows';
import { createTable } from './table';

export interface OpenJobsDeps {
  readonly client: Pick<DynamoDBClient, 'send'>;
  /** Of the jobs. */
  readonly tableName: string;
  readonly launchesTable: string;
}

/** A tenant may have thousands of jobs; a caller reads only the first few at a time. */
const PAGE = 50;

export async function getJobs(
  { client, tableName }: Pick<OpenJobsDeps, 'client' | 'tableName'>,
  installationId: number,
  jobIds: Iterable<number>,
): Promise<readonly Job[]> {
  const keys = [...new Set(jobIds)].map((jobId) => keyOfJob(installationId, jobId));
  return (await batchGet(client, tableName, keys)).map((item) => fromItem<Job>(item));
}

/** A tenant's open jobs: those that its index has, and those that its open launches lead to. */
export function createOpenJobs(deps: OpenJobsDeps): Pick<JobStore, 'listOpen' | 'pageOpen' | 'pageIndexed'> {
  const { client, tableName, launchesTable } = deps;
  const jobs = createTable(client, tableName);
  const launches = createTable(client, launchesTable);

  const jobIdsOfLaunches = async (installationId: number): Promise<readonly number[]> => {
    const ids: number[] = [];
    for await (const key of launches.query(keysOfOpen(installationId)))
      ids.push(jobIdOfLaunch(key['launch_id']?.S ?? ''));
    return ids;
  };

  /**
   * With what the index answers, in its order. The launches are read before it, as one may end and put its job there
   * right after, and behind it, as an admission may have taken one out right before.
   */
  const withLed = async (
    installationId: number,
    readIndex: () => Promise<readonly Job[]>,
    fits: (job: Job) => boolean,
  ): Promise<Job[]> => {
    const before = await jobIdsOfLaunches(installationId);
    const indexed = await readIndex();
    const led = new Set([...before, ...(await jobIdsOfLaunches(installationId))]);
    for (const { jobId } of indexed) led.delete(jobId);
    const others = (await getJobs(deps, installationId, led)).filter((job) => !isEnded(job.state) && fits(job));
    return [...indexed, ...others].sort((one, other) => (openAtOfJob(one) < openAtOfJob(other) ? -1 : 1));
  };

  const indexedIn = async (
    installationId: number,
    { states, limit }: { readonly states: readonly string[] | undefined; readonly limit: number },
  ): Promise<readonly Job[]> => {
    const expression = new Expression();
    const rows: Job[] = [];
    const items = jobs.query({
      IndexName: 'open-index',
      ConsistentRead: true,
      KeyConditionExpression: expression.equals('installation_id', installationId),
      ...(states && { FilterExpression: expression.isOneOf('state', states) }),
      ...expression.placeholders,
      ...(limit <= PAGE && { Limit: PAGE }),
    });
    for await (const item of items) if (rows.push(fromItem<Job>(item)) >= limit) break;
    return rows;
  };

  return {
    listOpen: async (installationId, { states, limit = Number.POSITIVE_INFINITY } = {}) => {
      if (limit <= 0) return [];
      const fits = ({ state }: Job): boolean => states === undefined || states.includes(state);
      const open = await withLed(installationId, () => indexedIn(installationId, { states, limit }), fits);
      return open.slice(0, limit);
    },
    pageOpen: async (installationId, { after, limit }) => {
      const request = { limit, ...(after !== undefined && { after }) };
      const isBehind = (job: Job): boolean => after === undefined || openAtOfJob(job) > after;
      const readIndex = async (): Promise<readonly Job[]> =>
        (await pageOpenRows<Job>(jobs, installationId, request)).rows;
      const rows = (await withLed(installationId, readIndex, isBehind)).slice(0, limit);
      const last = rows.length < limit ? undefined : rows.at(-1);
      return { rows, ...(last && { next: openAtOfJob(last) }) };
    },
    pageIndexed: (installationId, request) => pageOpenRows<Job>(jobs, installationId, request),
  };
}
