import { ScanCommand, type AttributeValue, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  MODULE_ROW,
  circuitAttribute,
  parseTenantRow,
  parseCircuit,
  buildCircuitAttribute,
  type TenantLookup,
  type TenantRegistry,
  type Tiers,
} from '@multi-tenant-runner/core';
import { fromAttributes, type Item } from './attributes';
import { Expression } from './expression';
import { createTable, type Outcome } from './table';
import { existsAsTenant, isUnmarked } from './tenant-conditions';

export interface TenantRegistryDeps {
  readonly client: Pick<DynamoDBClient, 'send'>;
  readonly tableName: string;
  readonly tiers: Tiers;
  readonly defaultTier: string;
}

/** Concurrent writers of one circuit breaker may each lose once to every other. */
const CIRCUIT_ATTEMPTS = 10;

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
    get: async (installationId) => lookup(installationId, await table.get(keyOf(installationId))),

    admit: async (installationId, launchId, limit) => {
      const expression = new Expression();
      const ceiling = limit === undefined ? FROM_ROW : decideCeiling(await table.get(keyOf(installationId)), limit);
      const outcome = await changeRow(
        installationId,
        expression,
        `ADD ${expression.name('slots')} ${expression.attributeValue({ SS: [launchId] })}`,
        `${existsAsTenant(expression)} AND ${expression.equals('status', 'active')} AND ` +
          `${isUnmarked(expression)} AND ${isBelow(expression, launchId, ceiling)}`,
      );
      return { admitted: outcome.ok, lookup: lookup(installationId, outcome.item) };
    },

    freeSlot: async (installationId, launchId) => {
      const expression = new Expression();
      const update = `DELETE ${expression.name('slots')} ${expression.attributeValue({ SS: [launchId] })}`;
      // Without the condition the update would create a missing item.
      const outcome = await changeRow(
        installationId,
        expression,
        update,
        `${existsAsTenant(expression)} AND ${mayHoldSlots(expression)}`,
      );
      return lookup(installationId, outcome.item);
    },

    restoreSlot: async (installationId, launchId) => {
      const expression = new Expression();
      const update = `ADD ${expression.name('slots')} ${expression.attributeValue({ SS: [launchId] })}`;
      await changeRow(
        installationId,
        expression,
        update,
        `${existsAsTenant(expression)} AND ${mayHoldSlots(expression)}`,
      );
    },

    rebuildSlots: async (installationId, launchIds) => {
      const expression = new Expression();
      // DynamoDB has no empty set.
      const update = expression.update({ slots: launchIds.length === 0 ? null : new Set(launchIds) });
      await changeRow(
        installationId,
        expression,
        update,
        `${existsAsTenant(expression)} AND NOT ${mayHoldSlots(expression)}`,
      );
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

export function keyOf(installationId: number): Item {
  return { installation_id: { N: String(installationId) } };
}

const mayHoldSlots = (expression: Expression): string =>
  `(${expression.isMissing('slots')} OR ${expression.hasType('slots', 'SS')})`;

type Ceiling =
  | { readonly kind: 'row' }
  | { readonly kind: 'given'; readonly limit: number; readonly seen: AttributeValue | undefined };
const FROM_ROW: Ceiling = { kind: 'row' };

/** The given limit replaces only a figure that is invalid, and only while the row still has that figure. */
function decideCeiling(item: Item | undefined, limit: number): Ceiling {
  const seen = item?.['max_runners'];
  const figure = seen?.N === undefined ? Number.NaN : Number(seen.N);
  return Number.isSafeInteger(figure) && figure >= 0 ? FROM_ROW : { kind: 'given', limit, seen };
}

/** The launch already has a slot, or one is free. `size` of a string is its length, so the type is checked too. */
function isBelow(expression: Expression, launchId: string, ceiling: Ceiling): string {
  const slots = expression.name('slots');
  const figure = ceiling.kind === 'row' ? expression.name('max_runners') : expression.value(ceiling.limit);
  const holds = `contains(${slots}, ${expression.value(launchId)})`;
  const room = `(${expression.hasType('slots', 'SS')} AND (${holds} OR size(${slots}) < ${figure}))`;
  if (ceiling.kind === 'row') {
    const first = `(${expression.isMissing('slots')} AND ${figure} >= ${expression.value(1)})`;
    return `${expression.hasType('max_runners', 'N')} AND (${first} OR ${room})`;
  }
  const alternatives = ceiling.limit >= 1 ? `(${expression.isMissing('slots')} OR ${room})` : room;
  return `${expression.isStill('max_runners', ceiling.seen)} AND ${alternatives}`;
}
