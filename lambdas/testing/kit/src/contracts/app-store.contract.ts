import {
  DAY,
  MINUTE,
  appKeyOf,
  buildApp,
  claimSecret,
  deploymentIdOf,
  plus,
  setSecret,
  unsetSecret,
  type App,
  type AppQuota,
  type AppStore,
  type Deployment,
  type DeploymentStore,
  type NewApp,
} from '@multi-tenant-runner/core';

const NOW = new Date('2026-01-15T12:00:00.000Z');
const HOLDER = { name: 'a deployer', milliseconds: MINUTE };
const QUOTA: AppQuota = { apps: 2, tasks: 4, vcpu: 1, memoryGb: 2, secrets: 20, buildsPerHour: 2 };

export interface AppsUnderTest {
  readonly apps: AppStore;
  readonly deployments: DeploymentStore;
}

export function newApp(over: Partial<NewApp> & Pick<NewApp, 'app' | 'installationId'>): NewApp {
  return {
    repoId: 7,
    repository: 'acme/shop',
    branch: 'main',
    directory: '.',
    port: 8_080,
    healthPath: '/',
    hosts: [],
    preview: false,
    cpu: 256,
    memory: 512,
    count: 1,
    ...over,
  };
}

export function newDeployment(app: App, at: Date, commit: string, over: Partial<Deployment> = {}): Deployment {
  return {
    appKey: appKeyOf(app),
    deploymentId: deploymentIdOf(at, commit),
    installationId: app.installationId,
    app: app.app,
    kind: 'push',
    commit,
    pushedAt: at.toISOString(),
    state: 'queued',
    createdAt: NOW.toISOString(),
    updatedAt: NOW.toISOString(),
    ...over,
  };
}

/** @param nextId numbers that no other test uses: of installations, and in names */
export function appStoreContract(make: () => Promise<AppsUnderTest>, nextId: () => number): void {
  let tables: AppsUnderTest;
  let tenant: number;
  beforeEach(async () => {
    tables = await make();
    tenant = nextId();
  });
  const build = (name: string, over: Partial<NewApp> = {}): App =>
    buildApp(newApp({ app: `${name}-${tenant}`, installationId: tenant, ...over }), NOW);
  const create = async (name: string, over: Partial<NewApp> = {}, now = NOW) =>
    tables.apps.create(buildApp(newApp({ app: name, installationId: tenant, ...over }), now), QUOTA);
  const made = async (name = 'shop'): Promise<App> => {
    const app = build(name);
    expect(await tables.apps.create(app, QUOTA)).toEqual({ kind: 'created', app });
    return app;
  };
  const read = async (app: App): Promise<App> => {
    const row = await tables.apps.get(app.app);
    if (row === undefined) throw new Error('the app has no row');
    return row;
  };
  const remove = async (app: App, now = NOW): Promise<void> => {
    await tables.apps.change(await read(app), { state: 'deleting' }, now);
    const proof = { lookedAt: now.toISOString(), left: { services: 0 } };
    expect((await tables.apps.finishDeletion(await read(app), proof, now)).ok).toBe(true);
  };

  describe('names', () => {
    it('are one app each, over all tenants, however many ask at once', async () => {
      const app = build('shop');
      const others = [1, 2, 3].map(() => ({ ...app, installationId: nextId() }));
      const kinds = await Promise.all([app, ...others].map(async (one) => (await tables.apps.create(one, QUOTA)).kind));
      expect(kinds.sort()).toEqual(['created', 'taken', 'taken', 'taken']);
    });

    it('are not given to others if they look like one that stands; a tenant may have both', async () => {
      const app = await made('mail1');
      const alike = app.app.replace('mail1', 'maill');
      expect(await create(alike, { installationId: nextId() })).toEqual({ kind: 'taken' });
      expect((await create(alike)).kind).toBe('created');
    });

    it('answer the app that stands when the same tenant asks again', async () => {
      const app = await made();
      expect(await tables.apps.create({ ...app, port: 81 }, QUOTA)).toEqual({ kind: 'exists', app });
    });

    it('of a deleted app go to others after 30 days, and back to its own tenant at once', async () => {
      const app = await made();
      await remove(app);
      const other = { installationId: nextId() };
      expect(await create(app.app, other, plus(NOW, 29 * DAY))).toEqual({ kind: 'taken' });
      expect((await create(app.app)).kind).toBe('created');
      await remove(app);
      expect((await create(app.app, other, plus(NOW, 30 * DAY))).kind).toBe('created');
      expect((await read(app)).installationId).toBe(other.installationId);
    });
  });

  describe('quotas', () => {
    it('let as many apps through at once as they have room for', async () => {
      const kinds = await Promise.all(
        ['a', 'b', 'c', 'd'].map(async (name) => (await tables.apps.create(build(name), QUOTA)).kind),
      );
      expect(kinds.sort()).toEqual(['created', 'created', 'over', 'over']);
      expect((await tables.apps.quotaUse(tenant)).apps.size).toBe(2);
    });

    it.each([
      ['tasks', { count: 5 }],
      ['vcpu', { cpu: 1_024, memory: 1_024, count: 2 }],
      ['memory', { memory: 2_048, count: 2 }],
    ] as const)('name what there would be too much of: %s', async (what, over) => {
      expect(await create(`big-${tenant}`, over)).toEqual({ kind: 'over', what });
      expect(await tables.apps.get(`big-${tenant}`)).toBeUndefined();
    });

    it('count what an app of another size needs more, and give back what it needs less', async () => {
      const app = await made();
      expect(await tables.apps.resize(app, { cpu: 256, memory: 512, count: 5 }, QUOTA)).toEqual({
        kind: 'over',
        what: 'tasks',
      });
      expect(await tables.apps.resize(app, { cpu: 256, memory: 512, count: 4 }, QUOTA)).toMatchObject({
        kind: 'resized',
      });
      expect(await tables.apps.quotaUse(tenant)).toMatchObject({ tasks: 4, vcpu: 1, memoryGb: 2 });
      expect((await create(`more-${tenant}`)).kind).toBe('over');
      const lower = { ...QUOTA, tasks: 0, vcpu: 0, memoryGb: 0 };
      expect(await tables.apps.resize(await read(app), { cpu: 256, memory: 512, count: 0 }, lower)).toMatchObject({
        kind: 'resized',
      });
      expect(await tables.apps.quotaUse(tenant)).toMatchObject({ tasks: 0, vcpu: 0, memoryGb: 0 });
      expect(await tables.apps.resize(app, { cpu: 256, memory: 512, count: 1 }, QUOTA)).toEqual({ kind: 'changed' });
    });

    it('count a secret before its value is kept anywhere, over all apps, however many ask at once', async () => {
      const quota = { ...QUOTA, secrets: 1 };
      const [a, b] = [await made('a'), await made('b')];
      const claim = (app: App, name: string) => {
        const secrets = claimSecret(app, name, NOW);
        if (secrets === undefined) throw new Error('it counts already');
        return tables.apps.setSecrets(app, { secrets }, quota, NOW);
      };
      const outcomes = await Promise.all([claim(a, 'KEY'), claim(b, 'KEY')]);
      expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['over', 'set']);
      const has = await read(outcomes[0]?.kind === 'set' ? a : b);
      expect([has.asked, has.due, has.version]).toEqual([1, NOW.getTime(), 2]);
      expect((await claim(a.app === has.app ? a : b, 'KEY')).kind).toBe('changed');
      expect((await claim(has, 'OTHER')).kind).toBe('over');
      const value = setSecret(has, { name: 'KEY', arn: 'arn' }, NOW);
      expect(await tables.apps.setSecrets(has, value, { ...quota, secrets: 0 }, NOW)).toMatchObject({ kind: 'set' });
      expect((await tables.apps.quotaUse(tenant)).secrets).toBe(1);
      const standing = await read(has);
      expect(standing).toMatchObject({ asked: 2, secretsVersion: 1, secrets: { kept: [{ name: 'KEY' }] } });
      const unset = unsetSecret(standing, 'KEY');
      if (unset.kind === 'change') await tables.apps.setSecrets(standing, unset.changes, quota, NOW);
      expect((await tables.apps.quotaUse(tenant)).secrets).toBe(0);
      await claim(await read(has), 'OTHER');
      await remove(has);
      expect((await tables.apps.quotaUse(tenant)).secrets).toBe(0);
    });

    it('are at rest as they were last seen, and go back to whoever is next where nobody could look', async () => {
      const app = await made();
      await tables.apps.takeLease(app.app, HOLDER, NOW);
      const seen = { due: NOW.getTime() + MINUTE, head: 'a'.repeat(40), headDue: NOW.getTime() + 2 * MINUTE };
      const stood = { group: 'sg-1', targetGroup: 'arn', healthPath: '/' };
      const rested = { restedTenant: 'active', restsUntil: 1, settledAs: 'so', settledUntil: 2, stood } as const;
      expect(await tables.apps.rest(app.app, HOLDER, { asked: 1, ...seen, ...rested })).toBe(true);
      expect(await read(app)).toMatchObject({ ...seen, ...rested, restedAsked: 1 });
      await tables.apps.takeLease(app.app, HOLDER, NOW);
      await tables.apps.giveBack(app.app, { ...HOLDER, name: 'another' }, { due: 0, isUnsure: true });
      expect((await read(app)).leaseOwner).toBe(HOLDER.name);
      const due = NOW.getTime() + 1;
      await tables.apps.giveBack(app.app, HOLDER, { due, isUnsure: false });
      expect(await read(app)).toMatchObject({ due, head: seen.head, settledAs: 'so' });
      await tables.apps.takeLease(app.app, HOLDER, NOW);
      await tables.apps.giveBack(app.app, HOLDER, { due, isUnsure: true });
      const row = await read(app);
      expect([row.leaseOwner, row.settledAs, row.stood]).toEqual([undefined, undefined, rested.stood]);
    });

    it('leave another port to the deployer with the size', async () => {
      const app = await made();
      expect(await tables.apps.rest(app.app, HOLDER, { asked: 1, due: NOW.getTime() + MINUTE })).toBe(false);
      const resized = await tables.apps.resize(app, { cpu: 512, memory: 1_024, count: 1, port: 9_000 }, QUOTA);
      expect(resized).toMatchObject({ kind: 'resized', app: { cpu: 512, port: 9_000 } });
      expect(await read(app)).toMatchObject({ cpu: 512, port: 9_000, asked: 2, due: NOW.getTime() });
    });

    it('have room again after a deletion', async () => {
      const app = await made();
      await remove(app);
      expect(await tables.apps.quotaUse(tenant)).toEqual({
        apps: new Set(),
        tasks: 0,
        vcpu: 0,
        memoryGb: 0,
        secrets: 0,
      });
    });
  });

  describe('rows', () => {
    it('change only as they were read, and ask the deployer to look', async () => {
      const app = await made();
      const first = await tables.apps.change(app, { port: 81 }, plus(NOW, MINUTE));
      expect(first).toMatchObject({ ok: true, row: { port: 81, version: 2, asked: 2 } });
      expect(await tables.apps.change(app, { port: 82 }, NOW)).toMatchObject({ ok: false, row: { port: 81 } });
    });

    it('are listed by tenant, page by page, without deleted ones', async () => {
      const [a, b] = [await made('a'), await made('b')];
      const first = await tables.apps.pageOfTenant(tenant, { limit: 1 });
      expect(first).toMatchObject({ apps: [{ app: a.app }], next: a.app });
      const second = await tables.apps.pageOfTenant(tenant, { limit: 5, after: a.app });
      expect(second.apps.map(({ app }) => app)).toEqual([b.app]);
      await remove(a);
      expect((await tables.apps.pageOfTenant(tenant, { limit: 5 })).apps.map(({ app }) => app)).toEqual([b.app]);
    });

    it('are due until the deployer rests, which it may not while somebody asks', async () => {
      const app = await made();
      expect(await tables.apps.due(NOW, 1_000)).toContain(app.app);
      const taken = await tables.apps.takeLease(app.app, HOLDER, NOW);
      expect(taken.ok).toBe(true);
      expect((await tables.apps.takeLease(app.app, { ...HOLDER, name: 'another' }, NOW)).ok).toBe(false);
      await tables.apps.ask(app.app, NOW);
      const due = plus(NOW, MINUTE).getTime();
      expect(await tables.apps.rest(app.app, HOLDER, { asked: 1, due })).toBe(false);
      expect(await tables.apps.rest(app.app, HOLDER, { asked: 2, due })).toBe(true);
      expect(await tables.apps.due(NOW, 1_000)).not.toContain(app.app);
      expect(await tables.apps.due(plus(NOW, MINUTE), 1_000)).toContain(app.app);
      expect((await tables.apps.takeLease(app.app, { ...HOLDER, name: 'another' }, NOW)).ok).toBe(true);
    });

    it('give a dead deployer up after its lease', async () => {
      const app = await made();
      await tables.apps.takeLease(app.app, HOLDER, NOW);
      const later = plus(NOW, MINUTE + 1);
      expect((await tables.apps.takeLease(app.app, { ...HOLDER, name: 'another' }, later)).ok).toBe(true);
      expect(await tables.apps.rest(app.app, HOLDER, { asked: 1, due: 0 })).toBe(false);
    });

    it('say that there is no such app', async () => {
      expect(await tables.apps.ask(`none-${tenant}`, NOW)).toBe(false);
      expect((await tables.apps.takeLease(`none-${tenant}`, HOLDER, NOW)).ok).toBe(false);
      expect(await tables.apps.get(`none-${tenant}`)).toBeUndefined();
    });
  });

  describe('own domains', () => {
    const serving = (host: string) => ({ host, state: 'serving', askedAt: NOW.toISOString() }) as const;
    const take = (app: App, host: string) => tables.apps.setHosts(app, [serving(host)], { takes: host }, NOW);

    it('are one app’s, over all tenants, however many ask at once', async () => {
      const host = `shop-${tenant}.example.com`;
      const app = await made('mine');
      const others = await Promise.all(
        [1, 2].map(async (one) => {
          const other = buildApp(newApp({ app: `theirs-${one}-${tenant}`, installationId: nextId() }), NOW);
          await tables.apps.create(other, QUOTA);
          return other;
        }),
      );
      const kinds = await Promise.all([app, ...others].map(async (one) => (await take(one, host)).kind));
      expect(kinds.sort()).toEqual(['set', 'taken', 'taken']);
    });

    it('stay the app’s when it takes one twice, and are free once it has given one up', async () => {
      const host = `shop-${tenant}.example.com`;
      const [app, other] = [await made('mine'), await made('other')];
      expect(await take(app, host)).toMatchObject({ kind: 'set', app: { hosts: [{ host }], version: 2, asked: 2 } });
      expect((await take(await read(app), host)).kind).toBe('set');
      expect(await take(app, host)).toEqual({ kind: 'changed' });
      expect(await take(other, host)).toEqual({ kind: 'taken' });
      expect(await tables.apps.setHosts(other, [], { gives: host }, NOW)).toEqual({ kind: 'taken' });
      expect((await tables.apps.setHosts(await read(app), [], { gives: host }, NOW)).kind).toBe('set');
      expect((await take(other, host)).kind).toBe('set');
      expect((await read(app)).hosts).toEqual([]);
    });

    it('are free after the deletion of their app, and not before', async () => {
      const host = `shop-${tenant}.example.com`;
      const [app, other] = [await made('mine'), await made('other')];
      await take(app, host);
      await tables.apps.change(await read(app), { state: 'deleting' }, NOW);
      expect(await take(other, host)).toEqual({ kind: 'taken' });
      const proof = { lookedAt: NOW.toISOString(), left: { services: 0 } };
      await tables.apps.finishDeletion(await read(app), proof, NOW);
      expect((await take(other, host)).kind).toBe('set');
    });
  });

  describe('priorities', () => {
    it('are one app each, up to the limit, and free again after its deletion', async () => {
      const alb = tenant;
      const [a, b] = [await made('a'), await made('b')];
      expect(await tables.apps.takeSlot(a, { alb, priority: 1 }, 2)).toBe('taken');
      expect(await tables.apps.takeSlot(a, { alb, priority: 2 }, 2)).toBe('refused');
      expect(await tables.apps.takeSlot(b, { alb, priority: 1 }, 2)).toBe('refused');
      expect(await tables.apps.takeSlot(b, { alb, priority: 2 }, 1)).toBe('refused');
      expect(await tables.apps.takeSlot(b, { alb, priority: 2 }, 2)).toBe('taken');
      expect(await tables.apps.slotsOf(alb)).toEqual(new Set([1, 2]));
      expect((await read(a)).slot).toEqual({ alb, priority: 1 });
      await remove(a);
      expect(await tables.apps.slotsOf(alb)).toEqual(new Set([2]));
      expect((await read(b)).slot).toEqual({ alb, priority: 2 });
    });
  });

  describe('a deletion', () => {
    it('leaves the row with what was looked for', async () => {
      const app = await made();
      await remove(app);
      expect(await read(app)).toMatchObject({ state: 'deleted', proof: { left: { services: 0 } } });
      expect(await tables.apps.due(plus(NOW, DAY), 1_000)).not.toContain(app.app);
      expect((await tables.apps.change(await read(app), { state: 'active' }, NOW)).ok).toBe(false);
    });

    it('ends only what is being deleted', async () => {
      const app = await made();
      expect((await tables.apps.finishDeletion(app, { lookedAt: NOW.toISOString(), left: {} }, NOW)).ok).toBe(false);
    });
  });
}
