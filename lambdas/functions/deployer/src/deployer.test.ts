import { MINUTE, namesOfApp, plus } from '@multi-tenant-runner/core';
import { ENVIRONMENT, TENANT, archiveOf, createDeployerHarness, type DeployerHarness } from '../test/deployer-harness';
import { tenantOf } from '../test/tenant-of';

const [FIRST, SECOND, THIRD] = ['a'.repeat(40), 'b'.repeat(40), 'c'.repeat(40)] as const;
const SOURCE = archiveOf({ Dockerfile: 'FROM scratch' });

let harness: DeployerHarness;
beforeEach(() => {
  harness = createDeployerHarness();
  for (const commit of [FIRST, SECOND, THIRD]) harness.github.archives.set(commit, SOURCE);
});

const imageOf = (app: string, commit: string) =>
  `123456789012.dkr.ecr.us-east-1.amazonaws.com/${namesOfApp(ENVIRONMENT, app).repository}@sha256:${commit}`;
const runs = (app: string): string | undefined => {
  const service = harness.aws.ecs.services.get(namesOfApp(ENVIRONMENT, app).service);
  return service?.runningCount === 0 ? undefined : harness.aws.ecs.tasks.get(service?.taskDefinition ?? '')?.image;
};
const states = async (app: string) =>
  (await harness.deployments(await harness.app(app))).map(({ commit, state }) => [commit[0], state]);
const deploy = async (app: string, commit: string): Promise<void> => {
  harness.clock.advance(MINUTE);
  await harness.push(commit);
  await harness.built(app, commit);
  await harness.settle();
};

describe('a push', () => {
  it('ends in a service of that image behind the address, and GitHub is told', async () => {
    await harness.declare('shop');
    await deploy('shop', FIRST);
    const { aws, github } = harness;
    const app = await harness.app('shop');
    expect(app).toMatchObject({
      live: { commit: FIRST, digest: `sha256:${FIRST}` },
      slot: { alb: 0, priority: 1_000 },
    });
    expect(runs('shop')).toBe(imageOf('shop', FIRST));
    const [rule] = aws.elb.rules.values();
    expect(rule).toMatchObject({ hosts: ['shop.apps.example.com'], priority: 1_000, listener: 'listener-0' });
    expect(aws.elb.targetGroups.has(rule?.targetGroup ?? '')).toBe(true);
    expect([...aws.groups.groups.values()][0]?.ingress).toEqual([{ port: '8080', group: 'sg-alb-0' }]);
    expect([...aws.objects.keys()]).toEqual([`tenants/shop/${FIRST}.zip`]);
    expect(github.told.map(({ state }) => state)).toEqual(['in_progress', 'in_progress', 'success']);
    expect(github.told.at(-1)).toMatchObject({ url: 'https://shop.apps.example.com' });
  });

  it('is built once by a run of the tenant’s own workflow', async () => {
    await harness.declare('shop');
    await harness.push(FIRST);
    await harness.push(FIRST);
    await harness.settle();
    expect(harness.github.runs.map(({ title }) => title)).toEqual([expect.stringContaining(FIRST.slice(0, 12))]);
    expect(await states('shop')).toEqual([['a', 'building']]);
  });

  it('of another branch, repository or tenant does nothing', async () => {
    await harness.declare('shop', { branch: 'production' });
    await harness.declare('other', { repoId: 8 });
    await harness.push(FIRST);
    expect([...harness.tables.deploymentRows.values()]).toEqual([]);
  });

  it('that is newer serves, whichever comes first', async () => {
    await harness.declare('shop');
    const [early, late] = [harness.clock.now(), plus(harness.clock.now(), MINUTE)];
    await harness.push(SECOND, { at: late });
    await harness.push(FIRST, { at: early });
    await harness.built('shop', FIRST);
    await harness.built('shop', SECOND);
    await harness.settle();
    expect(await states('shop')).toEqual([
      ['b', 'live'],
      ['a', 'superseded'],
    ]);
    expect(runs('shop')).toBe(imageOf('shop', SECOND));
  });

  it('of the same second is ordered by GitHub', async () => {
    await harness.declare('shop');
    harness.github.heads.set('main', SECOND);
    await harness.push(FIRST);
    await harness.push(SECOND);
    await harness.push(THIRD);
    expect((await harness.app('shop')).wantedId).toContain(SECOND.slice(0, 12));
  });

  it('of the same second comes back after seconds while GitHub does not say which is the newer one', async () => {
    await harness.declare('shop');
    harness.github.heads.set('main', FIRST);
    await harness.push(FIRST);
    harness.github.heads.set('main', SECOND);
    harness.github.failure = { kind: 'unavailable', message: 'GitHub is down' };
    expect((await harness.push(SECOND))?.batchItemFailures).toHaveLength(1);
    expect(harness.putOff).toEqual([15]);
    delete harness.github.failure;
    await harness.push(SECOND);
    expect((await harness.app('shop')).wantedId).toContain(SECOND.slice(0, 12));
  });

  it('of the same second is the wanted one though another took its place meanwhile', async () => {
    await harness.declare('shop');
    harness.github.heads.set('main', FIRST);
    await harness.push(FIRST);
    harness.github.heads.set('main', THIRD);
    await Promise.all([harness.push(SECOND), harness.push(THIRD)]);
    expect((await harness.app('shop')).wantedId).toContain(THIRD.slice(0, 12));
  });
});

describe('a deployment fails, and the version before stays,', () => {
  beforeEach(async () => {
    await harness.declare('shop');
    await deploy('shop', FIRST);
  });
  const failsWith = async (commit: string, state: string, reason: RegExp): Promise<void> => {
    const [last] = await harness.deployments(await harness.app('shop'));
    expect(last).toMatchObject({ commit, state, reason: expect.stringMatching(reason) });
    expect(runs('shop')).toBe(imageOf('shop', FIRST));
    expect(harness.github.told.at(-1)).toMatchObject({ state: 'failure', description: last?.reason?.slice(0, 140) });
  };

  it('when the build fails', async () => {
    harness.clock.advance(MINUTE);
    await harness.push(SECOND);
    const run = harness.github.runs.at(-1);
    if (run) run.run = { id: 2, status: 'completed', conclusion: 'failure', url: 'https://github.com/run' };
    await harness.settle();
    await failsWith(SECOND, 'failed', /ended with failure: https:\/\/github.com\/run/);
  });

  it('when the build leaves no image', async () => {
    harness.clock.advance(MINUTE);
    await harness.push(SECOND);
    harness.clock.advance(61 * MINUTE);
    await harness.settle();
    await failsWith(SECOND, 'failed', /no image after an hour/);
  });

  it("when an alarm of the operator's goes off meanwhile, and the row says which", async () => {
    // Named since the service was made: the next version takes them along.
    harness.rollbackAlarms.names = ['apps-5xx', 'apps-p95'];
    harness.clock.advance(MINUTE);
    await harness.push(SECOND);
    await harness.built('shop', SECOND);
    harness.aws.cloudwatch.alarming.add('apps-p95');
    await harness.settle();
    await failsWith(SECOND, 'rolled_back', /the alarm apps-p95 went off/);
  });

  it('when its tasks do not stay healthy', async () => {
    harness.aws.ecs.broken.add(imageOf('shop', SECOND));
    await deploy('shop', SECOND);
    await failsWith(SECOND, 'rolled_back', /circuit breaker/);
  });

  it('when the archive is more than it may be', async () => {
    harness.github.archives.set(SECOND, new Uint8Array(10_001));
    harness.clock.advance(MINUTE);
    await harness.push(SECOND);
    await failsWith(SECOND, 'failed', /larger than 10000 bytes/);
  });

  it('when GitHub does not give its source', async () => {
    harness.github.archives.delete(SECOND);
    harness.clock.advance(MINUTE);
    await harness.push(SECOND);
    await failsWith(SECOND, 'failed', /404/);
  });

  it('when .mtr/app.json is not right, with every problem named', async () => {
    const file = JSON.stringify({ port: 0, color: 'red' });
    harness.github.archives.set(SECOND, archiveOf({ '.mtr/app.json': file }));
    harness.clock.advance(MINUTE);
    await harness.push(SECOND);
    await failsWith(SECOND, 'failed', /may only have .*port is not a whole number/);
  });

  it('when its file asks for more than the quota', async () => {
    harness.github.archives.set(SECOND, archiveOf({ '.mtr/app.json': '{"count":11}' }));
    harness.clock.advance(MINUTE);
    await harness.push(SECOND);
    await failsWith(SECOND, 'refused', /10 tasks/);
  });
});

describe('.mtr/app.json', () => {
  it('says what the app is to be, from that commit on', async () => {
    await harness.declare('shop');
    const file = JSON.stringify({ port: 3000, count: 2, health: { path: '/up' }, size: { cpu: 512, memory: 1024 } });
    harness.github.archives.set(FIRST, archiveOf({ '.mtr/app.json': file }));
    await deploy('shop', FIRST);
    expect(await harness.app('shop')).toMatchObject({
      port: 3000,
      count: 2,
      healthPath: '/up',
      cpu: 512,
      memory: 1024,
    });
    expect([...harness.aws.ecs.services.values()][0]).toMatchObject({ desiredCount: 2, runningCount: 2 });
  });
});

describe('CodeBuild', () => {
  it('builds the source in the bucket, and says how it ended', async () => {
    harness.settings({ builder: 'codebuild' });
    await harness.declare('shop');
    await harness.push(FIRST);
    const [[id, build] = []] = harness.aws.others.builds;
    expect(build?.variables).toMatchObject({ APP: 'shop', COMMIT: FIRST, IMAGE: expect.stringMatching(/:a{40}$/) });
    if (build) build.status = 'FAILED';
    const variables = [{ name: 'APP', value: 'shop' }];
    const detail = { 'additional-information': { environment: { 'environment-variables': variables } } };
    await harness.event({ source: 'aws.codebuild', 'detail-type': 'CodeBuild Build State Change', detail });
    const [last] = await harness.deployments(await harness.app('shop'));
    expect(last).toMatchObject({ state: 'failed', reason: `The build failed: ${id}.` });
  });
});

describe('builds of an hour', () => {
  it('are as many as the quota, and the next one waits for the next hour', async () => {
    await harness.declare('shop');
    const quotas = new Map([['small', { apps: 5, tasks: 10, vcpu: 10, memoryGb: 20, secrets: 20, buildsPerHour: 1 }]]);
    harness.settings({ quotas });
    await harness.push(FIRST);
    harness.clock.advance(MINUTE);
    await harness.push(SECOND);
    await harness.built('shop', FIRST);
    await harness.settle();
    const [last] = await harness.deployments(await harness.app('shop'));
    expect(last).toMatchObject({
      commit: SECOND,
      state: 'parked',
      reason: expect.stringContaining('1 builds of this hour'),
    });
    harness.clock.advance(60 * MINUTE);
    await harness.sweep();
    expect(await states('shop')).toEqual([
      ['b', 'building'],
      ['a', 'live'],
    ]);
  });
});

describe('load balancers', () => {
  it('take as many apps as they may, then the next one, and then say so', async () => {
    for (const name of ['aa', 'bb', 'cc', 'dd', 'ee', 'ff']) {
      await harness.declare(name);
    }
    await harness.push(FIRST);
    for (const name of ['aa', 'bb', 'cc', 'dd', 'ee', 'ff']) await harness.built(name, FIRST);
    await harness.settle();
    const slots = await Promise.all(
      ['aa', 'bb', 'cc', 'dd', 'ee', 'ff'].map(async (name) => (await harness.app(name)).slot),
    );
    const at = (alb: number, priority: number) => ({ alb, priority });
    expect(slots).toEqual([at(0, 1_000), at(0, 1_001), at(0, 1_002), at(1, 1_000), at(1, 1_001), undefined]);
    const [last] = await harness.deployments(await harness.app('ff'));
    expect(last).toMatchObject({ state: 'failed', reason: expect.stringContaining('add another') });
    expect(harness.log.lines.filter(({ message }) => message.includes('nearly full'))).not.toEqual([]);
  });

  it('keep a rule of the operator’s own', async () => {
    await harness.declare('shop');
    const own = { arn: 'own', listener: 'listener-0', priority: 1_000, tags: new Map<string, string>(), hosts: ['x'] };
    harness.aws.elb.rules.set('own', own);
    await deploy('shop', FIRST);
    const [last] = await harness.deployments(await harness.app('shop'));
    expect(last).toMatchObject({ state: 'failed', reason: expect.stringContaining('PriorityInUse') });
    expect(harness.aws.elb.rules.get('own')).toBe(own);
  });
});

describe('a suspended app', () => {
  const suspended = async (): Promise<void> => {
    await harness.settle();
    expect(runs('shop')).toBeUndefined();
    expect([...harness.aws.elb.rules.values()][0]?.targetGroup).toBeUndefined();
  };
  beforeEach(async () => {
    await harness.declare('shop');
    await deploy('shop', FIRST);
  });

  it('has no task, its address answers 503, and it comes back as it was', async () => {
    await harness.tables.apps.change(await harness.app('shop'), { state: 'suspended' }, harness.clock.now());
    await suspended();
    await harness.tables.apps.change(await harness.app('shop'), { state: 'active' }, harness.clock.now());
    await harness.settle();
    expect(runs('shop')).toBe(imageOf('shop', FIRST));
    expect([...harness.aws.elb.rules.values()][0]?.targetGroup).toBeDefined();
  });

  const tell = (type: string) =>
    harness.event({ source: 'multi-tenant-runner', 'detail-type': type, detail: { type, installation_id: TENANT } });

  it('is so at once when its tenant is suspended by hand, and comes back as promptly', async () => {
    harness.tenants.set(TENANT, tenantOf(TENANT, 'suspended'));
    await tell('tenant.suspended');
    expect([...harness.aws.ecs.services.values()].map(({ desiredCount }) => desiredCount)).toEqual([0]);
    expect([...harness.aws.elb.rules.values()].map(({ targetGroup }) => targetGroup)).toEqual([undefined]);
    harness.tenants.set(TENANT, tenantOf(TENANT));
    await tell('tenant.activated');
    expect([...harness.aws.ecs.services.values()].map(({ desiredCount }) => desiredCount)).toEqual([1]);
    expect([...harness.aws.elb.rules.values()][0]?.targetGroup).toBeDefined();
  });

  it('is so while its tenant is, and what was pushed meanwhile goes on after it', async () => {
    harness.tenants.set(TENANT, tenantOf(TENANT, 'suspended'));
    harness.clock.advance(MINUTE);
    await harness.push(SECOND);
    await suspended();
    expect(await states('shop')).toEqual([
      ['b', 'parked'],
      ['a', 'live'],
    ]);
    harness.tenants.set(TENANT, tenantOf(TENANT));
    await harness.event({
      source: 'multi-tenant-runner',
      'detail-type': 'installation',
      detail: { installation: { id: TENANT } },
    });
    await harness.built('shop', SECOND);
    await harness.settle();
    expect(runs('shop')).toBe(imageOf('shop', SECOND));
  });
});

describe('a deleted app', () => {
  const everything = () => {
    const { ecs, elb, groups, others, objects } = harness.aws;
    const services = [...ecs.services.values()].filter(({ status }) => status !== 'INACTIVE');
    const stores = [
      elb.rules,
      elb.targetGroups,
      groups.groups,
      ecs.tasks,
      others.repositories,
      others.logGroups,
      objects,
    ];
    return [services.length, ...stores.map(({ size }) => size)];
  };
  beforeEach(async () => {
    await harness.declare('shop');
    await deploy('shop', FIRST);
    harness.aws.others.secrets.add(`${ENVIRONMENT}/apps/shop/key`);
  });
  const isGone = async (): Promise<void> => {
    await harness.settle(4);
    expect(everything()).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    expect(harness.aws.others.secrets.size).toBe(0);
    const app = await harness.app('shop');
    expect(app).toMatchObject({ state: 'deleted', proof: { left: { services: 0, rules: 0, secrets: 0 } } });
    expect(Object.values(app.proof?.left ?? { none: 1 }).every((left) => left === 0)).toBe(true);
  };

  it('leaves nothing, and the row says what was looked for', async () => {
    await harness.tables.apps.change(await harness.app('shop'), { state: 'deleting' }, harness.clock.now());
    await isGone();
  });

  it('goes with its tenant', async () => {
    harness.tenants.set(TENANT, tenantOf(TENANT, 'deleted'));
    await harness.event({
      source: 'multi-tenant-runner',
      'detail-type': 'installation',
      detail: { installation: { id: TENANT } },
    });
    await isGone();
  });

  it('leaves the others', async () => {
    await harness.declare('other');
    await deploy('other', SECOND);
    await harness.tables.apps.change(await harness.app('shop'), { state: 'deleting' }, harness.clock.now());
    await harness.settle(4);
    expect(runs('other')).toBe(imageOf('other', SECOND));
    expect((await harness.app('shop')).state).toBe('deleted');
  });
});

describe('AWS’s limit of calls', () => {
  it('lets an app wait for the sweep, and is no failure', async () => {
    await harness.declare('shop');
    harness.clock.advance(MINUTE);
    await harness.push(FIRST);
    let isBusy = true;
    harness.aws.throttles = (operation) => isBusy && operation === 'RegisterTaskDefinition';
    await harness.built('shop', FIRST);
    expect([runs('shop'), harness.metrics.total('AppThrottled')]).toEqual([undefined, 1]);
    isBusy = false;
    await harness.settle();
    expect([runs('shop'), harness.metrics.total('AppSweepFailed')]).toEqual([imageOf('shop', FIRST), 0]);
  });
});

describe('what somebody changed by hand', () => {
  it.each([
    ['the service', () => harness.aws.ecs.services.clear()],
    ['the rule', () => harness.aws.elb.rules.clear()],
    ['the number of tasks', () => harness.aws.ecs.services.forEach((service) => (service.desiredCount = 5))],
    ['the way in', () => harness.aws.groups.groups.forEach(({ ingress }) => ingress.splice(0))],
  ])('is mended: %s', async (_what, change) => {
    await harness.declare('shop');
    await deploy('shop', FIRST);
    change();
    harness.clock.advance(61 * MINUTE);
    await harness.settle();
    expect(runs('shop')).toBe(imageOf('shop', FIRST));
    expect([...harness.aws.ecs.services.values()].map(({ desiredCount }) => desiredCount)).toEqual([1]);
    expect(harness.aws.elb.rules.size).toBe(1);
    expect([...harness.aws.groups.groups.values()].map(({ ingress }) => ingress.length)).toEqual([1]);
  });
});
