import {
  isOpenLaunch,
  openAtOfLaunch,
  type ClaimGuard,
  type Clock,
  type Launch,
  type LaunchChange,
  type LaunchGuard,
  type LaunchStore,
  type ReportGuard,
} from '@multi-tenant-runner/core';
import { toAttributes, type Item } from './attributes';
import { Expression } from './expression';
import { findTenantsWithOpen, openShardOf, pageOpenRows } from './open-rows';
import type { StoreDeps } from './job-store';
import { expiresAt, fromItem, toItem, toRow, written } from './rows';
import { createTable, type Update } from './table';

/** GitHub never uses the installation id 0, so the sweep's bookmarks can be stored beside the launches. */
const CURSORS = 0;

export function createDynamoLaunchStore({ client, tableName, clock }: StoreDeps): LaunchStore {
  const table = createTable(client, tableName);
  return {
    get: async (installationId, launchId) => {
      const item = await table.get(keyOfLaunch(installationId, launchId));
      return item && fromItem<Launch>(item);
    },
    change: async (installationId, launchId, guard, changes) =>
      written<Launch>(await table.update(updateOfLaunch({ installationId, launchId, guard, changes }, clock))),
    listOpen: async (installationId) => {
      const expression = new Expression();
      const condition = expression.equals('installation_id', installationId);
      const launches: Launch[] = [];
      const rows = table.query({
        IndexName: 'open-index',
        // Of an index that has the keys alone, too: it is local.
        Select: 'ALL_ATTRIBUTES',
        ConsistentRead: true,
        KeyConditionExpression: condition,
        ...expression.placeholders,
      });
      for await (const row of rows) launches.push(fromItem<Launch>(row));
      return launches;
    },
    pageOpen: (installationId, request) => pageOpenRows<Launch>(table, installationId, request),
    tenantsWithOpen: () => findTenantsWithOpen(table),
    findByInstance: async (instanceId) => {
      const expression = new Expression();
      const condition = expression.equals('instance_id', instanceId);
      const rows = table.query({
        IndexName: 'instance-index',
        KeyConditionExpression: condition,
        ...expression.placeholders,
      });
      for await (const row of rows)
        return { installationId: Number(row['installation_id']?.N), launchId: row['launch_id']?.S ?? '' };
      return undefined;
    },
    readCursor: async (name) => (await table.get(cursorKey(name)))?.['position']?.S,
    writeCursor: async (name, cursor) => {
      const expression = new Expression();
      const now = clock.now().toISOString();
      // One that is not set leaves no row for ever, as there may be one for each tenant.
      const expiry = cursor === undefined ? expiresAt(now) : null;
      const update = expression.update({ position: cursor ?? null, updated_at: now, expires_at: expiry });
      // Always true: the first write creates the row.
      const condition = `${expression.isMissing('installation_id')} OR ${expression.exists('installation_id')}`;
      await table.update({ key: cursorKey(name), expression, update, condition });
    },
  };
}

export function itemOfLaunch(launch: Launch): Item {
  const derived = isOpenLaunch(launch.state)
    ? { open_at: openAtOfLaunch(launch), open_shard: openShardOf(launch.installationId) }
    : { expires_at: expiresAt(launch.endedAt ?? launch.updatedAt) };
  return toItem({ ...toRow(launch), ...derived });
}

export function updateOfLaunch(
  { installationId, launchId, guard, changes: given }: LaunchChange,
  clock: Clock,
): Update {
  const { version: _version, ...changes } = given;
  const ended = changes.endedAt ?? changes.updatedAt ?? clock.now().toISOString();
  const derived = changes.state === 'ended' ? { open_at: null, open_shard: null, expires_at: expiresAt(ended) } : {};
  const expression = new Expression();
  const set = expression.update({ ...toRow(changes), ...derived });
  return {
    key: keyOfLaunch(installationId, launchId),
    expression,
    update: `${set} ADD ${expression.name('version')} ${expression.value(1)}`,
    condition: conditionOf(expression, guard),
  };
}

export const keyOfLaunch = (installationId: number, launchId: string): Item => ({
  installation_id: { N: String(installationId) },
  launch_id: { S: launchId },
});
const cursorKey = (name: string): Item => keyOfLaunch(CURSORS, `cursor#${name}`);

function conditionOf(
  expression: Expression,
  { from, version, leaseOwner, leaseFreeAt, leaseFreeFor, instanceId, claimable, reporting }: LaunchGuard,
): string {
  return [
    expression.isOneOf('state', from),
    ...expression.equalsAll({ version, instance_id: instanceId, lease_owner: leaseOwner }),
    ...(claimable === undefined ? [] : mayClaim(expression, claimable)),
    ...(reporting === undefined ? [] : mayReport(expression, reporting)),
    ...(leaseFreeAt === undefined ? [] : [leaseIsFree(expression, leaseFreeAt, leaseFreeFor)]),
  ].join(' AND ');
}

function mayClaim(expression: Expression, { claimHash, launchedSince }: ClaimGuard): readonly string[] {
  const ofIntent = (field: string): string => `${expression.name('intent')}.${expression.name(field)}`;
  return [
    `${ofIntent('claim_hash')} = ${expression.value(claimHash)}`,
    `attribute_not_exists(${ofIntent('group')})`,
    `${expression.name('launched_at')} >= ${expression.value(launchedSince)}`,
    ...['claim', 'blank'].map((attribute) => expression.isMissing(attribute)),
  ];
}

function mayReport(expression: Expression, { reportHash, reports }: ReportGuard): readonly string[] {
  return [
    `${expression.name('claim')}.${expression.name('report_hash')} = ${expression.value(reportHash)}`,
    expression.isStill('reports', reports && toAttributes(toRow({ reports }))['reports']),
  ];
}

function leaseIsFree(expression: Expression, at: number, holder: string | undefined): string {
  const free = `${expression.isMissing('lease_until')} OR ${expression.name('lease_until')} <= ${expression.value(at)}`;
  return holder === undefined ? `(${free})` : `(${free} OR ${expression.equals('lease_owner', holder)})`;
}
