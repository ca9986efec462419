import { HOUR, MINUTE, namesOfApp, type PullRequest } from '@multi-tenant-runner/core';
import { archiveOf, ENVIRONMENT, PREVIEW_LIFETIME, TENANT, type DeployerHarness } from '../test/deployer-harness';
import { FIRST, MAIN, OPEN, PREVIEW, SECOND, createPreviewSteps, type PreviewSteps } from '../test/preview-steps';
import { taskOf } from '../test/task-of';
import { tenantOf } from '../test/tenant-of';

let harness: DeployerHarness;
let steps: PreviewSteps;
beforeEach(async () => {
  steps = await createPreviewSteps();
  ({ harness } = steps);
});

describe('a pull request', () => {
  it('has a copy of the app at an address of its own, of one task, and GitHub shows that it goes again', async () => {
    await harness.tables.apps.change(await harness.app('shop'), { count: 2 }, harness.clock.now());
    await steps.deploy();
    expect(steps.row()).toMatchObject({ count: 1, branch: 'feature', preview: false, live: { commit: FIRST } });
    expect(steps.hosts()).toEqual(['pr-7--shop.apps.example.com', 'shop.apps.example.com']);
    expect(harness.github.runs.at(-1)?.ref).toBe('refs/heads/feature');
    expect(steps.toldOf(PREVIEW).at(-1)).toMatchObject({
      state: 'success',
      url: 'https://pr-7--shop.apps.example.com',
    });
    expect(harness.github.deployments.filter(({ isTransient }) => isTransient).map((one) => one.environment)).toEqual([
      PREVIEW,
    ]);
    expect((await harness.app('shop')).live?.commit).toBe(MAIN);
  });

  it('is gone with all that it had once it is closed, and says so at GitHub', async () => {
    await steps.deploy();
    await steps.close();
    steps.isGone();
    expect(steps.toldOf(PREVIEW).at(-1)).toMatchObject({ state: 'inactive' });
    expect(steps.runs('shop')).toBe(true);
    expect((await harness.tables.apps.quotaUse(TENANT)).apps).toEqual(new Set(['shop']));
  });

  it('that is closed before its build ended leaves nothing, whatever the build leaves', async () => {
    await steps.open();
    await steps.close();
    await harness.built(PREVIEW, FIRST);
    await harness.settle();
    steps.isGone();
    expect(steps.toldOf(PREVIEW).at(-1)).toMatchObject({ state: 'inactive' });
  });

  it('shows the commit that it was forced to, and the one that it was forced back to', async () => {
    await steps.deploy();
    await steps.deploy({ ...OPEN, commit: SECOND });
    expect(steps.row()?.live?.commit).toBe(SECOND);
    await steps.deploy();
    expect(steps.row()?.live?.commit).toBe(FIRST);
  });

  it('is the same whatever events of it come, how often and in what order', async () => {
    harness.github.pulls.set(7, { ...OPEN, commit: SECOND });
    for (const action of ['synchronize', 'closed', 'opened', 'opened', 'reopened', 'labeled'])
      await harness.pull(7, action);
    await harness.built(PREVIEW, SECOND);
    await harness.settle();
    expect([steps.row()?.live?.commit, harness.github.runs.length]).toEqual([SECOND, 2]);
    harness.github.pulls.set(7, { ...OPEN, isOpen: false });
    for (const action of ['opened', 'synchronize', 'closed', 'closed']) await harness.pull(7, action);
    await harness.settle(5);
    steps.isGone();
  });

  it('comes back when it is opened again, also while its removal is under way', async () => {
    await steps.deploy();
    await steps.close();
    await steps.deploy();
    expect([steps.row()?.live?.commit, steps.runs(PREVIEW)]).toEqual([FIRST, true]);
    await steps.open({ ...OPEN, isOpen: false }, 'closed');
    expect(steps.row()?.state).toBe('deleting');
    await steps.open(OPEN, 'reopened');
    await harness.settle(4);
    await harness.built(PREVIEW, FIRST);
    await harness.settle();
    expect([steps.row()?.state, steps.row()?.live?.commit, steps.runs(PREVIEW)]).toEqual(['active', FIRST, true]);
  });

  it('has none of the secrets that went with it when it comes back during its removal', async () => {
    await steps.deploy();
    await harness.secret(PREVIEW, 'KEY');
    await harness.settle(6);
    await steps.open({ ...OPEN, isOpen: false }, 'closed');
    await steps.open(OPEN, 'reopened');
    await harness.settle(4);
    await harness.built(PREVIEW, FIRST);
    await harness.settle();
    expect([harness.aws.others.secrets.size, harness.aws.iam.roles.size]).toEqual([0, 0]);
    expect(steps.row()?.secrets).toBeUndefined();
    const task = taskOf(harness, steps.row()?.live?.taskDefinition);
    expect([task.secrets, task.role]).toEqual([{}, 'arn:aws:iam::123456789012:role/execution']);
  });

  it('whose closing nobody heard of is noticed within the hour', async () => {
    await steps.deploy();
    harness.github.pulls.set(7, { ...OPEN, isOpen: false });
    harness.clock.advance(HOUR + MINUTE);
    await harness.settle(5);
    steps.isGone();
  });

  it('is gone after its lifetime, and back with a new commit alone', async () => {
    await steps.deploy();
    harness.clock.advance(PREVIEW_LIFETIME);
    await harness.settle(5);
    steps.isGone();
    await steps.open(OPEN, 'edited');
    steps.isGone();
    await steps.deploy({ ...OPEN, commit: SECOND });
    expect(steps.row()?.live?.commit).toBe(SECOND);
  });

  it('that somebody deleted stays so until a new commit', async () => {
    await steps.deploy();
    await harness.tables.apps.change(await harness.app(PREVIEW), { state: 'deleting' }, harness.clock.now());
    await harness.settle(5);
    await steps.open(OPEN, 'reopened');
    steps.isGone();
    await steps.open({ ...OPEN, commit: SECOND });
    expect(steps.row()?.state).toBe('active');
  });

  it('stays as it is while GitHub does not answer', async () => {
    await steps.deploy();
    harness.github.failure = { kind: 'unavailable', message: 'down' };
    harness.clock.advance(HOUR + MINUTE);
    await harness.settle();
    expect([steps.row()?.state, steps.runs(PREVIEW)]).toEqual(['active', true]);
  });
});

describe('there is no preview', () => {
  it.each<readonly [string, PullRequest]>([
    ['of a fork', { ...OPEN, fromRepoId: 8 }],
    ['of a fork that is gone', { isOpen: true, commit: FIRST, branch: 'feature', base: 'main' }],
    ['of a fork’s branch of the same name', { ...OPEN, branch: 'main', fromRepoId: 8 }],
    ['into another branch', { ...OPEN, base: 'next' }],
  ])('%s: nothing is built or run', async (_what, pull) => {
    const before = harness.github.runs.length;
    await steps.open(pull);
    await harness.settle();
    expect([steps.row(), harness.github.runs.length, steps.hosts()]).toEqual([
      undefined,
      before,
      ['shop.apps.example.com'],
    ]);
  });

  it('that a pull request keeps once it is to be merged into another branch', async () => {
    await steps.deploy();
    await steps.open({ ...OPEN, base: 'next' }, 'edited');
    await harness.settle(5);
    steps.isGone();
  });

  it('unless the app has previews, and is not suspended', async () => {
    await harness.tables.apps.change(await harness.app('shop'), { preview: false }, harness.clock.now());
    await steps.open();
    await harness.tables.apps.change(
      await harness.app('shop'),
      { preview: true, state: 'suspended' },
      harness.clock.now(),
    );
    await steps.open();
    expect(steps.row()).toBeUndefined();
  });

  it('beyond the quota, and GitHub says so once', async () => {
    const quotas = new Map([['small', { apps: 1, tasks: 10, vcpu: 10, memoryGb: 20, secrets: 20, buildsPerHour: 5 }]]);
    harness.settings({ quotas });
    await steps.open();
    await steps.open();
    expect(steps.row()).toBeUndefined();
    expect(steps.toldOf(PREVIEW)).toEqual([
      expect.objectContaining({ state: 'failure', description: expect.stringContaining('1 apps') }),
    ]);
  });
});

describe('a preview follows its app', () => {
  beforeEach(() => steps.deploy());

  it('when that is deleted', async () => {
    await harness.tables.apps.change(await harness.app('shop'), { state: 'deleting' }, harness.clock.now());
    await harness.settle(8);
    expect([steps.row()?.state, harness.aws.elb.rules.size, harness.aws.others.repositories.size]).toEqual([
      'deleted',
      0,
      0,
    ]);
  });

  it('when that is suspended, and resumed: at once, and not when it happens to look', async () => {
    const to = async (state: 'active' | 'suspended'): Promise<void> => {
      await harness.tables.apps.change(await harness.app('shop'), { state }, harness.clock.now());
      await harness.settle();
    };
    await to('suspended');
    expect(steps.runs(PREVIEW)).toBe(false);
    await to('active');
    expect(steps.runs(PREVIEW)).toBe(true);
  });

  it('when that has no previews any more, as its own file says', async () => {
    const commit = 'd'.repeat(40);
    const files = { Dockerfile: 'FROM scratch', '.mtr/app.json': '{"preview": false}' };
    harness.github.archives.set(commit, archiveOf(files));
    await harness.push(commit);
    await harness.built('shop', commit);
    await harness.settle(5);
    steps.isGone();
    expect((await harness.app('shop')).live?.commit).toBe(commit);
  });

  it('when its tenant is gone', async () => {
    harness.tenants.set(TENANT, tenantOf(TENANT, 'deleted'));
    harness.clock.advance(HOUR);
    await harness.settle(8);
    expect([steps.row()?.state, harness.aws.elb.rules.size]).toEqual(['deleted', 0]);
  });
});

test('a preview whose version does not start leaves the app and other previews as they are', async () => {
  harness.aws.ecs.broken.add(
    `123456789012.dkr.ecr.us-east-1.amazonaws.com/${namesOfApp(ENVIRONMENT, PREVIEW).repository}@sha256:${FIRST}`,
  );
  await steps.deploy();
  expect(steps.row()?.live).toBeUndefined();
  expect(steps.runs('shop')).toBe(true);
  harness.github.pulls.set(8, { ...OPEN, branch: 'other', commit: SECOND });
  await harness.pull(8, 'opened');
  await harness.built('pr-8--shop', SECOND);
  await harness.settle();
  expect([steps.runs('pr-8--shop'), steps.runs('shop')]).toEqual([true, true]);
});
