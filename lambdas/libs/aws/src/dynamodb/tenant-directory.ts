import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { DELETION_MARKS, parseTenantRow, type TenantDirectory } from '@multi-tenant-runner/core';
import { fromAttributes, toAttributes } from './attributes';
import { batchGet } from './batch-get';
import { Expression } from './expression';
import { createTable } from './table';
import { keyOf } from './tenant-conditions';
import { createDynamoTenantRegistry, type TenantRegistryDeps } from './tenant-registry';

/** On the tenants table. No operation scans: a list is a page of an index. */
export function createDynamoTenantDirectory({
  client,
  tableName,
  tiers,
  defaultTier,
}: TenantRegistryDeps): TenantDirectory {
  const registry = createDynamoTenantRegistry({ client, tableName, tiers, defaultTier });
  const table = createTable(client, tableName);
  return {
    get: registry.get,
    tenantsWithMark: registry.tenantsWithMark,
    getAll: async (ids) => {
      const rows = (await batchGet(client, tableName, [...new Set(ids)].map(keyOf))).map(fromAttributes);
      const byId = new Map(rows.map((row) => [row['installation_id'], row]));
      return new Map(ids.map((id) => [id, parseTenantRow(id, byId.get(id), tiers, defaultTier)]));
    },
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
    list: async (status, { limit, after }) => {
      const expression = new Expression();
      const condition = expression.equals('status', status);
      const page = await client.send(
        new QueryCommand({
          TableName: tableName,
          IndexName: 'status-index',
          KeyConditionExpression: condition,
          ...expression.placeholders,
          Limit: limit,
          ...(after !== undefined && { ExclusiveStartKey: toAttributes({ status, installation_id: after }) }),
        }),
      );
      const next = page.LastEvaluatedKey?.['installation_id']?.N;
      return {
        tenants: (page.Items ?? []).map((item) => listed(fromAttributes(item))),
        ...(next !== undefined && { next: Number(next) }),
      };
    },
    edit: async (installationId, edit, note) => {
      const expression = new Expression();
      const { at, by, via, reason, id } = note;
      const update = expression.update({
        ...edit.set,
        updated_at: at.toISOString(),
        changed_by: by,
        changed_via: via,
        change_reason: reason,
        change_id: id,
      });
      const condition = [
        expression.exists('org_name'),
        ...DELETION_MARKS.map((mark) => expression.isMissing(mark)),
        ...Object.entries(edit.expect).map(([name, value]) =>
          value === null ? expression.isMissing(name) : expression.equals(name, value),
        ),
      ].join(' AND ');
      const outcome = await table.update({ key: keyOf(installationId), expression, update, condition });
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
