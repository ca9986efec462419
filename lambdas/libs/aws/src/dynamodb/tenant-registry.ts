import { ScanCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  KNOWN_GROUP_ATTRIBUTE,
  MODULE_ROW,
  circuitAttribute,
  parseTenantRow,
  parseCircuit,
  buildCircuitAttribute,
  buildKnownGroupAttribute,
  isCountable,
  buildUsageAttribute,
  markAttribute,
  type TenantLookup,
  type TenantRegistry,
  type Tiers,
} from '@multi-tenant-runner/core';
import { fromAttributes, type Item } from './attributes';
import { Expression } from './expression';
import { createOpenMarks } from './open-marks';
import { writeSlotCount } from './slot-count';
import { createTable, type Outcome } from './table';
import { existsAsTenant, isLivingTenant, keyOf } from './tenant-conditions';

export interface TenantRegistryDeps {
  readonly client: Pick<DynamoDBClient, 'send'>;
  readonly tableName: string;
  readonly tiers: Tiers;
  readonly defaultTier: string;
}

/** Concurrent writers of one circuit breaker may each lose once to every other. */
const CIRCUIT_ATTEMPTS = 10;
/** Of a tenant of whom slots are taken and given back all the time, another visit finds a quieter moment. */
const RECOUNT_ATTEMPTS = 3;

export function createDynamoTenantRegistry({
  client,
  tableName,
  tiers,
  defaultTier,
}: TenantRegistryDeps): TenantRegistry {
  const table = createTable(client, tableName);
  const lookup = (installationId: number, item: Item | undefined): TenantLookup =>
    parseTenantRow(installationId, item && fromAttributes(item), tiers, defaultTier);
  const changeRow = (
    installationId: number,
    expression: Expression,
    update: string,
    condition: string,
  ): Promise<Outcome> => table.update({ key: keyOf(installationId), expression, update, condition });

  return {
    ...createOpenMarks(table),
    get: async (installationId) => lookup(installationId, await table.get(keyOf(installationId))),

    recountSlots: async (installationId, at, count) => {
      for (let attempt = 1; attempt <= RECOUNT_ATTEMPTS; attempt += 1) {
        const seen = await table.get(keyOf(installationId));
        const row = lookup(installationId, seen);
        if (!isCountable(row, at)) return false;
        const held = await count();
        if (row.kind !== 'tenant' || (!row.slotsBroken && row.tenant.slotsHeld === held)) return false;
        const recount = writeSlotCount(keyOf(installationId), { held, at, seen: seen?.['slot_changes'] });
        if ((await table.update(recount)).ok) return true;
      }
      return false;
    },

    limitGitHub: async (installationId, until) => {
      const expression = new Expression();
      const attribute = 'github_limited_until';
      const update = expression.update({ [attribute]: until.toISOString() });
      const later =
        `(NOT ${expression.hasType(attribute, 'S')} OR ${expression.name(attribute)} < ` +
        `${expression.value(until.toISOString())})`;
      return (await changeRow(installationId, expression, update, `${existsAsTenant(expression)} AND ${later}`)).ok;
    },

    rememberGroup: async (installationId, known) => {
      const expression = new Expression();
      const update = expression.update({ [KNOWN_GROUP_ATTRIBUTE]: known && buildKnownGroupAttribute(known) });
      return (await changeRow(installationId, expression, update, isLivingTenant(expression))).ok;
    },

    recordUsage: async (installationId, usage) => {
      const expression = new Expression();
      const update = expression.update({ usage: buildUsageAttribute(usage) });
      const at = `${expression.name('usage')}.${expression.name('at')}`;
      // Also over what a hand wrote there.
      const later = `(attribute_not_exists(${at}) OR ${at} < ${expression.value(usage.at)})`;
      return (await changeRow(installationId, expression, update, `${existsAsTenant(expression)} AND ${later}`)).ok;
    },

    markCap: async (installationId, reason, mark) => {
      const expression = new Expression();
      const attribute = markAttribute(reason);
      const update = expression.update({ [attribute]: mark });
      const [period, level] = ['period', 'level'].map(
        (field) => `${expression.name(attribute)}.${expression.name(field)}`,
      );
      const told = [...new Set(['reached', mark.level])].map((one) => expression.value(one));
      // Also over what a hand wrote there.
      const isNew = `NOT (${period} = ${expression.value(mark.period)} AND ${level} IN (${told.join(', ')}))`;
      return (await changeRow(installationId, expression, update, `${existsAsTenant(expression)} AND ${isNew}`)).ok;
    },

    changeCircuit: async (installationId, tier, change) => {
      const attribute = circuitAttribute(tier);
      for (let attempt = 1; attempt <= CIRCUIT_ATTEMPTS; attempt += 1) {
        const seen = (await table.get(keyOf(installationId)))?.[attribute];
        const next = change(seen && parseCircuit(fromAttributes({ seen })['seen']));
        if (next === undefined) return false;
        const expression = new Expression();
        const update = expression.update({ [attribute]: next && buildCircuitAttribute(next) });
        const condition = `${existsAsTenant(expression)} AND ${expression.isStill(attribute, seen)}`;
        if ((await changeRow(installationId, expression, update, condition)).ok) return true;
      }
      return false;
    },

    tenantsToCleanUp: async () => {
      const expression = new Expression();
      const condition = expression.equals('cleanup', 'pending');
      const rows = table.query({
        IndexName: 'cleanup-index',
        KeyConditionExpression: condition,
        ...expression.placeholders,
      });
      const ids: number[] = [];
      for await (const row of rows) ids.push(Number(row['installation_id']?.N));
      return ids;
    },

    list: async (cursor) => {
      const page = await client.send(
        new ScanCommand({
          TableName: tableName,
          ConsistentRead: true,
          Limit: 100,
          ...(cursor !== undefined && { ExclusiveStartKey: keyOf(Number(cursor)) }),
        }),
      );
      const next = page.LastEvaluatedKey?.['installation_id']?.N;
      const lookups = (page.Items ?? [])
        .filter((item) => item['installation_id']?.N !== String(MODULE_ROW))
        .map((item) => lookup(Number(item['installation_id']?.N), item));
      return { lookups, ...(next !== undefined && { cursor: next }) };
    },
  };
}
