import { QueryCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  Expression,
  createDynamoTenantRegistry,
  createTable,
  fromAttributes,
  toAttributes,
  type Item,
} from '@multi-tenant-runner/aws';
import { DELETION_MARKS, parseTenantRow, type AdmissionSettings } from '@multi-tenant-runner/core';
import type { TenantDirectory } from '../fleet';
import { usage } from '../problem';

export interface DirectoryDeps {
  readonly client: Pick<DynamoDBClient, 'send'>;
  readonly tableName: string;
  readonly settings: AdmissionSettings;
}

/** On the tenants table. No operation scans: a list is a page of an index. */
export function createTenantDirectory({ client, tableName, settings }: DirectoryDeps): TenantDirectory {
  const { tiers, defaultTier } = settings;
  const registry = createDynamoTenantRegistry({ client, tableName, tiers, defaultTier });
  const table = createTable(client, tableName);
  return {
    get: registry.get,
    findByName: async (orgName) => {
      const found = [];
      const expression = new Expression();
      const KeyConditionExpression = expression.equals('org_name', orgName);
      const input = { IndexName: 'org-name-index', KeyConditionExpression, ...expression.placeholders };
      for await (const item of table.query(input)) {
        const row = fromAttributes(item);
        found.push({ installationId: Number(row['installation_id']), status: String(row['status']) });
      }
      return found;
    },
    list: async (status, { limit, cursor }) => {
      const expression = new Expression();
      const condition = expression.equals('status', status);
      const page = await client.send(
        new QueryCommand({
          TableName: tableName,
          IndexName: 'status-index',
          KeyConditionExpression: condition,
          ...expression.placeholders,
          Limit: limit,
          ...(cursor !== undefined && { ExclusiveStartKey: parseCursor(cursor, status) }),
        }),
      );
      const next = page.LastEvaluatedKey?.['installation_id']?.N;
      return {
        tenants: (page.Items ?? []).map((item) => listed(fromAttributes(item))),
        ...(next !== undefined && { cursor: next }),
      };
    },
    edit: async (installationId, edit, note) => {
      const expression = new Expression();
      const at = note.at.toISOString();
      const update = expression.update({
        ...edit.set,
        updated_at: at,
        changed_by: note.by,
        change_reason: note.reason,
      });
      const condition = [
        expression.exists('org_name'),
        ...DELETION_MARKS.map((mark) => expression.isMissing(mark)),
        ...Object.entries(edit.expect).map(([name, value]) =>
          value === null ? expression.isMissing(name) : expression.equals(name, value),
        ),
      ].join(' AND ');
      const key: Item = { installation_id: { N: String(installationId) } };
      const outcome = await table.update({ key, expression, update, condition });
      const row = outcome.item && fromAttributes(outcome.item);
      return { ok: outcome.ok, lookup: parseTenantRow(installationId, row, tiers, defaultTier) };
    },
  };
}

function listed(row: Readonly<Record<string, unknown>>) {
  return {
    installationId: Number(row['installation_id']),
    orgName: String(row['org_name'] ?? ''),
    tier: String(row['tier'] ?? ''),
    maxRunners: String(row['max_runners'] ?? ''),
  };
}

function parseCursor(cursor: string, status: string): Item {
  if (!/^\d{1,16}$/.test(cursor))
    throw usage(`"${cursor}" is no page token: use the one that the last page ended with.`);
  return toAttributes({ status, installation_id: Number(cursor) });
}
