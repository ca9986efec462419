import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createDynamoJobRows, createDynamoTenantLifecycle } from '@multi-tenant-runner/aws';
import { MINUTE, newJob, plus, type JobStore, type TenantLifecycle } from '@multi-tenant-runner/core';
import { createTables, createTestClock, jobMessage } from '@multi-tenant-runner/testing';
import {
  LARGE_TENANT,
  START,
  TABLE_PREFIX,
  loginOf,
  otherTenants,
  tombstones,
  waitingTenants,
  type Load,
} from './load';

const SIDE_BY_SIDE = 64;
const LARGE_LIMIT = 10;

/** Writes the load as the functions' own adapters write it. */
export async function fill(client: Pick<DynamoDBClient, 'send'>, load: Load, say: (line: string) => void) {
  await createTables(client, TABLE_PREFIX);
  const clock = createTestClock(START);
  const lifecycle = createDynamoTenantLifecycle({ client, tableName: `${TABLE_PREFIX}-tenants`, clock });
  const jobs = createDynamoJobRows({ client, tableName: `${TABLE_PREFIX}-jobs`, clock });
  const now = clock.now();
  say(`${load.tenants} tenants`);
  await onboard(LARGE_TENANT, LARGE_LIMIT, now, lifecycle);
  await sideBySide(otherTenants(load), (id) => onboard(id, 2, now, lifecycle));
  say(`${load.tombstones} uninstalled tenants`);
  await sideBySide(tombstones(load), async (id) => {
    await onboard(id, 2, now, lifecycle);
    await lifecycle.markDeleted(
      id,
      { kind: 'owner', id: accountOf(id), login: loginOf(id), type: 'Organization' },
      now,
    );
    await lifecycle.finishCleanup(id, now);
  });
  say(`${load.jobs} waiting jobs of one tenant`);
  const queuedAt = plus(now, -30 * MINUTE).getTime();
  await sideBySide(
    Array.from({ length: load.jobs }, (_, index) => index + 1),
    (jobId) => park({ installationId: LARGE_TENANT, jobId, reason: 'limit' }, queuedAt + jobId, jobs),
  );
  await sideBySide(waitingTenants(load), (id) =>
    park({ installationId: id, jobId: 1, reason: 'capacity' }, queuedAt, jobs),
  );
}

const accountOf = (id: number): number => 1_000_000 + id;

async function onboard(id: number, maxRunners: number, now: Date, lifecycle: TenantLifecycle): Promise<void> {
  await lifecycle.create({
    installationId: id,
    orgName: loginOf(id),
    orgType: 'Organization',
    accountId: accountOf(id),
    tier: 'small',
    maxRunners,
    now,
  });
  await lifecycle.setSecurityGroup(id, `sg-${String(id).padStart(17, '0')}`);
}

interface Waiting {
  readonly installationId: number;
  readonly jobId: number;
  readonly reason: 'limit' | 'capacity';
}

async function park(
  { installationId, jobId, reason }: Waiting,
  queuedAt: number,
  jobs: Pick<JobStore, 'create'>,
): Promise<void> {
  const message = jobMessage({
    installationId,
    jobId,
    owner: loginOf(installationId),
    ownerId: accountOf(installationId),
    queuedAt: new Date(queuedAt).toISOString(),
  });
  const row = newJob(message, new Date(queuedAt), 'parked', reason);
  // Those of the others are tried again after the bench's last run.
  const nextTry = reason === 'capacity' ? { nextTry: plus(new Date(START), 600 * MINUTE).toISOString() } : {};
  await jobs.create({ ...row, ...nextTry });
}

async function sideBySide<T>(items: readonly T[], write: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  const work = async (): Promise<void> => {
    for (const item of left) await write(item);
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work));
}
