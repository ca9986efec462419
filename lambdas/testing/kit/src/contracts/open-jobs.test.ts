import { PutItemCommand, QueryCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createDynamoAdmissions, createDynamoJobStore, toAttributes } from '@multi-tenant-runner/aws';
import { createTables } from '../dynamodb/create-tables';
import { startDynamoDbLocal, type DynamoDbLocal } from '../dynamodb/dynamodb-local';
import { job, launch, settings, tenantRow } from '../factories';
import { createTestClock } from '../test-clock';

let local: DynamoDbLocal;
beforeAll(async () => {
  local = await startDynamoDbLocal();
  await createTables(local.client, 'test');
});
afterAll(() => local?.stop());

const tables = { tenants: 'test-tenants', jobs: 'test-jobs', launches: 'test-launches', usage: 'test-usage' };
const clock = createTestClock();
const storeOn = (client: Pick<DynamoDBClient, 'send'>) =>
  createDynamoJobStore({ client, tableName: tables.jobs, launchesTable: tables.launches, clock });

/** A client that does something right before a list's look: the first at the launches, then the index, the launches. */
function before(look: number, act: () => Promise<unknown>): Pick<DynamoDBClient, 'send'> {
  let looks = 0;
  const send = async (command: unknown): Promise<unknown> => {
    if (command instanceof QueryCommand && (looks += 1) === look) await act();
    return local.client.send(command as QueryCommand);
  };
  return { send } as unknown as Pick<DynamoDBClient, 'send'>;
}

test.each([
  ['is admitted before it reads the index', 1_001, 'admit', 2],
  ['is put back before it reads the index', 1_002, 'release', 2],
  ['is put back after it read the index', 1_003, 'release', 3],
] as const)('a list finds a job that %s', async (_what, installationId, act, look) => {
  const Item = toAttributes(tenantRow({ installation_id: installationId }));
  await local.client.send(new PutItemCommand({ TableName: tables.tenants, Item }));
  const key = { installationId, jobId: 1, launchId: '1-1' };
  const row = job({ ...key, state: 'parked' });
  await storeOn(local.client).create(row);
  const admissions = createDynamoAdmissions({ client: local.client, tables, ...settings(), clock });
  const guard = { from: ['parked'] } as const;
  const acts = {
    admit: () =>
      admissions.admit({
        job: { kind: 'known', installationId, jobId: 1, guard, changes: { state: 'starting' } },
        launch: launch(key),
      }),
    release: () =>
      admissions.release({
        ...{ installationId, launchId: '1-1', guard: { from: ['held'] } },
        changes: { state: 'ended', endedAt: clock.now().toISOString() },
        jobBack: { jobId: 1, queuedAt: row.queuedAt, guard: { from: ['starting'] } },
      }),
  };
  if (act === 'release') await acts.admit();
  const store = storeOn(before(look, acts[act]));
  await expect(store.listOpen(installationId)).resolves.toMatchObject([{ jobId: 1 }]);
  await expect(store.pageOpen(installationId, { limit: 9 })).resolves.toMatchObject({ rows: [{ jobId: 1 }] });
});
