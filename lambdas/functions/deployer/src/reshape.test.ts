import { MINUTE, type AppResizing } from '@multi-tenant-runner/core';
import { archiveOf, createDeployerHarness, type DeployerHarness } from '../test/deployer-harness';

const [FIRST, SECOND] = ['a'.repeat(40), 'b'.repeat(40)] as const;
const QUOTA = { apps: 5, tasks: 10, vcpu: 10, memoryGb: 20, secrets: 20, buildsPerHour: 5 };
const LARGER: AppResizing = { cpu: 512, memory: 1_024, count: 1, port: 9_000 };

let harness: DeployerHarness;
const deploy = async (commit: string): Promise<void> => {
  harness.clock.advance(MINUTE);
  await harness.push(commit);
  await harness.built('shop', commit);
  await harness.settle();
};
/** As the API writes it, and the table's stream tells of it. */
const resize = async (size: AppResizing): Promise<void> => {
  const outcome = await harness.tables.apps.resize(await harness.app('shop'), size, QUOTA);
  expect(outcome.kind).toBe('resized');
  await harness.settle();
};
const runs = () => {
  const [service] = harness.aws.ecs.services.values();
  return harness.aws.ecs.tasks.get(service?.taskDefinition ?? '')?.asked;
};
const rows = async () =>
  (await harness.deployments(await harness.app('shop'))).map(({ kind, commit, state }) => [kind, commit[0], state]);

beforeEach(async () => {
  harness = createDeployerHarness();
  for (const commit of [FIRST, SECOND]) harness.github.archives.set(commit, archiveOf({ Dockerfile: 'FROM scratch' }));
  await harness.declare('shop');
  await deploy(FIRST);
});

describe('another size or port', () => {
  it('is a release of what runs, once, and nothing is built', async () => {
    await resize(LARGER);
    expect(runs()).toMatchObject({
      cpu: '512',
      memory: '1024',
      containerDefinitions: [{ portMappings: [{ containerPort: 9_000 }] }],
    });
    expect(await rows()).toEqual([
      ['redeploy', 'a', 'live'],
      ['push', 'a', 'replaced'],
    ]);
    expect(harness.github.runs.length).toBe(1);
    await harness.settle();
    expect((await rows()).length).toBe(2);
  });

  it('that the version does not survive is taken back, and not tried again by itself', async () => {
    const [service] = harness.aws.ecs.services.values();
    const image = harness.aws.ecs.tasks.get(service?.taskDefinition ?? '')?.image ?? '';
    harness.aws.ecs.broken.add(image);
    await resize(LARGER);
    await harness.settle();
    expect(runs()).toMatchObject({ cpu: '256' });
    expect((await rows())[0]).toEqual(['redeploy', 'a', 'rolled_back']);
    harness.aws.ecs.broken.clear();
    harness.clock.advance(61 * MINUTE);
    await harness.settle();
    expect((await rows()).length).toBe(2);
    await resize({ ...LARGER, cpu: 1_024, memory: 2_048 });
    expect(runs()).toMatchObject({ cpu: '1024' });
  });

  it('gives way to a push that GitHub dates after the last one, however late it comes', async () => {
    const pushed = harness.clock.now();
    harness.clock.advance(MINUTE);
    await resize(LARGER);
    await harness.push(SECOND, { at: pushed });
    await harness.built('shop', SECOND);
    await harness.settle();
    expect((await harness.app('shop')).live).toMatchObject({ commit: SECOND, shape: { cpu: 512, port: 9_000 } });
  });

  it('that only a commit asks for which comes to nothing does not touch what runs', async () => {
    harness.github.archives.set(SECOND, archiveOf({ '.mtr/app.json': '{"port":3000}' }));
    harness.clock.advance(MINUTE);
    await harness.push(SECOND);
    const run = harness.github.runs.at(-1);
    if (run) run.run = { id: 2, status: 'completed', conclusion: 'failure' };
    await harness.settle();
    expect(await rows()).toEqual([
      ['push', 'b', 'failed'],
      ['push', 'a', 'live'],
    ]);
    expect(runs()).toMatchObject({ containerDefinitions: [{ portMappings: [{ containerPort: 8_080 }] }] });
  });

  it('waits where no task runs, and comes with the next start', async () => {
    await harness.tables.apps.change(await harness.app('shop'), { state: 'suspended' }, harness.clock.now());
    await resize(LARGER);
    expect(await rows()).toEqual([['push', 'a', 'live']]);
    await harness.tables.apps.change(await harness.app('shop'), { state: 'active' }, harness.clock.now());
    await harness.settle();
    expect(runs()).toMatchObject({ cpu: '512' });
  });
});

describe.each(['before', 'after'] as const)('a deployer that dies %s a call while it does so', (when) => {
  it('leaves one service of the new size, and one release of it', async () => {
    for (let cut = 1; cut <= 6; cut += 1) {
      let calls = 0;
      harness = createDeployerHarness();
      harness.github.archives.set(FIRST, archiveOf({ Dockerfile: 'FROM scratch' }));
      await harness.declare('shop');
      await deploy(FIRST);
      harness.aws.crash = (operation, moment) => {
        if (moment !== when || /^(Describe|List|HEAD|GET)/.test(operation)) return;
        if ((calls += 1) === cut) throw new Error(`cut at ${operation}`);
      };
      await resize(LARGER);
      await harness.settle(5);
      expect([cut, runs()?.['cpu'], await rows()]).toEqual([
        cut,
        '512',
        [
          ['redeploy', 'a', 'live'],
          ['push', 'a', 'replaced'],
        ],
      ]);
      expect(harness.aws.ecs.services.size).toBe(1);
    }
  });
});
