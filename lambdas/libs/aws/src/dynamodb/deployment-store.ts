import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DEPLOYMENT_TRANSITIONS,
  HOUR,
  compareDeployments,
  secondOf,
  type Changes,
  type Deployment,
  type DeploymentGuard,
  type DeploymentStore,
} from '@multi-tenant-runner/core';
import { anyRow, appKey, appOf, counting, quotaKey } from './app-rows';
import { fromAttributes, toAttributes, type Item } from './attributes';
import { Expression } from './expression';
import { expiresAt, fromItem, toItem, toRow, written } from './rows';
import { createTable, type Update } from './table';
import { createTransactions, type TransactionWrite } from './transactions';

export interface DeploymentStoreDeps {
  readonly client: Pick<DynamoDBClient, 'send'>;
  readonly tables: { readonly apps: string; readonly deployments: string };
}

type Key = Pick<Deployment, 'appKey' | 'deploymentId'>;
const keyOf = ({ appKey: key, deploymentId }: Key): Item => toAttributes({ app_key: key, deployment_id: deploymentId });

export function createDynamoDeploymentStore({ client, tables }: DeploymentStoreDeps): DeploymentStore {
  const table = createTable(client, tables.deployments);
  const apps = createTable(client, tables.apps);
  const transact = createTransactions(client);
  const own = (update: Update): TransactionWrite => ({ tableName: tables.deployments, update });
  const ofApp = (update: Update): TransactionWrite => ({ tableName: tables.apps, update });
  const get = async (key: Key): Promise<Deployment | undefined> => {
    const item = await table.get(keyOf(key));
    return item && fromItem<Deployment>(item);
  };
  /** What the app wants; of a row that the table has forgotten its id says when it was. */
  const standingOf = async ({ app, appKey: key }: Deployment) => {
    const item = await apps.get(appKey(app));
    const deploymentId = item && appOf(item).wantedId;
    if (deploymentId === undefined) return undefined;
    return (await get({ appKey: key, deploymentId })) ?? { deploymentId, commit: '' };
  };
  const request: DeploymentStore['request'] = async (deployment, newerThan) => {
    const create = { tableName: tables.deployments, create: toItem(toRow(deployment)) };
    const outcome = await transact([create, ofApp(want(deployment, newerThan))]);
    if (outcome.ok) return { kind: 'wanted' };
    const [row, app] = outcome.refusals;
    if (row !== undefined) return { kind: 'exists' };
    if (app?.item === undefined || !isOpen(app.item, deployment)) return { kind: 'gone' };
    const wanted = await standingOf(deployment);
    const order = wanted && compareDeployments(deployment, wanted);
    if (wanted === undefined || (order === 'newer' && newerThan !== wanted.deploymentId))
      return request(deployment, wanted?.deploymentId);
    if (order !== 'older') return { kind: 'tie', with: wanted.deploymentId };
    const ended = { state: 'superseded', reason: OLDER, endedAt: deployment.createdAt } as const;
    const late = { ...deployment, ...ended, expiresAt: expiresAt(deployment.createdAt) };
    await table.create(toItem(toRow(late)), 'app_key');
    return { kind: 'older' };
  };
  return {
    request,
    get,
    change: async (key, guard, changes) => written<Deployment>(await table.update(changeOf(key, guard, changes))),
    startBuild: async (deployment, perHour, now) => {
      const at = now.toISOString();
      const changes = { state: 'building', buildingAt: at, updatedAt: at, reason: null } as const;
      const start = own(changeOf(deployment, DEPLOYMENT_TRANSITIONS.startBuild, changes));
      // Where the hour changed since the row was read, the second reading knows it.
      for (let tried = 0; tried < 2; tried += 1) {
        const use = await apps.get(quotaKey(deployment.installationId));
        const count = countBuild(deployment, fromAttributes(use ?? {})['build_hour'], { perHour, now });
        if (count === undefined) return 'over';
        const outcome = await transact([start, ofApp(count)]);
        if (outcome.ok) return 'started';
        if (outcome.refusals[0] !== undefined) return 'changed';
      }
      return 'over';
    },
    end: async (deployment, guard, { changes, live, replaces }) => {
      const ending = { ...changes, ...(live === undefined && { expiresAt: expiresAt(String(changes.endedAt)) }) };
      const writes = [own(changeOf(deployment, guard, ending)), ofApp(finish(deployment, live))];
      const before = replaces !== undefined && replaces !== deployment.deploymentId;
      const outcome = await transact([
        ...writes,
        ...(before ? [own(replace({ ...deployment, deploymentId: replaces }, String(changes.endedAt)))] : []),
      ]);
      const row = await get(deployment);
      return outcome.ok && row ? { ok: true, row } : { ok: false, ...(row && { row }) };
    },
    page: async (key, { after, limit }) => {
      const expression = new Expression();
      const condition = expression.equals('app_key', key);
      const deployments: Deployment[] = [];
      for await (const item of table.query({
        ConsistentRead: true,
        ScanIndexForward: false,
        KeyConditionExpression: condition,
        ...expression.placeholders,
        Limit: limit,
        ...(after !== undefined && { ExclusiveStartKey: keyOf({ appKey: key, deploymentId: after }) }),
      })) {
        deployments.push(fromItem<Deployment>(item));
        if (deployments.length === limit) break;
      }
      const last = deployments.length === limit ? deployments.at(-1) : undefined;
      return { deployments, ...(last && { next: last.deploymentId }) };
    },
  };
}

const OLDER = 'A newer commit was asked for before this one came.';
const OPEN_STATES: readonly unknown[] = ['active', 'suspended'];

function isOpen(item: Item, { installationId }: Deployment): boolean {
  const row = fromAttributes(item);
  return OPEN_STATES.includes(row['state']) && row['installation_id'] === installationId;
}

/** The app wants it, unless it wants one that is as new or newer. */
function want({ app, deploymentId, installationId, createdAt }: Deployment, newerThan: string | undefined): Update {
  const expression = new Expression();
  const wanted = expression.name('wanted_id');
  // Every id of an earlier second is less than this one's second.
  const newer = `${wanted} < ${expression.value(secondOf(deploymentId))}`;
  const settled = newerThan === undefined ? [] : [expression.equals('wanted_id', newerThan)];
  const due = Date.parse(createdAt);
  const set = expression.update({ wanted_id: deploymentId, updated_at: createdAt, due });
  const one = expression.value(1);
  const unfinished = `${expression.name('unfinished')} ${expression.value(new Set([deploymentId]))}`;
  return {
    key: appKey(app),
    expression,
    update: `${set} ADD ${expression.name('version')} ${one}, ${expression.name('asked')} ${one}, ${unfinished}`,
    condition:
      `${expression.equals('installation_id', installationId)} AND ${expression.isOneOf('state', OPEN_STATES)} AND ` +
      `(${[expression.isMissing('wanted_id'), newer, ...settled].join(' OR ')})`,
  };
}

function changeOf(key: Key, { from }: DeploymentGuard, changes: Changes<Deployment>): Update {
  const expression = new Expression();
  const condition = expression.isOneOf('state', from);
  return { key: keyOf(key), expression, update: expression.update(toRow(changes)), condition };
}

/** Undefined: the tenant may build nothing more this hour. */
function countBuild(
  { installationId }: Deployment,
  seenHour: unknown,
  { perHour, now }: { readonly perHour: number; readonly now: Date },
): Update | undefined {
  if (perHour < 1) return undefined;
  const hour = Math.floor(now.getTime() / HOUR);
  const expression = new Expression();
  const builds = expression.name('builds');
  const [update, condition] =
    seenHour === hour
      ? [
          counting(expression, '', 'builds').trim(),
          `${expression.equals('build_hour', hour)} AND ${builds} < ${expression.value(perHour)}`,
        ]
      : [
          expression.update({ build_hour: hour, builds: 1 }),
          `(${expression.isMissing('build_hour')} OR ${expression.name('build_hour')} < ${expression.value(hour)})`,
        ];
  return { key: quotaKey(installationId), expression, update, condition };
}

function finish({ app, deploymentId }: Deployment, live: object | undefined): Update {
  const expression = new Expression();
  const set = live === undefined ? '' : expression.update({ live: toRow(live) });
  const unfinished = `DELETE ${expression.name('unfinished')} ${expression.value(new Set([deploymentId]))}`;
  return {
    key: appKey(app),
    expression,
    update: `${counting(expression, set, 'version')} ${unfinished}`.trim(),
    condition: anyRow(expression),
  };
}

/** Whatever became of it: a row that the table forgot is not made anew by its key alone. */
function replace(key: Key, endedAt: string): Update {
  const expression = new Expression();
  const changes = { state: 'replaced', ended_at: endedAt, expires_at: expiresAt(endedAt) };
  return {
    key: keyOf(key),
    expression,
    update: expression.update(changes),
    condition: expression.equals('state', 'live'),
  };
}
