import { MINUTE, buildAnotherRelease, plus } from '@multi-tenant-runner/core';
import { TENANT, archiveOf, createDeployerHarness, type DeployerHarness } from '../test/deployer-harness';
import { tenantOf } from '../test/tenant-of';

const [FIRST, SECOND, THIRD] = ['a'.repeat(40), 'b'.repeat(40), 'c'.repeat(40)] as const;

let harness: DeployerHarness;
beforeEach(async () => {
  harness = createDeployerHarness();
  for (const commit of [FIRST, SECOND, THIRD])
    harness.github.archives.set(commit, archiveOf({ Dockerfile: 'FROM scratch' }));
  await harness.declare('shop');
});

/** GitHub has the push; whether anybody tells of it is another matter. */
const push = async (commit: string, { told }: { readonly told: boolean }): Promise<void> => {
  harness.clock.advance(MINUTE);
  const [before, at] = [harness.github.heads.get('main'), harness.clock.now()];
  harness.github.heads.set('main', commit);
  harness.github.moves.set('main', { after: commit, at, ...(before !== undefined && { before }) });
  if (told) await harness.push(commit);
};
const finish = async (commit: string): Promise<void> => {
  await harness.built('shop', commit);
  await harness.settle();
};
const live = async () => (await harness.app('shop')).live?.commit;
const round = async (): Promise<void> => {
  harness.clock.advance(10 * MINUTE);
  await harness.sweep();
};
const rows = async () =>
  (await harness.deployments(await harness.app('shop'))).map(({ kind, commit, state }) => [kind, commit[0], state]);
const rollBack = async (commit: string): Promise<void> => {
  harness.clock.advance(MINUTE);
  const app = await harness.app('shop');
  const version = { commit, digest: `sha256:${commit}` };
  const made = buildAnotherRelease('rollback', app, version, harness.clock.now());
  expect(await harness.tables.deployments.request(made)).toEqual({ kind: 'wanted' });
  await harness.settle();
  expect(await live()).toBe(commit);
};

describe('a push that nobody told of', () => {
  beforeEach(async () => {
    await push(FIRST, { told: true });
    await finish(FIRST);
  });

  it('is found within ten minutes and deployed, with the time that GitHub has of it', async () => {
    await push(SECOND, { told: false });
    const pushedAt = harness.clock.now();
    await round();
    expect((await rows())[0]).toEqual(['push', 'b', 'building']);
    expect((await harness.deployments(await harness.app('shop')))[0]).toMatchObject({
      before: FIRST,
      pushedAt: pushedAt.toISOString(),
    });
    await finish(SECOND);
    expect(await live()).toBe(SECOND);
    expect(harness.metrics.total('AppPushFound')).toBe(1);
  });

  it('is one deployment with the event that comes after all, a second apart', async () => {
    await push(SECOND, { told: false });
    const pushedAt = harness.clock.now();
    await round();
    await harness.push(SECOND, { at: plus(pushedAt, 1_000) });
    await harness.push(SECOND, { at: pushedAt });
    await finish(SECOND);
    await round();
    expect(await rows()).toEqual([
      ['push', 'b', 'live'],
      ['push', 'a', 'replaced'],
    ]);
  });

  it('never comes over a newer one, whose event was late', async () => {
    await push(SECOND, { told: false });
    const head = harness.github.heads.get('main') ?? '';
    await push(THIRD, { told: true });
    // GitHub answers with what it knew a moment ago.
    harness.github.heads.set('main', head);
    harness.github.moves.set('main', { after: SECOND, at: plus(harness.clock.now(), -MINUTE) });
    await round();
    await finish(THIRD);
    expect(await live()).toBe(THIRD);
    expect((await rows()).filter(([, commit, state]) => commit === 'b' && state !== 'superseded')).toEqual([]);
  });

  it('and that a rollback came after does not undo it', async () => {
    await push(SECOND, { told: true });
    await finish(SECOND);
    await push(THIRD, { told: false });
    await rollBack(FIRST);
    await round();
    await round();
    expect(await live()).toBe(FIRST);
    expect(await rows()).toContainEqual(['push', 'c', 'superseded']);
  });

  it.each([true, false])('is none where GitHub tells of moves (%s) and a rollback stands', async (tellsMoves) => {
    harness.github.tellsMoves = tellsMoves;
    await push(SECOND, { told: true });
    await finish(SECOND);
    await rollBack(FIRST);
    await round();
    await round();
    expect([await live(), (await rows()).length]).toEqual([FIRST, 3]);
  });

  it('is found at a GitHub of a customer’s too that does not tell of moves', async () => {
    harness.github.tellsMoves = false;
    await push(SECOND, { told: false });
    await round();
    await finish(SECOND);
    expect(await live()).toBe(SECOND);
    await push(THIRD, { told: true });
    await finish(THIRD);
    expect(await live()).toBe(THIRD);
  });

  it('while its tenant is suspended waits for the resumption', async () => {
    harness.tenants.set(TENANT, tenantOf(TENANT, 'suspended'));
    await push(SECOND, { told: false });
    await round();
    expect((await rows()).length).toBe(1);
    harness.tenants.set(TENANT, tenantOf(TENANT));
    await round();
    await finish(SECOND);
    expect(await live()).toBe(SECOND);
  });
});

describe('looking for it', () => {
  it('costs a request in ten minutes, nothing of the allowance, and no call of AWS', async () => {
    await push(FIRST, { told: true });
    await finish(FIRST);
    await round();
    const [spent, calls] = [harness.github.spent, harness.aws.calls.length];
    for (let minutes = 0; minutes < 30; minutes += 1) {
      harness.clock.advance(MINUTE);
      await harness.sweep();
    }
    expect([harness.github.spent, harness.aws.calls.length]).toEqual([spent, calls]);
  });

  it('does not deploy the commit that an app finds when it is declared', async () => {
    harness.github.heads.set('main', FIRST);
    await round();
    expect(await rows()).toEqual([]);
    await push(SECOND, { told: false });
    await round();
    expect(await rows()).toEqual([['push', 'b', 'building']]);
  });

  it('waits for as long as GitHub asks for, and the app is looked after meanwhile', async () => {
    await push(FIRST, { told: true });
    await finish(FIRST);
    const retryAt = plus(harness.clock.now(), 60 * MINUTE);
    harness.github.failure = { kind: 'limited', retryAt };
    await push(SECOND, { told: false });
    await round();
    expect((await harness.app('shop')).headDue).toBe(retryAt.getTime());
    harness.aws.ecs.services.forEach((service) => (service.desiredCount = 5));
    delete harness.github.failure;
    harness.clock.advance(60 * MINUTE);
    await harness.settle();
    expect([...harness.aws.ecs.services.values()].map(({ desiredCount }) => desiredCount)).toEqual([1]);
    await finish(SECOND);
    expect(await live()).toBe(SECOND);
  });

  it('finds by turns the pushes of more apps than one look reads', async () => {
    const names = Array.from({ length: 230 }, (_, index) => `app-${index}`);
    for (const [index, name] of names.entries()) {
      const installationId = 2_000 + index;
      harness.tenants.set(installationId, tenantOf(installationId));
      await harness.declare(name, { branch: 'side', installationId });
    }
    harness.github.heads.set('side', FIRST);
    await round();
    expect([...harness.tables.rows.values()].filter(({ head }) => head === FIRST).length).toBe(230);
  });
});

describe.each(['before', 'after'] as const)('a deployer that dies %s a call over it', (when) => {
  it('leaves one deployment of it', async () => {
    await push(FIRST, { told: true });
    await finish(FIRST);
    await push(SECOND, { told: false });
    for (const operation of ['head', 'lastMove']) {
      let isCut = false;
      harness.github.crash = (name, moment) => {
        if (isCut || name !== operation || moment !== when) return;
        isCut = true;
        throw new Error(`cut at ${name}`);
      };
      await round();
      expect(isCut).toBe(true);
    }
    delete harness.github.crash;
    const { request } = harness.tables.deployments;
    let requests = 0;
    const dies: typeof request = async (...asked) => {
      const outcome = when === 'after' || requests > 0 ? await request(...asked) : undefined;
      if ((requests += 1) === 1 || outcome === undefined) throw new Error('cut at the row');
      return outcome;
    };
    Object.assign(harness.tables.deployments, { request: dies });
    await round();
    await round();
    await finish(SECOND);
    await round();
    expect(await rows()).toEqual([
      ['push', 'b', 'live'],
      ['push', 'a', 'replaced'],
    ]);
  });
});
