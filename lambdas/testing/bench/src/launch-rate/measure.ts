import { setTimeout as sleep } from 'node:timers/promises';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { createDynamoTenantRegistry, toAttributes } from '@multi-tenant-runner/aws';
import {
  KNOWN_GROUP_ATTRIBUTE,
  SECOND,
  buildTenantNote,
  encodeJobMessage,
  type TenantRegistry,
} from '@multi-tenant-runner/core';
import { createTables, jobMessage, settings, tenantRow, type DynamoDbLocal } from '@multi-tenant-runner/testing';
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
/**
 * Connections, tokens and code are warm afterwards: V8 compiles what has run often, and jobs of many tenants take
 * another way than those of one.
 */
const WARM_UP = [JOBS, 1, JOBS, 1, JOBS, 1, JOBS, 1];
/** Milliseconds in which the account's line has all its calls again. */
const UNTIL_FREE = 3 * SECOND;

/** A container of scale-up that has had a hundred jobs of each kind, 25 jobs in one event, of one tenant or of 25. */
export async function measureLaunchRates(local: DynamoDbLocal, bundles: Bundles): Promise<readonly LaunchRate[]> {
  const loopback = await startLoopback({ dynamoDb: local.env['AWS_ENDPOINT_URL'] ?? '', parameters: PARAMETERS });
  try {
    const rates: LaunchRate[] = [];
    for (const [index, setup] of (Object.keys(SETUPS) as (keyof typeof SETUPS)[]).entries()) {
      // Tables of its own: the account's line has a row, and what one setup takes from it would be the next one's debt.
      const prefix = `rate-${index}`;
      await createTables(local.client, prefix);
      for (let tenant = 0; tenant < JOBS; tenant += 1) await writeTenant(local, prefix, FIRST_TENANT + tenant);
      const tableName = `${prefix}-tenants`;
      const { get: lookupOf } = createDynamoTenantRegistry({ client: local.client, tableName, ...settings() });
      rates.push(...(await measureSetup(setup, loopback, { ...bundles, prefix, lookupOf })));
    }
    return rates;
  } finally {
    await loopback.stop();
  }
}

interface Bundles {
  readonly worker: string;
  readonly bundle: string;
}

type LookupOf = TenantRegistry['get'];

let nextJob = 1;

async function measureSetup(
  setup: keyof typeof SETUPS,
  loopback: Loopback,
  { lookupOf, ...bundles }: Bundles & { readonly prefix: string; readonly lookupOf: LookupOf },
): Promise<readonly LaunchRate[]> {
  const { environment, tenants: counts } = SETUPS[setup];
  const container = startContainer({ ...bundles, url: loopback.url, environment });
  const run = async (tenants: number, latencies: Latencies) => {
    await sleep(UNTIL_FREE);
    loopback.reset(latencies);
    const first = nextJob;
    nextJob += JOBS;
    return invoke(container, { first, tenants, lookupOf });
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
  const row = tenantRow({
    installation_id: installationId,
    max_runners: 1_000,
    [KNOWN_GROUP_ATTRIBUTE]: { group: 1, id: 1, at: new Date().toISOString() },
  });
  await client.send(new PutItemCommand({ TableName: `${prefix}-tenants`, Item: toAttributes(row) }));
}

/** With messages that say of the tenants what the webhook reads of their rows. */
async function invoke(
  container: Container,
  { first, tenants, lookupOf }: { readonly first: number; readonly tenants: number; readonly lookupOf: LookupOf },
) {
  const ids = Array.from({ length: tenants }, (_, index) => FIRST_TENANT + index);
  const notes = new Map(await Promise.all(ids.map(async (id) => [id, buildTenantNote(await lookupOf(id))] as const)));
  const queuedAt = new Date().toISOString();
  const records = Array.from({ length: JOBS }, (_, index) => {
    const installationId = FIRST_TENANT + (index % tenants);
    const tenant = notes.get(installationId);
    if (tenant === undefined) throw new Error(`The row of tenant ${installationId} has no note`);
    return {
      messageId: `message-${first + index}`,
      body: encodeJobMessage(jobMessage({ installationId, jobId: first + index, queuedAt, tenant })),
      attributes: { ApproximateReceiveCount: '1', MessageGroupId: String(installationId) },
    };
  });
  return container.invoke({ event: { Records: records }, requestId: `request-${first}` });
}
