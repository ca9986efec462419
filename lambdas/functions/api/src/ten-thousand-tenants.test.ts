import { BatchWriteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createDynamoTenantDirectory, createDynamoTenantRegistry, toAttributes } from '@multi-tenant-runner/aws';
import {
  createTables,
  settings,
  startDynamoDbLocal,
  tenantRow,
  type DynamoDbLocal,
} from '@multi-tenant-runner/testing';
import { createApiHarness } from '../test/api-harness';

const TENANTS = 10_000;
const BATCH = 25;
let local: DynamoDbLocal;

beforeAll(async () => {
  local = await startDynamoDbLocal();
  await createTables(local.client, 'test');
  const first = Array.from({ length: TENANTS / BATCH }, (_, index) => index * BATCH);
  for (let at = 0; at < first.length; at += 20) await Promise.all(first.slice(at, at + 20).map(write));
});
afterAll(() => local?.stop());

async function write(start: number): Promise<void> {
  const put = Array.from({ length: BATCH }, (_, index) => {
    const installation_id = start + index + 1;
    const row = tenantRow({ installation_id, org_name: `org-${installation_id}`, account_id: installation_id });
    return { PutRequest: { Item: toAttributes(row) } };
  });
  await local.client.send(new BatchWriteItemCommand({ RequestItems: { 'test-tenants': put } }));
}

/** The calls to DynamoDB, as its API names them. */
function recording(): { readonly client: Pick<DynamoDBClient, 'send'>; readonly calls: string[] } {
  const calls: string[] = [];
  const send: DynamoDBClient['send'] = (command: { readonly constructor: { readonly name: string } }) => {
    calls.push(command.constructor.name.replace('Command', ''));
    return Reflect.apply(local.client.send, local.client, [command]);
  };
  return { client: { send }, calls };
}

test('a page of 10,000 tenants costs one query of an index, wherever it is, and each tenant is on one', async () => {
  const { client, calls } = recording();
  const table = { client, tableName: 'test-tenants', ...settings() };
  const { operator } = await createApiHarness({
    directory: createDynamoTenantDirectory(table),
    registry: createDynamoTenantRegistry(table),
    rates: { caller: 1_000, tenant: 1_000 },
  });
  const seen = new Set<number>();
  let pages = 0;
  let cursor: string | undefined;
  do {
    const query = ['limit=100', ...(cursor === undefined ? [] : [`cursor=${cursor}`])].join('&');
    const { status, body } = await operator('/v1/tenants', { query });
    expect(status).toBe(200);
    for (const tenant of Object(body).tenants) seen.add(tenant.installation_id);
    cursor = Object(body).next_cursor;
    pages += 1;
  } while (cursor !== undefined);
  expect(seen.size).toBe(TENANTS);
  expect(calls).toEqual(Array.from({ length: pages }, () => 'Query'));
  await operator('/v1/tenants/9999');
  expect(calls.slice(pages)).toEqual(['GetItem']);
});
