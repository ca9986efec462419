import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { toAttributes } from '@multi-tenant-runner/aws';
import { SECOND, encodeJobMessage } from '@multi-tenant-runner/core';
import { createTables, jobMessage, tenantRow, type DynamoDbLocal } from '@multi-tenant-runner/testing';
import { PARAMETERS, startContainer, type Container } from './container';
import { LATENCIES, type Latencies } from './latencies';
import { startLoopback } from './loopback';

export interface LaunchRate {
  readonly latencies: keyof typeof LATENCIES;
  readonly tenants: number;
  readonly jobs: number;
  /** Launches a second. */
  readonly rate: number;
  readonly cpuMilliseconds: number;
  /** Requests a job, by service. */
  readonly requests: ReadonlyMap<string, number>;
}

/** Jobs of one event. */
const JOBS = 25;
const PREFIX = 'rate';
const FIRST_TENANT = 1_001;

/** One warm container of scale-up, 25 jobs in one event, of one tenant or of 25. */
export async function measureLaunchRates(
  local: DynamoDbLocal,
  bundles: { readonly worker: string; readonly bundle: string },
): Promise<readonly LaunchRate[]> {
  await createTables(local.client, PREFIX);
  for (let tenant = 0; tenant < JOBS; tenant += 1) await writeTenant(local, FIRST_TENANT + tenant);
  const loopback = await startLoopback({ dynamoDb: local.env['AWS_ENDPOINT_URL'] ?? '', parameters: PARAMETERS });
  const container = startContainer({ ...bundles, url: loopback.url, prefix: PREFIX });
  const rates: LaunchRate[] = [];
  try {
    let nextJob = 1;
    const run = async (tenants: number, latencies: Latencies) => {
      loopback.reset(latencies);
      const first = nextJob;
      nextJob += JOBS;
      return invoke(container, { first, tenants });
    };
    // Connections, code and tokens are warm afterwards.
    await run(JOBS, { dynamoDb: 0, ssm: 0, runInstances: 0, gitHub: 0 });
    for (const latencies of ['brief', 'realistic'] as const)
      for (const tenants of [1, JOBS]) {
        const { milliseconds, cpuMilliseconds, failed } = await run(tenants, LATENCIES[latencies]);
        if (failed > 0) throw new Error(`${failed} of ${JOBS} jobs failed`);
        const requests = new Map([...loopback.counts].map(([name, count]) => [name, count / JOBS]));
        const rate = JOBS / (milliseconds / SECOND);
        rates.push({ latencies, tenants, jobs: JOBS, rate, cpuMilliseconds: cpuMilliseconds / JOBS, requests });
      }
    return rates;
  } finally {
    container.stop();
    await loopback.stop();
  }
}

async function writeTenant({ client }: DynamoDbLocal, installationId: number): Promise<void> {
  const row = tenantRow({ installation_id: installationId, max_runners: 1_000 });
  await client.send(new PutItemCommand({ TableName: `${PREFIX}-tenants`, Item: toAttributes(row) }));
}

function invoke(container: Container, { first, tenants }: { readonly first: number; readonly tenants: number }) {
  const queuedAt = new Date().toISOString();
  const records = Array.from({ length: JOBS }, (_, index) => {
    const installationId = FIRST_TENANT + (index % tenants);
    return {
      messageId: `message-${first + index}`,
      body: encodeJobMessage(jobMessage({ installationId, jobId: first + index, queuedAt })),
      attributes: { ApproximateReceiveCount: '1', MessageGroupId: String(installationId) },
    };
  });
  return container.invoke({ event: { Records: records }, requestId: `request-${first}` });
}
