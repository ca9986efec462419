import { HOUR, MINUTE, SECOND, buildApp, plus, type App } from '@multi-tenant-runner/core';
import { newApp, newDeployment, type AppsUnderTest } from './app-store.contract';

const NOW = new Date('2026-01-15T12:00:00.000Z');
const QUOTA = { apps: 9, tasks: 9, vcpu: 9, memoryGb: 9, secrets: 20, buildsPerHour: 2 };
const [FIRST, SECOND_COMMIT, THIRD] = ['a'.repeat(40), 'b'.repeat(40), 'c'.repeat(40)] as const;

/** @param nextId numbers that no other test uses: of installations, and in names */
export function deploymentStoreContract(make: () => Promise<AppsUnderTest>, nextId: () => number): void {
  let tables: AppsUnderTest;
  let app: App;
  beforeEach(async () => {
    tables = await make();
    const installationId = nextId();
    app = buildApp(newApp({ app: `shop-${installationId}`, installationId }), NOW);
    await tables.apps.create(app, QUOTA);
  });
  const wanted = async (): Promise<string | undefined> => (await tables.apps.get(app.app))?.wantedId;
  const at = (seconds: number, commit: string, before?: string) =>
    newDeployment(app, plus(NOW, seconds * SECOND), commit, before === undefined ? {} : { before });

  describe('a request', () => {
    it('is one, however often it comes', async () => {
      const kinds = await Promise.all([1, 2, 3].map(async () => (await tables.deployments.request(at(0, FIRST))).kind));
      expect(kinds.sort()).toEqual(['exists', 'exists', 'wanted']);
      expect(await tables.apps.get(app.app)).toMatchObject({
        asked: 2,
        unfinished: new Set([at(0, FIRST).deploymentId]),
      });
    });

    it('of a newer push wins, in whatever order they come', async () => {
      const pushes = [at(1, FIRST), at(2, SECOND_COMMIT), at(3, THIRD)];
      const newest = at(3, THIRD).deploymentId;
      for (const push of [pushes[1], pushes[2], pushes[0]]) if (push) await tables.deployments.request(push);
      expect(await wanted()).toBe(newest);
      expect(await tables.deployments.get(at(1, FIRST))).toMatchObject({ state: 'superseded' });
    });

    it('of a newer push wins when all come at once', async () => {
      await Promise.all([3, 1, 4, 2].map((second) => tables.deployments.request(at(second, `${second}`.repeat(40)))));
      expect(await wanted()).toBe(at(4, '4'.repeat(40)).deploymentId);
    });

    it('of the same second is in order where one says what was before', async () => {
      await tables.deployments.request(at(0, FIRST));
      expect(await tables.deployments.request(at(0, SECOND_COMMIT, FIRST))).toEqual({ kind: 'wanted' });
      expect(await wanted()).toBe(at(0, SECOND_COMMIT).deploymentId);
    });

    it('of the same second that came late is the older one', async () => {
      await tables.deployments.request(at(0, SECOND_COMMIT, FIRST));
      expect(await tables.deployments.request(at(0, FIRST))).toEqual({ kind: 'older' });
      expect(await wanted()).toBe(at(0, SECOND_COMMIT).deploymentId);
    });

    it('of the same second that nobody can order waits for GitHub, which says which is newer', async () => {
      const standing = at(0, SECOND_COMMIT).deploymentId;
      await tables.deployments.request(at(0, SECOND_COMMIT));
      expect(await tables.deployments.request(at(0, FIRST))).toEqual({ kind: 'tie', with: standing });
      expect(await wanted()).toBe(standing);
      expect(await tables.deployments.get(at(0, FIRST))).toBeUndefined();
      expect(await tables.deployments.request(at(0, FIRST), standing)).toEqual({ kind: 'wanted' });
      expect(await wanted()).toBe(at(0, FIRST).deploymentId);
    });

    it('for an app that is gone, or that is another tenant, does nothing', async () => {
      const other = { ...app, installationId: nextId() };
      expect(await tables.deployments.request(newDeployment(other, NOW, FIRST))).toEqual({ kind: 'gone' });
      await tables.apps.change(app, { state: 'deleting' }, NOW);
      expect(await tables.deployments.request(at(0, FIRST))).toEqual({ kind: 'gone' });
      expect(await tables.deployments.get(at(0, FIRST))).toBeUndefined();
    });
  });

  describe('a build', () => {
    it('is counted against the hour, once, and the next hour has room again', async () => {
      const pushes = [at(1, FIRST), at(2, SECOND_COMMIT), at(3, THIRD)] as const;
      for (const push of pushes) await tables.deployments.request(push);
      const start = (index: 0 | 1 | 2, now = NOW) => tables.deployments.startBuild(pushes[index], 2, now);
      expect(await start(0)).toBe('started');
      expect(await start(0)).toBe('changed');
      expect(await start(1)).toBe('started');
      expect(await start(2)).toBe('over');
      expect(await tables.deployments.get(pushes[2])).toMatchObject({ state: 'queued' });
      expect(await start(2, plus(NOW, HOUR))).toBe('started');
      expect(await tables.deployments.get(pushes[2])).toMatchObject({ state: 'building' });
    });

    it('does not start where the tenant may build nothing', async () => {
      await tables.deployments.request(at(1, FIRST));
      expect(await tables.deployments.startBuild(at(1, FIRST), 0, NOW)).toBe('over');
    });
  });

  describe('an end', () => {
    it('takes the deployment from the unfinished, and makes it what the app runs', async () => {
      for (const [second, commit] of [
        [1, FIRST],
        [2, SECOND_COMMIT],
      ] as const) {
        const push = at(second, commit);
        await tables.deployments.request(push);
        const live = { deploymentId: push.deploymentId, commit, digest: `sha256:${commit}`, taskDefinition: 'arn' };
        const endedAt = plus(NOW, MINUTE).toISOString();
        const replaces = (await tables.apps.get(app.app))?.live?.deploymentId;
        const end = { changes: { state: 'live', endedAt } as const, live, ...(replaces !== undefined && { replaces }) };
        expect(await tables.deployments.end(push, { from: ['queued'] }, end)).toMatchObject({
          ok: true,
          row: { state: 'live' },
        });
        expect((await tables.apps.get(app.app))?.live).toEqual(live);
      }
      expect((await tables.apps.get(app.app))?.unfinished ?? new Set()).toEqual(new Set());
      expect(await tables.deployments.get(at(1, FIRST))).toMatchObject({ state: 'replaced' });
    });

    it('comes only from the states named', async () => {
      await tables.deployments.request(at(1, FIRST));
      const end = { changes: { state: 'failed', endedAt: NOW.toISOString() } as const };
      expect(await tables.deployments.end(at(1, FIRST), { from: ['releasing'] }, end)).toMatchObject({ ok: false });
      expect((await tables.apps.get(app.app))?.unfinished).toEqual(new Set([at(1, FIRST).deploymentId]));
    });
  });

  it('pages from the newest on, and shows no tenant another one', async () => {
    for (const [second, commit] of [
      [1, FIRST],
      [2, SECOND_COMMIT],
      [3, THIRD],
    ] as const)
      await tables.deployments.request(at(second, commit));
    const { appKey } = at(1, FIRST);
    const first = await tables.deployments.page(appKey, { limit: 2 });
    expect(first.deployments.map(({ commit }) => commit)).toEqual([THIRD, SECOND_COMMIT]);
    const rest = await tables.deployments.page(appKey, {
      limit: 2,
      ...(first.next !== undefined && { after: first.next }),
    });
    expect(rest.deployments.map(({ commit }) => commit)).toEqual([FIRST]);
    expect((await tables.deployments.page(`${nextId()}/${app.app}`, { limit: 2 })).deployments).toEqual([]);
  });

  it('changes a row only from the states named', async () => {
    await tables.deployments.request(at(1, FIRST));
    const change = { state: 'parked', reason: 'why' } as const;
    expect(await tables.deployments.change(at(1, FIRST), { from: ['building'] }, change)).toMatchObject({ ok: false });
    expect(await tables.deployments.change(at(1, FIRST), { from: ['queued'] }, change)).toMatchObject({
      ok: true,
      row: { state: 'parked', reason: 'why' },
    });
  });
}
