import { setTimeout as sleep } from 'node:timers/promises';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { toAttributes } from '@multi-tenant-runner/aws';
import { SECOND, encodeJobMessage } from '@multi-tenant-runner/core';
import { createTables, jobMessage, tenantRow, type DynamoDbLocal } from '@multi-tenant-runner/testing';
import { PARAMETERS, startContainer, type Container } from './container';
import { LATENCIES, type Latencies } from './latencies';
import { startLoopback, type Loopback } from './loopback';

/** How the module is set up, and of how many tenants its events are. */
const SETUPS = {
  'as given': { tenants: [1, 25], environment: {} },
  'shared calls': { tenants: [25], environment: { SHARED_CALLS: '{"small":[]}' } },
  // As AWS raises it for who asks.
  'raised launch_rate': {
    tenants: [25],
    environment: {
      LAUNCH_RATE: JSON.stringify({
        calls: { burst: 100, per_second: 20 },
        machines: { burst: 1_000, per_second: 20 },
      }),
    },
  },
} as const;

export interface LaunchRate {
  readonly setup: keyof typeof SETUPS;
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
const FIRST_TENANT = 1_001;
/** Connections, tokens and code are warm afterwards: V8 compiles what has run often. */
const WARM_UP = [JOBS, 1, 1, 1];
/** Milliseconds in which the account's line has all its calls again. */
const UNTIL_FREE = 3 * SECOND;

/** A container of scale-up that has had a hundred jobs, 25 jobs in one event, of one tenant or of 25. */
export async function measureLaunchRates(
  local: DynamoDbLocal,
  bundles: { readonly worker: string; readonly bundle: string },
): Promise<readonly LaunchRate[]> {
  const loopback = await startLoopback({ dynamoDb: local.env['AWS_ENDPOINT_URL'] ?? '', parameters: PARAMETERS });
  try {
    const rates: LaunchRate[] = [];
    for (const [index, setup] of (Object.keys(SETUPS) as (keyof typeof SETUPS)[]).entries()) {
      // Tables of its own: the account's line has a row, and what one setup takes from it would be the next one's debt.
      const prefix = `rate-${index}`;
      await createTables(local.client, prefix);
      for (let tenant = 0; tenant < JOBS; tenant += 1) await writeTenant(local, prefix, FIRST_TENANT + tenant);
      rates.push(...(await measureSetup(setup, loopback, { ...bundles, prefix })));
    }
    return rates;
  } finally {
    await loopback.stop();
  }
}

let nextJob = 1;

async function measureSetup(
  setup: keyof typeof SETUPS,
  loopback: Loopback,
  bundles: { readonly worker: string; readonly bundle: string; readonly prefix: string },
): Promise<readonly LaunchRate[]> {
  const { environment, tenants: counts } = SETUPS[setup];
  const container = startContainer({ ...bundles, url: loopback.url, environment });
  const run = async (tenants: number, latencies: Latencies) => {
    await sleep(UNTIL_FREE);
    loopback.reset(latencies);
    const first = nextJob;
    nextJob += JOBS;
    return invoke(container, { first, tenants });
  };
  try {
    for (const tenants of WARM_UP) await run(tenants, { dynamoDb: 0, ssm: 0, runInstances: 0, ec2: 0, gitHub: 0 });
    const rates: LaunchRate[] = [];
    for (const latencies of ['brief', 'realistic'] as const)
      for (const tenants of counts) {
        const { milliseconds, cpuMilliseconds, failed } = await run(tenants, LATENCIES[latencies]);
        if (failed > 0) throw new Error(`${failed} of ${JOBS} jobs failed`);
        const configured = [...loopback.counts].filter(([name]) => name.endsWith('/generate-jitconfig'));
        const runners = configured.reduce((sum, [, count]) => sum + count, 0);
        if (runners !== JOBS) throw new Error(`${runners} runners were configured for ${JOBS} jobs`);
        const requests = new Map([...loopback.counts].map(([name, count]) => [name, count / JOBS]));
        const [rate, cpu] = [JOBS / (milliseconds / SECOND), cpuMilliseconds / JOBS];
        rates.push({ setup, latencies, tenants, jobs: JOBS, rate, cpuMilliseconds: cpu, requests });
      }
    return rates;
  } finally {
    container.stop();
  }
}

async function writeTenant({ client }: DynamoDbLocal, prefix: string, installationId: number): Promise<void> {
  const row = tenantRow({ installation_id: installationId, max_runners: 1_000 });
  await client.send(new PutItemCommand({ TableName: `${prefix}-tenants`, Item: toAttributes(row) }));
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
