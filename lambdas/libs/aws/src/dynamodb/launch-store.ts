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
import { toAttribute, type Item } from './attributes';
import { Expression } from './expression';
import { launchOfItem, shrinkHash, shrinkLaunch, shrinkReports } from './launch-codec';
import type { StoreDeps } from './job-store';
import { expiresAt, toItem, toRow, written } from './rows';
import { createTable, type Update } from './table';

/** GitHub never uses the installation id 0, so the sweep's bookmarks can be stored beside the launches. */
const CURSORS = 0;

export function createDynamoLaunchStore({ client, tableName, clock }: StoreDeps): LaunchStore {
  const table = createTable(client, tableName);
  return {
    get: async (installationId, launchId) => {
      const item = await table.get(keyOfLaunch(installationId, launchId));
      return item && launchOfItem(item);
    },
    change: async (installationId, launchId, guard, changes) =>
      written(await table.update(updateOfLaunch({ installationId, launchId, guard, changes }, clock)), launchOfItem),
    listOpen: async (installationId) => {
      const launches: Launch[] = [];
      for await (const row of table.query(openOf(installationId))) launches.push(launchOfItem(row));
      return launches;
    },
    pageOpen: async (installationId, { after, limit }) => {
      const start = after === undefined ? {} : { ExclusiveStartKey: keyInOpen(installationId, after) };
      const rows: Launch[] = [];
      for await (const row of table.query({ ...openOf(installationId), Limit: limit, ...start }))
        if (rows.push(launchOfItem(row)) === limit) break;
      const last = rows.length === limit ? rows.at(-1) : undefined;
      return { rows, ...(last && { next: openAtOfLaunch(last) }) };
    },
    countOpen: async (installationId) => {
      let open = 0;
      for await (const _key of table.query(keysOfOpen(installationId))) open += 1;
      return open;
    },
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
    ? { created_at: null, open_at: launch.createdAt }
    : { expires_at: expiresAt(launch.endedAt ?? launch.updatedAt) };
  return toItem({ ...shrinkLaunch(toRow(launch), launch), ...derived });
}

export function updateOfLaunch(
  { installationId, launchId, guard, changes: given }: LaunchChange,
  clock: Clock,
): Update {
  const { version: _version, ...changes } = given;
  const ended = changes.endedAt ?? changes.updatedAt ?? clock.now().toISOString();
  const derived = changes.state === 'ended' ? { open_at: null, expires_at: expiresAt(ended) } : {};
  const expression = new Expression();
  const row = { ...shrinkLaunch(toRow(changes), { installationId, launchId }), ...derived };
  const set = expression.update(row, {}, changes.state === 'ended' ? { created_at: 'open_at' } : {});
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

/** A tenant's open launches, as the index itself has them: their keys. */
export function keysOfOpen(installationId: number) {
  const expression = new Expression();
  return {
    IndexName: 'open-index',
    ConsistentRead: true,
    KeyConditionExpression: expression.equals('installation_id', installationId),
    ...expression.placeholders,
  } as const;
}

/** The same with all of their rows, which the table has: the index is local. */
function openOf(installationId: number) {
  return { ...keysOfOpen(installationId), Select: 'ALL_ATTRIBUTES' } as const;
}

/** @param openAt as `openAtOfLaunch` writes it */
function keyInOpen(installationId: number, openAt: string): Item {
  const [createdAt = '', launchId = ''] = openAt.split('#');
  return { ...keyOfLaunch(installationId, launchId), open_at: { S: createdAt } };
}

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
    `${ofIntent('claim_hash')} = ${expression.value(shrinkHash(claimHash))}`,
    `attribute_not_exists(${ofIntent('group')})`,
    `${expression.name('launched_at')} >= ${expression.value(launchedSince)}`,
    ...['claim', 'blank'].map((attribute) => expression.isMissing(attribute)),
  ];
}

function mayReport(expression: Expression, { reportHash, reports }: ReportGuard): readonly string[] {
  const hash = expression.value(shrinkHash(reportHash));
  return [
    `${expression.name('claim')}.${expression.name('report_hash')} = ${hash}`,
    expression.isStill('reports', reports && toAttribute(shrinkReports(toRow(reports)))),
  ];
}

function leaseIsFree(expression: Expression, at: number, holder: string | undefined): string {
  const free = `${expression.isMissing('lease_until')} OR ${expression.name('lease_until')} <= ${expression.value(at)}`;
  return holder === undefined ? `(${free})` : `(${free} OR ${expression.equals('lease_owner', holder)})`;
}
