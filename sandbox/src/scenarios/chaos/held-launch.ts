import type { AttributeValue } from '@aws-sdk/client-dynamodb';

type Row = Record<string, AttributeValue>;

const AGE_MS = 20 * 60_000;
/** No job of the sandbox's GitHub has such a number. */
const FIRST_JOB = 9_000_000_000;
/** Keys of the index over all tenants' open rows. */
const SHARDS = 16;

/** The rows of a job and of a launch that holds a slot for it, as they were written before an operator's apply. */
export function heldLaunch(
  installationId: number,
  tier: string,
): { readonly jobId: number; readonly job: Row; readonly launch: Row } {
  const jobId = FIRST_JOB + installationId;
  const launchId = `${jobId}-1`;
  const at = new Date(Date.now() - AGE_MS).toISOString();
  const shared: Row = {
    installation_id: { N: String(installationId) },
    job_id: { N: String(jobId) },
    launch_id: { S: launchId },
    owner: { S: 'stuck' },
    tier: { S: tier },
    open_shard: { N: String(installationId % SHARDS) },
    updated_at: { S: at },
  };
  const launch: Row = {
    ...shared,
    ...{ state: { S: 'held' }, scope: { S: 'org' }, version: { N: '1' } },
    open_at: { S: at },
  };
  const job: Row = {
    ...shared,
    ...{ state: { S: 'queued' }, run_id: { N: '1' }, repo: { S: 'app' }, labels: { L: [{ S: tier }] } },
    ...{ owner_id: { N: '1' }, owner_type: { S: 'Organization' }, is_public: { BOOL: false } },
    ...{ start_number: { N: '1' }, restarts: { N: '0' } },
    ...{ queued_at: { S: at }, open_at: { S: `${at}#${jobId}` } },
  };
  return { jobId, job, launch };
}
