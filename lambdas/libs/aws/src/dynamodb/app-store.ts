import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  NAME_REST,
  overQuota,
  parseAppSettings,
  parseJson,
  shareBetween,
  shareOf,
  shareOfSecrets,
  type App,
  type AppCreation,
  type AppStore,
  type Written,
} from '@multi-tenant-runner/core';
import {
  DUE_SHARD,
  SETTINGS_KEY,
  albKey,
  appKey,
  appOf,
  counting,
  giveShareBack,
  quotaKey,
  restName,
  takeName,
  takeShare,
  useOf,
} from './app-rows';
import { fromAttributes, toAttributes, type Item } from './attributes';
import { changeApp, deleteApp, leaveApp, newApp, restApp } from './app-changes';
import { giveHost, takeHost } from './app-host-rows';
import { Expression } from './expression';
import { freePriority, recordSlot, takePriority } from './app-slots';
import { createTable, type Outcome, type Update } from './table';
import { createTransactions, type TransactionWrite } from './transactions';

export interface AppStoreDeps {
  readonly client: Pick<DynamoDBClient, 'send'>;
  readonly tableName: string;
}

export function createDynamoAppStore({ client, tableName }: AppStoreDeps): AppStore {
  const table = createTable(client, tableName);
  const transact = createTransactions(client);
  const here = (update: Update): TransactionWrite => ({ tableName, update });
  return {
    settings: async () => {
      const { value } = fromAttributes((await table.get(appKey(SETTINGS_KEY))) ?? {});
      if (typeof value !== 'string') return undefined;
      const parsed = parseJson(value, parseAppSettings);
      if (parsed.ok) return parsed.value;
      throw new Error(
        `${SETTINGS_KEY} of the table of apps: ${parsed.problems.join('; ')}. Apply the module of apps again.`,
      );
    },
    get: async (name) => {
      const item = await table.get(appKey(name));
      return item && appOf(item);
    },
    create: async (app, quota) => {
      const share = { ...shareOf(app), apps: 1 };
      const refused = overQuota(useOf(undefined), share, quota);
      if (refused !== undefined) return { kind: 'over', what: refused };
      const outcome = await transact([
        { tableName, ...newApp(app) },
        here(takeName(app, new Date(app.createdAt))),
        here(takeShare(app, share, quota, true)),
      ]);
      if (outcome.ok) return { kind: 'created', app };
      const [standing, name, use] = outcome.refusals;
      return (
        standingApp(standing?.item, app) ??
        (name === undefined && use !== undefined
          ? { kind: 'over', what: overQuota(useOf(use.item), share, quota) ?? 'apps' }
          : { kind: 'taken' })
      );
    },
    resize: async (app, size, quota) => {
      const share = shareBetween(app, size);
      const refused = (item?: Item) => overQuota(useOf(item), { ...share, apps: 0 }, quota);
      const outcome = await transact([
        here(changeApp(app, { ...size }, new Date(app.updatedAt))),
        here(takeShare(app, share, quota, false)),
      ]);
      if (outcome.ok)
        return { kind: 'resized', app: { ...app, ...size, version: app.version + 1, asked: app.asked + 1 } };
      const [row, use] = outcome.refusals;
      return row === undefined ? { kind: 'over', what: refused(use?.item) ?? 'tasks' } : { kind: 'changed' };
    },
    change: async (app, changes, now) => written(await table.update(changeApp(app, changes, now))),
    setHosts: async (app, hosts, { takes, gives }, now) => {
      const outcome = await transact([
        here(changeApp(app, { hosts }, now)),
        ...(takes === undefined ? [] : [here(takeHost(app, takes))]),
        ...(gives === undefined ? [] : [here(giveHost(app, gives))]),
      ]);
      if (!outcome.ok) return { kind: outcome.refusals[0] === undefined ? 'taken' : 'changed' };
      return { kind: 'set', app: { ...app, hosts, version: app.version + 1, asked: app.asked + 1 } };
    },
    setSecrets: async (app, changes, quota, now) => {
      const share = shareOfSecrets(app.secrets, changes.secrets);
      const isQuiet = changes.secretsVersion === undefined;
      const outcome = await transact([
        here(changeApp(app, changes, now, isQuiet)),
        ...(share.secrets === 0 ? [] : [here(takeShare(app, share, quota, false))]),
      ]);
      if (!outcome.ok)
        return outcome.refusals[0] === undefined ? { kind: 'over', what: 'secrets' } : { kind: 'changed' };
      const counted = { version: app.version + 1, asked: app.asked + (isQuiet ? 0 : 1) };
      return { kind: 'set', app: { ...app, ...changes, ...counted } };
    },
    ask: async (name, now) => {
      const expression = new Expression();
      const update = counting(expression, expression.update({ due: now.getTime() }), 'asked');
      const condition = expression.exists('installation_id');
      return (await table.update({ key: appKey(name), expression, update, condition })).ok;
    },
    pageOfTenant: async (installationId, { after, limit }) => {
      const expression = new Expression();
      const own = expression.equals('installation_id', installationId);
      const apps: App[] = [];
      for await (const item of table.query({
        IndexName: 'tenant-index',
        KeyConditionExpression: own,
        FilterExpression: `${expression.name('state')} <> ${expression.value('deleted')}`,
        ...expression.placeholders,
        ...(after !== undefined && {
          ExclusiveStartKey: toAttributes({ app: after, installation_id: installationId }),
        }),
      })) {
        apps.push(appOf(item));
        if (apps.length === limit) return { apps, next: appOf(item).app };
      }
      return { apps };
    },
    quotaUse: async (installationId) => useOf(await table.get(quotaKey(installationId))),
    due: async (now, limit) => {
      const expression = new Expression();
      const shard = expression.equals('due_shard', DUE_SHARD);
      const isDue = `${expression.name('due')} <= ${expression.value(now.getTime())}`;
      const names: string[] = [];
      for await (const { app } of table.query({
        IndexName: 'due-index',
        KeyConditionExpression: `${shard} AND ${isDue}`,
        ...expression.placeholders,
        Limit: limit,
      })) {
        if (app?.S !== undefined) names.push(app.S);
        if (names.length === limit) break;
      }
      return names;
    },
    takeLease: async (name, holder, now) => {
      const expression = new Expression();
      const until = expression.name('lease_until');
      const isFree = `(${expression.isMissing('lease_until')} OR ${until} < ${expression.value(now.getTime())})`;
      const isOwn = expression.equals('lease_owner', holder.name);
      const condition = `${expression.exists('installation_id')} AND (${isFree} OR ${isOwn})`;
      const lease = { lease_owner: holder.name, lease_until: now.getTime() + holder.milliseconds };
      const update = expression.update(lease);
      return written(await table.update({ key: appKey(name), expression, update, condition }));
    },
    rest: async (name, holder, seen) => (await table.update(restApp(name, holder, seen))).ok,
    giveBack: async (name, holder, seen) => void (await table.update(leaveApp(name, holder, seen))),
    takeSlot: async (app, slot, limit) => {
      const outcome = await transact([here(takePriority(slot, limit)), here(recordSlot(app, slot))]);
      return outcome.ok ? 'taken' : 'refused';
    },
    slotsOf: async (alb) => {
      const { slots } = fromAttributes((await table.get(albKey(alb))) ?? {});
      return new Set(slots instanceof Set ? [...slots].map(Number) : []);
    },
    finishDeletion: async (app, proof, now) => {
      const outcome = await transact([
        here(deleteApp(app, proof, now)),
        here(giveShareBack(app, shareOf(app))),
        here(restName(app, now.getTime() + NAME_REST)),
        ...(app.slot ? [here(freePriority(app.slot))] : []),
        // One that waits was never its own.
        ...app.hosts.filter(({ state }) => state !== 'waiting').map(({ host }) => here(giveHost(app, host))),
      ]);
      const item = await table.get(appKey(app.app));
      return { ok: outcome.ok, ...(item && { row: appOf(item) }) } as Written<App>;
    },
  };
}

function standingApp(item: Item | undefined, { installationId }: App): AppCreation | undefined {
  const standing = item && appOf(item);
  return standing?.installationId === installationId ? { kind: 'exists', app: standing } : undefined;
}

function written(outcome: Outcome): Written<App> {
  if (outcome.ok) return { ok: true, row: appOf(outcome.item) };
  return { ok: false, ...(outcome.item && { row: appOf(outcome.item) }) };
}
