import { HOUR, MINUTE, namesOfApp, type App, type PullRequest } from '@multi-tenant-runner/core';
import { ENVIRONMENT, TENANT, archiveOf, type DeployerHarness } from '../test/deployer-harness';
import { FIRST, MAIN, OPEN, PREVIEW, SECOND, createPreviewSteps, type PreviewSteps } from '../test/preview-steps';
import { tenantOf } from '../test/tenant-of';

let harness: DeployerHarness;
let steps: PreviewSteps;
beforeEach(async () => {
  steps = await createPreviewSteps();
  ({ harness } = steps);
});

const lastRun = () => harness.github.runs.at(-1)?.ref;
const change = async (app: string, changes: Partial<App>): Promise<void> =>
  void (await harness.tables.apps.change(await harness.app(app), changes, harness.clock.now()));

/** Git lets a branch be called so: https://git-scm.com/docs/git-check-ref-format */
describe('a branch that is called', () => {
  it.each(['heads/main', 'refs/heads/main', 'tags/main', 'origin/main', 'Main', 'main/', 'a'.repeat(40), 'HEAD'])(
    '%s is not taken for the app’s own',
    async (branch) => {
      await steps.deploy({ ...OPEN, branch });
      expect([lastRun(), steps.row()?.branch]).toEqual([`refs/heads/${branch}`, branch]);
      expect((await harness.app('shop')).live?.commit).toBe(MAIN);
    },
  );

  it.each(['$(touch x)', '`id`', 'a;id', "it's", 'a"b', '%2e%2e%2fmain', '#main', 'a&ref=main', '${{ github.token }}'])(
    '%s is a name as any other, and part of no other name',
    async (branch) => {
      await steps.deploy({ ...OPEN, branch });
      expect([lastRun(), steps.row()?.live?.commit]).toEqual([`refs/heads/${branch}`, FIRST]);
      expect(steps.hosts()).toEqual(['pr-7--shop.apps.example.com', 'shop.apps.example.com']);
      const { ecs, others, objects, elb } = harness.aws;
      const { repositories, logGroups } = others;
      const named = [ecs.services, ecs.tasks, repositories, logGroups, objects, elb.targetGroups];
      expect(named.flatMap((one) => [...one.keys()]).filter((name) => name.includes(branch))).toEqual([]);
      await steps.close();
      steps.isGone();
    },
  );

  it('the app’s own, of the same repository, has no preview', async () => {
    await steps.open({ ...OPEN, branch: 'main' });
    expect(steps.row()).toBeUndefined();
  });
});

describe('a pull request whose', () => {
  it('fork was deleted gets none, and a preview whose repository is not to be seen any more goes', async () => {
    const { fromRepoId: _none, ...orphan } = OPEN;
    await steps.open(orphan);
    expect(steps.row()).toBeUndefined();
    await steps.deploy();
    await steps.open(orphan, 'synchronize');
    await harness.settle(5);
    steps.isGone();
  });

  it('head moves between the event and the archive shows the commit that it moved to', async () => {
    await steps.open();
    harness.github.archives.delete(FIRST);
    await steps.open({ ...OPEN, commit: SECOND });
    // The build that began before goes on, and the commit after it.
    await harness.built(PREVIEW, FIRST);
    await harness.settle();
    await harness.built(PREVIEW, SECOND);
    await harness.settle();
    expect([steps.row()?.live?.commit, steps.row()?.previewOf?.commit]).toEqual([SECOND, SECOND]);
    expect(steps.toldOf(PREVIEW).map(({ state }) => state)).toContain('success');
  });

  it('commit is gone at once fails with the reason, and the next one is shown', async () => {
    harness.github.archives.delete(FIRST);
    await steps.open();
    await harness.settle();
    expect(steps.toldOf(PREVIEW).at(-1)).toMatchObject({
      state: 'failure',
      description: expect.stringContaining('404'),
    });
    await steps.deploy({ ...OPEN, commit: SECOND });
    expect(steps.row()?.live?.commit).toBe(SECOND);
  });

  it('branch has a second one, into another app’s branch, has a copy of each app', async () => {
    await harness.declare('next', { preview: true, branch: 'next' });
    harness.github.pulls.set(8, { ...OPEN, base: 'next' });
    await steps.open();
    await harness.pull(8, 'opened');
    await harness.settle();
    const names = [...harness.tables.rows.keys()].filter((name) => name.includes('--')).sort();
    expect(names).toEqual(['pr-7--shop', 'pr-8--next']);
    await steps.close();
    expect([steps.row()?.state, harness.tables.rows.get('pr-8--next')?.state]).toEqual(['deleted', 'active']);
  });

  it('base is changed goes, or comes, with it', async () => {
    await steps.open({ ...OPEN, base: 'next' });
    expect(steps.row()).toBeUndefined();
    await steps.open(OPEN, 'edited');
    await harness.built(PREVIEW, FIRST);
    await harness.settle();
    expect(steps.runs(PREVIEW)).toBe(true);
    await steps.open({ ...OPEN, base: 'next' }, 'edited');
    await harness.settle(5);
    steps.isGone();
  });
});

describe('what somebody has suspended', () => {
  it('opens no preview, be it the app or its tenant, and builds none that is open', async () => {
    await change('shop', { state: 'suspended' });
    await steps.open();
    expect(steps.row()).toBeUndefined();
    await change('shop', { state: 'active' });
    harness.tenants.set(TENANT, tenantOf(TENANT, 'suspended'));
    await steps.open();
    expect(steps.row()).toBeUndefined();
    harness.tenants.set(TENANT, tenantOf(TENANT));
    await steps.deploy();
    await change('shop', { state: 'suspended' });
    await harness.settle();
    const before = harness.github.runs.length;
    await steps.open({ ...OPEN, commit: SECOND }, 'synchronize');
    await harness.settle();
    expect([harness.github.runs.length, steps.runs(PREVIEW)]).toEqual([before, false]);
  });
});

test('a tenant that suspends the App at GitHub has its previews back once it resumes it', async () => {
  await steps.deploy();
  harness.github.failure = { kind: 'refused', status: 403, message: 'This installation has been suspended' };
  harness.tenants.set(TENANT, tenantOf(TENANT, 'suspended'));
  harness.clock.advance(HOUR);
  await harness.settle();
  expect([steps.row()?.state, steps.runs(PREVIEW)]).toEqual(['active', false]);
  delete harness.github.failure;
  harness.tenants.set(TENANT, tenantOf(TENANT));
  await harness.settle(5);
  expect([steps.row()?.live?.commit, steps.runs(PREVIEW)]).toEqual([FIRST, true]);
});

describe('an app that is deleted with a preview open', () => {
  it('takes it along while GitHub is down, and without asking it', async () => {
    await steps.deploy();
    harness.github.failure = { kind: 'unavailable', message: 'down' };
    await change('shop', { state: 'deleting' });
    await harness.settle(8);
    expect([steps.row()?.state, harness.aws.elb.rules.size]).toEqual(['deleted', 0]);
  });

  it('and comes again, of another repository, gets nothing of the old one', async () => {
    await steps.deploy();
    await change('shop', { state: 'deleting' });
    await harness.sweep();
    const forum = { repoId: 9, repository: 'acme/forum' };
    harness.tables.rows.set('shop', { ...(await harness.app('shop')), ...forum, state: 'active' });
    await harness.settle(8);
    expect([steps.row()?.state, steps.runs(PREVIEW)]).toEqual(['deleted', false]);
  });

  it('and is another tenant’s by then does not lend it its previews', async () => {
    await steps.deploy();
    const shop = await harness.app('shop');
    harness.tables.rows.set('shop', { ...shop, installationId: 2_002 });
    harness.clock.advance(HOUR + MINUTE);
    await harness.settle(5);
    expect([steps.row()?.state, steps.runs(PREVIEW)]).toEqual(['deleted', false]);
  });
});

test('an app’s own file makes a preview neither larger in number nor a parent of others', async () => {
  const files = { Dockerfile: 'FROM scratch', '.mtr/app.json': '{"count": 9, "preview": true, "branch": "main"}' };
  harness.github.archives.set(FIRST, archiveOf(files));
  await steps.deploy();
  expect(steps.row()).toMatchObject({ count: 1, preview: false, branch: 'feature' });
  const { service } = namesOfApp(ENVIRONMENT, PREVIEW);
  expect(harness.aws.ecs.services.get(service)?.runningCount).toBe(1);
});

test('what a fork’s commit asks for is never fetched, whatever happens to its pull request', async () => {
  const fork: PullRequest = { ...OPEN, fromRepoId: 8, branch: 'main' };
  const asked: string[] = [];
  harness.github.crash = (operation, when) => void (when === 'before' && asked.push(operation));
  for (const action of ['opened', 'edited', 'synchronize', 'closed', 'reopened', 'opened'])
    await steps.open(fork, action);
  await harness.settle();
  expect([...new Set(asked)]).toEqual(['pull', 'head']);
});
