import { HOUR, MINUTE, namesOfApp, type App, type PullRequest } from '@multi-tenant-runner/core';
import {
  archiveOf,
  ENVIRONMENT,
  PREVIEW_LIFETIME,
  TENANT,
  createDeployerHarness,
  type DeployerHarness,
} from '../test/deployer-harness';
import { taskOf } from '../test/task-of';
import { tenantOf } from '../test/tenant-of';

const [MAIN, FIRST, SECOND] = ['a'.repeat(40), 'b'.repeat(40), 'c'.repeat(40)] as const;
const PREVIEW = 'pr-7--shop';
const OPEN: PullRequest = { isOpen: true, commit: FIRST, branch: 'feature', base: 'main', fromRepoId: 7 };

let harness: DeployerHarness;
beforeEach(async () => {
  harness = createDeployerHarness();
  for (const commit of [MAIN, FIRST, SECOND])
    harness.github.archives.set(commit, archiveOf({ Dockerfile: 'FROM scratch' }));
  await harness.declare('shop', { preview: true });
  await harness.push(MAIN);
  await harness.built('shop', MAIN);
  await harness.settle();
});

const runs = (app: string): boolean => {
  const service = harness.aws.ecs.services.get(namesOfApp(ENVIRONMENT, app).service);
  return service?.status === 'ACTIVE' && service.runningCount > 0;
};
const row = (): App | undefined => harness.tables.rows.get(PREVIEW);
const hosts = (): readonly string[] => [...harness.aws.elb.rules.values()].flatMap((rule) => rule.hosts).sort();
const toldOf = (environment: string) => {
  const ids = harness.github.deployments.filter((one) => one.environment === environment).map(({ id }) => id);
  return harness.github.told.filter(({ id }) => ids.includes(id));
};

async function open(pull: PullRequest = OPEN, action = 'opened'): Promise<void> {
  harness.github.pulls.set(7, pull);
  harness.clock.advance(MINUTE);
  await harness.pull(7, action);
}

async function deploy(pull: PullRequest = OPEN): Promise<void> {
  await open(pull);
  await harness.built(PREVIEW, pull.commit);
  await harness.settle();
}

async function close(): Promise<void> {
  await open({ ...OPEN, isOpen: false }, 'closed');
  await harness.settle(5);
}

const isGone = (): void => {
  const { ecs, elb, groups, others, objects } = harness.aws;
  expect([row()?.state, runs(PREVIEW), hosts()]).toEqual(['deleted', false, ['shop.apps.example.com']]);
  expect([elb.targetGroups.size, groups.groups.size, others.repositories.size, others.logGroups.size]).toEqual([
    1, 1, 1, 1,
  ]);
  expect([...objects.keys()].filter((key) => key.includes('--'))).toEqual([]);
  expect([...ecs.tasks.values()].filter(({ image }) => image?.includes('pr-7'))).toEqual([]);
};

describe('a pull request', () => {
  it('has a copy of the app at an address of its own, of one task, and GitHub shows that it goes again', async () => {
    await harness.tables.apps.change(await harness.app('shop'), { count: 2 }, harness.clock.now());
    await deploy();
    expect(row()).toMatchObject({ count: 1, branch: 'feature', preview: false, live: { commit: FIRST } });
    expect(hosts()).toEqual(['pr-7--shop.apps.example.com', 'shop.apps.example.com']);
    expect(harness.github.runs.at(-1)?.ref).toBe('feature');
    expect(toldOf(PREVIEW).at(-1)).toMatchObject({ state: 'success', url: 'https://pr-7--shop.apps.example.com' });
    expect(harness.github.deployments.filter(({ isTransient }) => isTransient).map((one) => one.environment)).toEqual([
      PREVIEW,
    ]);
    expect((await harness.app('shop')).live?.commit).toBe(MAIN);
  });

  it('is gone with all that it had once it is closed, and says so at GitHub', async () => {
    await deploy();
    await close();
    isGone();
    expect(toldOf(PREVIEW).at(-1)).toMatchObject({ state: 'inactive' });
    expect(runs('shop')).toBe(true);
    expect((await harness.tables.apps.quotaUse(TENANT)).apps).toEqual(new Set(['shop']));
  });

  it('that is closed before its build ended leaves nothing, whatever the build leaves', async () => {
    await open();
    await close();
    await harness.built(PREVIEW, FIRST);
    await harness.settle();
    isGone();
  });

  it('shows the commit that it was forced to, and the one that it was forced back to', async () => {
    await deploy();
    await deploy({ ...OPEN, commit: SECOND });
    expect(row()?.live?.commit).toBe(SECOND);
    await deploy();
    expect(row()?.live?.commit).toBe(FIRST);
  });

  it('is the same whatever events of it come, how often and in what order', async () => {
    harness.github.pulls.set(7, { ...OPEN, commit: SECOND });
    for (const action of ['synchronize', 'closed', 'opened', 'opened', 'reopened', 'labeled'])
      await harness.pull(7, action);
    await harness.built(PREVIEW, SECOND);
    await harness.settle();
    expect([row()?.live?.commit, harness.github.runs.length]).toEqual([SECOND, 2]);
    harness.github.pulls.set(7, { ...OPEN, isOpen: false });
    for (const action of ['opened', 'synchronize', 'closed', 'closed']) await harness.pull(7, action);
    await harness.settle(5);
    isGone();
  });

  it('comes back when it is opened again, also while its removal is under way', async () => {
    await deploy();
    await close();
    await deploy();
    expect([row()?.live?.commit, runs(PREVIEW)]).toEqual([FIRST, true]);
    await open({ ...OPEN, isOpen: false }, 'closed');
    expect(row()?.state).toBe('deleting');
    await open(OPEN, 'reopened');
    await harness.settle(4);
    await harness.built(PREVIEW, FIRST);
    await harness.settle();
    expect([row()?.state, row()?.live?.commit, runs(PREVIEW)]).toEqual(['active', FIRST, true]);
  });

  it('has none of the secrets that went with it when it comes back during its removal', async () => {
    await deploy();
    await harness.secret(PREVIEW, 'KEY');
    await harness.settle(6);
    await open({ ...OPEN, isOpen: false }, 'closed');
    await open(OPEN, 'reopened');
    await harness.settle(4);
    await harness.built(PREVIEW, FIRST);
    await harness.settle();
    expect([harness.aws.others.secrets.size, harness.aws.iam.roles.size]).toEqual([0, 0]);
    expect(row()?.secrets).toBeUndefined();
    const task = taskOf(harness, row()?.live?.taskDefinition);
    expect([task.secrets, task.role]).toEqual([{}, 'arn:aws:iam::123456789012:role/execution']);
  });

  it('whose closing nobody heard of is noticed within the hour', async () => {
    await deploy();
    harness.github.pulls.set(7, { ...OPEN, isOpen: false });
    harness.clock.advance(HOUR + MINUTE);
    await harness.settle(5);
    isGone();
  });

  it('is gone after its lifetime, and back with a new commit alone', async () => {
    await deploy();
    harness.clock.advance(PREVIEW_LIFETIME);
    await harness.settle(5);
    isGone();
    await open(OPEN, 'edited');
    isGone();
    await deploy({ ...OPEN, commit: SECOND });
    expect(row()?.live?.commit).toBe(SECOND);
  });

  it('that somebody deleted stays so until a new commit', async () => {
    await deploy();
    await harness.tables.apps.change(await harness.app(PREVIEW), { state: 'deleting' }, harness.clock.now());
    await harness.settle(5);
    await open(OPEN, 'reopened');
    isGone();
    await open({ ...OPEN, commit: SECOND });
    expect(row()?.state).toBe('active');
  });

  it('stays as it is while GitHub does not answer', async () => {
    await deploy();
    harness.github.failure = { kind: 'unavailable', message: 'down' };
    harness.clock.advance(HOUR + MINUTE);
    await harness.settle();
    expect([row()?.state, runs(PREVIEW)]).toEqual(['active', true]);
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
    await open(pull);
    await harness.settle();
    expect([row(), harness.github.runs.length, hosts()]).toEqual([undefined, before, ['shop.apps.example.com']]);
  });

  it('that a pull request keeps once it is to be merged into another branch', async () => {
    await deploy();
    await open({ ...OPEN, base: 'next' }, 'edited');
    await harness.settle(5);
    isGone();
  });

  it('unless the app has previews, and is not suspended', async () => {
    await harness.tables.apps.change(await harness.app('shop'), { preview: false }, harness.clock.now());
    await open();
    await harness.tables.apps.change(
      await harness.app('shop'),
      { preview: true, state: 'suspended' },
      harness.clock.now(),
    );
    await open();
    expect(row()).toBeUndefined();
  });

  it('beyond the quota, and GitHub says so once', async () => {
    const quotas = new Map([['small', { apps: 1, tasks: 10, vcpu: 10, memoryGb: 20, buildsPerHour: 5 }]]);
    harness.settings({ quotas });
    await open();
    await open();
    expect(row()).toBeUndefined();
    expect(toldOf(PREVIEW)).toEqual([
      expect.objectContaining({ state: 'failure', description: expect.stringContaining('1 apps') }),
    ]);
  });
});

describe('a preview follows its app', () => {
  beforeEach(() => deploy());

  it('when that is deleted', async () => {
    await harness.tables.apps.change(await harness.app('shop'), { state: 'deleting' }, harness.clock.now());
    await harness.settle(8);
    expect([row()?.state, harness.aws.elb.rules.size, harness.aws.others.repositories.size]).toEqual(['deleted', 0, 0]);
  });

  it('when that is suspended, and resumed', async () => {
    const to = async (state: 'active' | 'suspended'): Promise<void> => {
      await harness.tables.apps.change(await harness.app('shop'), { state }, harness.clock.now());
      harness.clock.advance(HOUR);
      await harness.settle();
    };
    await to('suspended');
    expect(runs(PREVIEW)).toBe(false);
    await to('active');
    expect(runs(PREVIEW)).toBe(true);
  });

  it('when its tenant is gone', async () => {
    harness.tenants.set(TENANT, tenantOf(TENANT, 'deleted'));
    harness.clock.advance(HOUR);
    await harness.settle(8);
    expect([row()?.state, harness.aws.elb.rules.size]).toEqual(['deleted', 0]);
  });
});

test('a preview whose version does not start leaves the app and other previews as they are', async () => {
  harness.aws.ecs.broken.add(
    `123456789012.dkr.ecr.us-east-1.amazonaws.com/${namesOfApp(ENVIRONMENT, PREVIEW).repository}@sha256:${FIRST}`,
  );
  await deploy();
  expect(row()?.live).toBeUndefined();
  expect(runs('shop')).toBe(true);
  harness.github.pulls.set(8, { ...OPEN, branch: 'other', commit: SECOND });
  await harness.pull(8, 'opened');
  await harness.built('pr-8--shop', SECOND);
  await harness.settle();
  expect([runs('pr-8--shop'), runs('shop')]).toEqual([true, true]);
});
