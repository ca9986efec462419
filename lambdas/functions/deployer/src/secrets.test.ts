import { MINUTE, namesOfApp } from '@multi-tenant-runner/core';
import { ENVIRONMENT, archiveOf, createDeployerHarness, type DeployerHarness } from '../test/deployer-harness';
import { taskOf } from '../test/task-of';

const [FIRST, SECOND] = ['a'.repeat(40), 'b'.repeat(40)] as const;
const ROLE = 'test-app-secrets-shop';

let harness: DeployerHarness;
beforeEach(async () => {
  harness = createDeployerHarness();
  for (const commit of [FIRST, SECOND]) harness.github.archives.set(commit, archiveOf({ Dockerfile: 'FROM scratch' }));
  await harness.declare('shop');
});

const deploy = async (commit: string): Promise<void> => {
  harness.clock.advance(MINUTE);
  await harness.push(commit);
  await harness.built('shop', commit);
  await harness.settle(4);
};
/** Of the task definition that ECS runs. */
const running = () => {
  const service = harness.aws.ecs.services.get(namesOfApp(ENVIRONMENT, 'shop').service);
  return taskOf(harness, service?.taskDefinition);
};
const deployments = async () =>
  (await harness.deployments(await harness.app('shop'))).map(({ kind, commit, state }) => [kind, commit[0], state]);

describe('secrets of an app', () => {
  it('that were set before the first push are with its first version, by a role that reads them alone', async () => {
    const key = await harness.secret('shop', 'KEY');
    await deploy(FIRST);
    expect(running()).toMatchObject({ secrets: { KEY: key }, role: `arn:aws:iam::123456789012:role/${ROLE}` });
    expect(await deployments()).toEqual([['push', 'a', 'live']]);
    const role = harness.aws.iam.roles.get(ROLE);
    expect(role?.boundary).toBe('arn:aws:iam::123456789012:policy/test-app-tasks');
    const { Statement } = JSON.parse(role?.policies.get('execution') ?? '{}');
    expect(
      Statement.filter(({ Action }: { Action: string[] }) => Action[0] === 'secretsmanager:GetSecretValue'),
    ).toEqual([
      {
        Effect: 'Allow',
        Action: ['secretsmanager:GetSecretValue'],
        Resource: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:test/apps/shop/*',
      },
    ]);
  });

  it('that are set while a version runs deploy its image again, once', async () => {
    await deploy(FIRST);
    expect(running()).toMatchObject({ secrets: {}, role: 'arn:aws:iam::123456789012:role/execution' });
    const key = await harness.secret('shop', 'KEY');
    await harness.settle(6);
    expect(running()).toMatchObject({ secrets: { KEY: key } });
    expect(await deployments()).toEqual([
      ['redeploy', 'a', 'live'],
      ['push', 'a', 'replaced'],
    ]);
    expect((await harness.app('shop')).live?.shape).toMatchObject({ secretsVersion: 1 });
  });

  it('that are replaced keep their value for what runs, and lose it once the next version does', async () => {
    const old = await harness.secret('shop', 'KEY');
    await deploy(FIRST);
    const key = await harness.secret('shop', 'KEY');
    expect(harness.aws.others.secrets).toEqual(new Set([old, key]));
    await harness.settle(6);
    expect(running()).toMatchObject({ secrets: { KEY: key } });
    expect(harness.aws.others.secrets).toEqual(new Set([key]));
    expect((await harness.app('shop')).secrets).toMatchObject({ leaving: [] });
  });

  it('with which no task starts are taken back, and those of the version before stand', async () => {
    const good = await harness.secret('shop', 'KEY');
    await deploy(FIRST);
    const image = running().image;
    harness.aws.ecs.broken.add(image);
    const bad = await harness.secret('shop', 'KEY');
    await harness.settle(6);
    expect(running()).toMatchObject({ secrets: { KEY: good } });
    expect(await deployments()).toEqual([
      ['redeploy', 'a', 'rolled_back'],
      ['push', 'a', 'live'],
    ]);
    expect(harness.aws.others.secrets).toEqual(new Set([good, bad]));
    harness.aws.ecs.broken.clear();
    const better = await harness.secret('shop', 'KEY');
    await harness.settle(6);
    expect(running()).toMatchObject({ secrets: { KEY: better } });
    expect(harness.aws.others.secrets).toEqual(new Set([better]));
  });

  it('wait for what is under way, which takes them along', async () => {
    await deploy(FIRST);
    harness.clock.advance(MINUTE);
    await harness.push(SECOND);
    const key = await harness.secret('shop', 'KEY');
    await harness.built('shop', SECOND);
    await harness.settle(6);
    expect(running()).toMatchObject({ secrets: { KEY: key } });
    expect((await deployments())[0]).toEqual(['push', 'b', 'live']);
    expect(await deployments()).toHaveLength(2);
  });

  it('of a suspended app wait for its tasks', async () => {
    await deploy(FIRST);
    const change = async (state: 'suspended' | 'active') =>
      harness.tables.apps.change(await harness.app('shop'), { state }, harness.clock.now());
    await change('suspended');
    const key = await harness.secret('shop', 'KEY');
    await harness.settle(3);
    expect(await deployments()).toHaveLength(1);
    await change('active');
    await harness.settle(6);
    expect(running()).toMatchObject({ secrets: { KEY: key } });
  });

  it('go with their role when the app does, those of a lost call too', async () => {
    await harness.secret('shop', 'KEY');
    await deploy(FIRST);
    harness.aws.others.secrets.add('arn:aws:secretsmanager:us-east-1:123456789012:secret:test/apps/shop/LOST/9');
    harness.aws.others.secrets.add('arn:aws:secretsmanager:us-east-1:123456789012:secret:test/apps/shopping/KEY/9');
    await harness.tables.apps.change(await harness.app('shop'), { state: 'deleting' }, harness.clock.now());
    await harness.settle(5);
    expect((await harness.app('shop')).proof).toMatchObject({ left: { secrets: 0, roles: 0 } });
    expect(harness.aws.iam.roles.size).toBe(0);
    expect([...harness.aws.others.secrets]).toEqual([
      'arn:aws:secretsmanager:us-east-1:123456789012:secret:test/apps/shopping/KEY/9',
    ]);
  });
});
