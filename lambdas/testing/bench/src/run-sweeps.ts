import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  createDynamoAdmissions,
  createDynamoFleetSlots,
  createDynamoJobStore,
  createDynamoLaunchStore,
  createDynamoTenantLifecycle,
  createDynamoTenantRegistry,
  createDynamoUsageLedger,
} from '@multi-tenant-runner/aws';
import { MINUTE, SECOND, SWEEP_SOURCE, type Clock, type Log } from '@multi-tenant-runner/core';
import {
  createInMemoryConfigs,
  createInMemoryFleet,
  createInMemoryGitHub,
  createInMemoryJobQueue,
  createInMemorySecurityGroups,
  prices,
  settings as defaultSettings,
} from '@multi-tenant-runner/testing';
import { createHandler } from '@multi-tenant-runner/scale-down/handler';
import { InvocationOver } from '@multi-tenant-runner/runtime';
import type { SweepReport } from '@multi-tenant-runner/scale-down/sweep';
import { LARGE_TENANT, START, TABLE_PREFIX, otherTenants, waitingTenants, type Load } from './load';
import { createMeteredClient, newMeter, type Meter } from './metered-client';
import { createWatch, type Visit } from './watch';

/** As the module configures scale-down by default. */
const TIMEOUT_SECONDS = 60;
const ENVIRONMENT = 'bench';

export interface SweepRun extends Meter {
  readonly seconds: number;
  readonly tenants: number;
  /** Lambda would have ended it. */
  readonly wasCut: boolean;
  /** Of the large tenant. */
  readonly visits: readonly Visit[];
  /** The other tenants that have been looked at since the first run. */
  readonly seen: number;
  /** What tenants that have nothing open cost in it, and how many these were. */
  readonly idle: Meter & { readonly tenants: number };
  /** Whether each tenant with a waiting job was looked at in it. */
  readonly sawAllWaiting: boolean;
}

const TABLES = {
  tenants: `${TABLE_PREFIX}-tenants`,
  jobs: `${TABLE_PREFIX}-jobs`,
  launches: `${TABLE_PREFIX}-launches`,
  usage: `${TABLE_PREFIX}-usage`,
};

const SILENT: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  with: () => SILENT,
};

/**
 * Runs the function's own handler, with its own adapters for DynamoDB, once in each minute of a clock that does not
 * wait. In the first runs the large tenant has free slots; then it is suspended, so that all its jobs have to say so.
 */
export async function* runSweeps(
  client: Pick<DynamoDBClient, 'send'>,
  load: Load,
  { freeRuns, mostRuns }: { readonly freeRuns: number; readonly mostRuns: number },
): AsyncGenerator<SweepRun> {
  const metered = createMeteredClient(client);
  let base = Date.parse(START);
  let started = performance.now();
  const clock: Clock = { now: () => new Date(base + (performance.now() - started)) };
  const settings = defaultSettings();
  const store = (name: string) => ({ client: metered.client, tableName: `${TABLE_PREFIX}-${name}`, clock });
  const lifecycle = createDynamoTenantLifecycle(store('tenants'));
  const others = otherTenants(load);
  const watch = createWatch(metered);
  const handler = createHandler({
    environment: ENVIRONMENT,
    settings,
    clock,
    log: SILENT,
    metrics: { count: () => undefined, measureSeconds: () => undefined },
    tenants: watch.port(createDynamoTenantRegistry({ ...store('tenants'), ...settings })),
    lifecycle,
    jobs: watch.port(createDynamoJobStore({ ...store('jobs'), launchesTable: TABLES.launches })),
    launches: watch.port(createDynamoLaunchStore(store('launches'))),
    admissions: createDynamoAdmissions({ client: metered.client, tables: TABLES, ...settings, clock }),
    fleetSlots: createDynamoFleetSlots({ client: metered.client, tableName: TABLES.launches }),
    queue: createInMemoryJobQueue({ tiers: settings.tiers }),
    fleet: createInMemoryFleet({ clock, environment: ENVIRONMENT }),
    configs: createInMemoryConfigs({ clock }),
    usage: createDynamoUsageLedger(store('usage')),
    prices: prices(),
    securityGroups: createInMemorySecurityGroups({ environment: ENVIRONMENT }),
    github: createInMemoryGitHub(),
    scaleDown: {
      bootTimeout: 10 * MINUTE,
      idleTimeout: 5 * MINUTE,
      maxLifetime: 360 * MINUTE,
      grace: 10 * MINUTE,
    },
    leaseMilliseconds: 90 * SECOND,
    maxReceiveCount: 5,
  });
  const seen = new Set<number>();
  const waiting = waitingTenants(load);
  const isWaiting = new Set(waiting);
  const idle = others.filter((id) => !isWaiting.has(id));
  for (let run = 1; run <= mostRuns; run += 1) {
    if (run === freeRuns + 1) await lifecycle.suspend(LARGE_TENANT, clock.now().toISOString());
    const before = { ...metered.total };
    watch.begin();
    started = performance.now();
    const context = {
      awsRequestId: `run-${run}`,
      getRemainingTimeInMillis: () => TIMEOUT_SECONDS * SECOND - (performance.now() - started),
    };
    const report = await handler({ source: SWEEP_SOURCE }, context).catch(unlessItsTimeIsOver);
    const seconds = (performance.now() - started) / SECOND;
    base += MINUTE;
    for (const id of others) if (watch.meterOf(id) !== undefined) seen.add(id);
    yield {
      seconds,
      tenants: report === undefined ? 0 : (report as SweepReport).tenants,
      wasCut: report === undefined,
      visits: watch.visitsOf(LARGE_TENANT),
      seen: seen.size,
      sawAllWaiting: waiting.every((id) => watch.meterOf(id) !== undefined),
      idle: sumOf(idle, watch.meterOf),
      ...lessThan(metered.total, before),
    };
  }
}

function unlessItsTimeIsOver(cause: unknown): undefined {
  if (!(cause instanceof InvocationOver)) throw cause;
}

function sumOf(ids: readonly number[], meterOf: (id: number) => Meter | undefined) {
  const sum = { ...newMeter(), tenants: 0 };
  for (const meter of ids.map(meterOf)) {
    if (meter === undefined) continue;
    sum.tenants += 1;
    sum.requests += meter.requests;
    sum.readUnits += meter.readUnits;
    sum.writeUnits += meter.writeUnits;
  }
  return sum;
}

const lessThan = (total: Meter, before: Meter): Meter => ({
  requests: total.requests - before.requests,
  readUnits: total.readUnits - before.readUnits,
  writeUnits: total.writeUnits - before.writeUnits,
});
