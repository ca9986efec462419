import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { fromAttributes, toAttributes } from '@multi-tenant-runner/aws';
import {
  createTables,
  createTestHarness,
  settings,
  startDynamoDbLocal,
  type DynamoDbLocal,
} from '@multi-tenant-runner/testing';
import { createDirectoryInMemory } from '../test/in-memory-fleet';
import { tenantDirectoryContract } from '../test/tenant-directory.contract';
import { createTenantDirectory } from './aws/tenant-directory';

let last = 100;
const nextId = (): number => (last += 1);

describe('in memory', () => {
  tenantDirectoryContract(async () => {
    const harness = createTestHarness();
    return {
      directory: createDirectoryInMemory(harness),
      write: async (row) => void harness.state.tenants.rows.set(Number(row['installation_id']), { ...row }),
      read: async (id) => harness.state.tenants.rows.get(id),
    };
  }, nextId);
});

describe('on DynamoDB', () => {
  let local: DynamoDbLocal;
  beforeAll(async () => {
    local = await startDynamoDbLocal();
    await createTables(local.client, 'test');
  });
  afterAll(() => local?.stop());

  tenantDirectoryContract(async () => {
    const { client } = local;
    const TableName = 'test-tenants';
    return {
      directory: createTenantDirectory({ client, tableName: TableName, settings: settings() }),
      write: async (row) => void (await client.send(new PutItemCommand({ TableName, Item: toAttributes(row) }))),
      read: async (id) => {
        const Key = toAttributes({ installation_id: id });
        const { Item } = await client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
        return Item && fromAttributes(Item);
      },
    };
  }, nextId);

  it('refuses a page token that no page ended with', async () => {
    const directory = createTenantDirectory({ client: local.client, tableName: 'test-tenants', settings: settings() });
    await expect(directory.list('active', { limit: 1, cursor: '{"x":1}' })).rejects.toThrow('is no page token');
  });
});
