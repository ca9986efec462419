import {
  NAME_REST,
  overQuota,
  shareBetween,
  shareOf,
  shareOfSecrets,
  skeletonOf,
  type App,
  type AppSettings,
  type AppStore,
  type Deployment,
  type DeploymentStore,
  type QuotaShare,
  type QuotaUse,
} from '@multi-tenant-runner/core';
import { LIVING, NO_USE, excluding, including, type AppTables } from './app-tables';
import { applyChanges } from './apply-changes';
import { createDeployments } from './deployments';

/** The two tables of the app plane, in memory: what one store writes in a transaction the other sees. */
export interface InMemoryApps {
  readonly apps: AppStore;
  readonly deployments: DeploymentStore;
  readonly rows: Map<string, App>;
  readonly deploymentRows: Map<string, Deployment>;
  settings?: AppSettings;
}

export function createInMemoryApps(settings?: AppSettings): InMemoryApps {
  const state: AppTables = {
    rows: new Map(),
    deploymentRows: new Map(),
    names: new Map(),
    uses: new Map(),
    builds: new Map(),
    slots: new Map(),
    hosts: new Map(),
  };
  const tables: InMemoryApps = {
    rows: state.rows,
    deploymentRows: state.deploymentRows,
    apps: createApps(state, () => tables.settings),
    deployments: createDeployments(state),
    ...(settings && { settings }),
  };
  return tables;
}

const nameOf = (app: string): string => (app.includes('--') ? app : skeletonOf(app));

function createApps(state: AppTables, settings: () => AppSettings | undefined): AppStore {
  const { rows, names, uses, slots, hosts: held } = state;
  const useOf = (installationId: number): QuotaUse => {
    const { apps, tasks, cpu, memory, secrets } = uses.get(installationId) ?? NO_USE;
    return { apps, tasks, vcpu: cpu / 1_024, memoryGb: memory / 1_024, secrets };
  };
  const add = (installationId: number, share: QuotaShare, apps: ReadonlySet<string>): void => {
    const { tasks, cpu, memory, secrets } = uses.get(installationId) ?? NO_USE;
    const sums = { tasks: tasks + share.tasks, cpu: cpu + share.cpu, memory: memory + share.memory };
    uses.set(installationId, { ...sums, secrets: secrets + share.secrets, apps });
  };
  const appsOf = (installationId: number): ReadonlySet<string> => (uses.get(installationId) ?? NO_USE).apps;
  const put = (app: App): App => {
    rows.set(app.app, app);
    return app;
  };
  return {
    settings: async () => settings(),
    get: async (name) => rows.get(name),
    create: async (app, quota) => {
      const standing = rows.get(app.app);
      if (standing && standing.state !== 'deleted')
        return standing.installationId === app.installationId ? { kind: 'exists', app: standing } : { kind: 'taken' };
      const holder = names.get(nameOf(app.app));
      const isFree =
        holder === undefined ||
        holder.heldBy === app.installationId ||
        (holder.apps.size === 0 && (holder.freeAt ?? Infinity) <= Date.parse(app.createdAt));
      if (!isFree) return { kind: 'taken' };
      const what = overQuota(useOf(app.installationId), { ...shareOf(app), apps: 1 }, quota);
      if (what !== undefined) return { kind: 'over', what };
      names.set(nameOf(app.app), { heldBy: app.installationId, apps: including(holder?.apps, app.app) });
      add(app.installationId, shareOf(app), including(appsOf(app.installationId), app.app));
      return { kind: 'created', app: put(app) };
    },
    resize: async (app, size, quota) => {
      const standing = rows.get(app.app);
      if (standing?.version !== app.version || standing.state === 'deleted') return { kind: 'changed' };
      const share = shareBetween(app, size);
      const what = overQuota(useOf(app.installationId), { ...share, apps: 0 }, quota);
      if (what !== undefined) return { kind: 'over', what };
      add(app.installationId, share, appsOf(app.installationId));
      const counted = { version: app.version + 1, asked: app.asked + 1, due: Date.parse(app.updatedAt) };
      return { kind: 'resized', app: put({ ...standing, ...size, ...counted }) };
    },
    change: async (app, changes, now) => {
      const standing = rows.get(app.app);
      if (standing?.version !== app.version || !LIVING.includes(standing.state))
        return { ok: false, ...(standing && { row: standing }) };
      const counted = { version: app.version + 1, asked: standing.asked + 1 };
      const at = { updatedAt: now.toISOString(), due: now.getTime() };
      return { ok: true, row: put(applyChanges(standing, { ...at, ...changes, ...counted })) };
    },
    setHosts: async (app, hosts, { takes, gives }, now) => {
      const standing = rows.get(app.app);
      if (standing?.version !== app.version || !LIVING.includes(standing.state)) return { kind: 'changed' };
      const isForeign = [takes, gives].some((host) => host !== undefined && (held.get(host) ?? app.app) !== app.app);
      if (isForeign) return { kind: 'taken' };
      if (takes !== undefined) held.set(takes, app.app);
      if (gives !== undefined) held.delete(gives);
      const counted = { version: app.version + 1, asked: standing.asked + 1 };
      const at = { updatedAt: now.toISOString(), due: now.getTime() };
      return { kind: 'set', app: put({ ...standing, ...at, hosts: structuredClone(hosts), ...counted }) };
    },
    setSecrets: async (app, changes, quota, now) => {
      const standing = rows.get(app.app);
      if (standing?.version !== app.version || !LIVING.includes(standing.state)) return { kind: 'changed' };
      const share = shareOfSecrets(app.secrets, changes.secrets);
      if (overQuota(useOf(app.installationId), { ...share, apps: 0 }, quota) !== undefined)
        return { kind: 'over', what: 'secrets' };
      add(app.installationId, share, appsOf(app.installationId));
      const counted = { version: app.version + 1, updatedAt: now.toISOString() };
      const asked = changes.secretsVersion === undefined ? {} : { asked: standing.asked + 1, due: now.getTime() };
      return { kind: 'set', app: put({ ...standing, ...structuredClone(changes), ...counted, ...asked }) };
    },
    ask: async (name, now) => {
      const standing = rows.get(name);
      if (standing) put({ ...standing, asked: standing.asked + 1, due: now.getTime() });
      return standing !== undefined;
    },
    pageOfTenant: async (installationId, { after = '', limit }) => {
      const own = [...rows.values()].filter(
        (app) => app.installationId === installationId && app.state !== 'deleted' && app.app > after,
      );
      const apps = own.sort((a, b) => (a.app < b.app ? -1 : 1)).slice(0, limit);
      const next = apps.length === limit ? apps.at(-1)?.app : undefined;
      return { apps, ...(next !== undefined && { next }) };
    },
    quotaUse: async (installationId) => useOf(installationId),
    due: async (now, limit) =>
      [...rows.values()]
        .filter(({ state: is, due }) => LIVING.includes(is) && due <= now.getTime())
        .sort((a, b) => a.due - b.due)
        .slice(0, limit)
        .map(({ app }) => app),
    takeLease: async (name, holder, now) => {
      const standing = rows.get(name);
      const isFree =
        standing !== undefined && ((standing.leaseUntil ?? 0) < now.getTime() || standing.leaseOwner === holder.name);
      if (!isFree) return { ok: false, ...(standing && { row: standing }) };
      const lease = { leaseOwner: holder.name, leaseUntil: now.getTime() + holder.milliseconds };
      return { ok: true, row: put({ ...standing, ...lease }) };
    },
    rest: async (name, holder, { asked, ...seen }) => {
      const standing = rows.get(name);
      if (standing?.leaseOwner !== holder.name || standing.asked !== asked) return false;
      put(applyChanges(standing, { leaseOwner: null, leaseUntil: null, ...seen, restedAsked: asked }));
      return true;
    },
    giveBack: async (name, holder, { due, isUnsure }) => {
      const standing = rows.get(name);
      if (standing?.leaseOwner === holder.name)
        put(applyChanges(standing, { leaseOwner: null, leaseUntil: null, due, ...(isUnsure && { settledAs: null }) }));
    },
    takeSlot: async (app, slot, limit) => {
      const [standing, taken] = [rows.get(app.app), slots.get(slot.alb) ?? new Set<number>()];
      if (!standing || standing.slot || !LIVING.includes(standing.state)) return 'refused';
      if (taken.size >= limit || taken.has(slot.priority)) return 'refused';
      slots.set(slot.alb, including(taken, slot.priority));
      put({ ...standing, slot, version: standing.version + 1 });
      return 'taken';
    },
    slotsOf: async (alb) => slots.get(alb) ?? new Set(),
    finishDeletion: async (app, proof, now) => {
      const standing = rows.get(app.app);
      if (standing?.state !== 'deleting' || standing.asked !== app.asked)
        return { ok: false, ...(standing && { row: standing }) };
      const { tasks, cpu, memory, secrets } = shareOf(standing);
      const own = excluding(appsOf(app.installationId), app.app);
      add(app.installationId, { tasks: -tasks, cpu: -cpu, memory: -memory, secrets: -secrets }, own);
      const holder = names.get(nameOf(app.app));
      const freeAt = now.getTime() + NAME_REST;
      names.set(nameOf(app.app), { heldBy: app.installationId, apps: excluding(holder?.apps, app.app), freeAt });
      for (const { host } of standing.hosts) if (held.get(host) === app.app) held.delete(host);
      if (standing.slot) slots.set(standing.slot.alb, excluding(slots.get(standing.slot.alb), standing.slot.priority));
      const at = now.toISOString();
      const gone = { slot: null, live: null, unfinished: null, leaseOwner: null, leaseUntil: null };
      const deleted = {
        state: 'deleted',
        hosts: [],
        proof,
        deletedAt: at,
        updatedAt: at,
        version: standing.version + 1,
      } as const;
      const { due: _due, ...row } = applyChanges(standing, { ...gone, ...deleted });
      return { ok: true, row: put(row as App) };
    },
  };
}
