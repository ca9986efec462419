import { ENVIRONMENT, TENANT, archiveOf, createDeployerHarness, type DeployerHarness } from '../test/deployer-harness';
import { namesOfApp, MINUTE } from '@multi-tenant-runner/core';
import { tenantOf } from '../test/tenant-of';

const [FIRST, SECOND] = ['a'.repeat(40), 'b'.repeat(40)] as const;
const FILE = { name: 'shop', port: 3_000, count: 2, health: { path: '/up' }, preview: true };

let harness: DeployerHarness;
const write = (commit: string, file: unknown): void => {
  const text = typeof file === 'string' ? file : JSON.stringify(file);
  harness.github.files.set(`${commit} .mtr/app.json`, text);
  harness.github.archives.set(commit, archiveOf({ Dockerfile: 'FROM scratch', '.mtr/app.json': text }));
};
const allow = (allowed: boolean | undefined): void => {
  const lookup = tenantOf(TENANT);
  if (lookup.kind !== 'tenant') throw new Error('It is a tenant');
  const tenant = { ...lookup.tenant, ...(allowed !== undefined && { appsFromRepository: allowed }) };
  harness.tenants.set(TENANT, { ...lookup, tenant });
};
const rows = () => [...harness.tables.rows.keys()];
const saidBy = (environment: string) => {
  const ids = harness.github.deployments.filter((one) => one.environment === environment).map(({ id }) => id);
  return harness.github.told.filter(({ id }) => ids.includes(id)).map(({ state, description }) => [state, description]);
};

beforeEach(() => {
  harness = createDeployerHarness();
  allow(true);
  write(FIRST, FILE);
});

describe('a repository that has no app', () => {
  it('declares one by its file with the first push, which is deployed', async () => {
    await harness.push(FIRST, { defaultBranch: 'main' });
    await harness.built('shop', FIRST);
    await harness.settle();
    expect(await harness.app('shop')).toMatchObject({
      installationId: TENANT,
      repoId: 7,
      branch: 'main',
      port: 3_000,
      count: 2,
      healthPath: '/up',
      preview: true,
      live: { commit: FIRST },
    });
    expect(harness.aws.ecs.services.get(namesOfApp(ENVIRONMENT, 'shop').service)?.runningCount).toBe(2);
  });

  it('declares one, however often the push comes, and none with a later name', async () => {
    await harness.push(FIRST, { defaultBranch: 'main' });
    await harness.push(FIRST, { defaultBranch: 'main' });
    write(SECOND, { ...FILE, name: 'store' });
    harness.clock.advance(MINUTE);
    await harness.push(SECOND, { defaultBranch: 'main' });
    expect(rows()).toEqual(['shop']);
    expect((await harness.tables.apps.quotaUse(TENANT)).apps).toEqual(new Set(['shop']));
  });

  it('may name another branch, whose pushes are deployed from then on', async () => {
    write(FIRST, { name: 'shop', branch: 'production' });
    await harness.push(FIRST, { defaultBranch: 'main' });
    expect([(await harness.app('shop')).branch, harness.tables.deploymentRows.size]).toEqual(['production', 0]);
  });

  it.each([
    ['where its tenant’s row does not allow it', undefined, 'main'],
    ['where its tenant’s row forbids it', false, 'main'],
    ['by a branch that is not the default one', true, 'next'],
  ])('declares none %s, and nobody asks GitHub', async (_what, allowed, defaultBranch) => {
    allow(allowed);
    await harness.push(FIRST, { defaultBranch });
    expect([rows(), harness.github.deployments]).toEqual([[], []]);
  });

  it('declares none without a file, or while its tenant is suspended', async () => {
    await harness.push(SECOND, { defaultBranch: 'main' });
    harness.tenants.set(TENANT, tenantOf(TENANT, 'suspended'));
    await harness.push(FIRST, { defaultBranch: 'main' });
    expect([rows(), harness.github.deployments]).toEqual([[], []]);
  });
});

describe('a file that declares no app says every problem at GitHub, once,', () => {
  const says = async (environment: string, ...problems: readonly RegExp[]): Promise<void> => {
    await harness.push(FIRST, { defaultBranch: 'main' });
    await harness.push(FIRST, { defaultBranch: 'main' });
    const said = saidBy(environment);
    expect(said).toHaveLength(problems.length);
    expect(said.toReversed()).toEqual(problems.map((problem) => ['failure', expect.stringMatching(problem)]));
    expect(rows().filter((name) => name !== 'other')).toEqual([]);
  };

  it('when it is not right', async () => {
    write(FIRST, { name: 'shop', port: 0, preview: 'yes', color: 'red' });
    await says('mtr', /may only have/, /port is not/, /preview is not true or false/);
  });
  it('when it is no JSON', async () => {
    write(FIRST, '{');
    await says('mtr', /is not JSON/);
  });
  it('when it names no app', async () => {
    write(FIRST, { port: 80 });
    await says('mtr', /name is missing/);
  });
  it('when the name is the platform’s own', async () => {
    harness.settings({ reservedNames: ['shop'] });
    await says('shop', /reserved/);
  });
  it('when another tenant has the name', async () => {
    await harness.tables.apps.create(
      { ...(await harness.declare('other', { repoId: 9 })), app: 'sh0p', installationId: 2_002 },
      { apps: 9, tasks: 9, vcpu: 9, memoryGb: 9, secrets: 20, buildsPerHour: 9 },
    );
    await harness.push(FIRST, { defaultBranch: 'main' });
    expect(saidBy('shop')).toEqual([['failure', expect.stringMatching(/another tenant’s/)]]);
    expect(harness.tables.rows.get('shop')).toBeUndefined();
  });
  it('when it asks for more than the quota', async () => {
    write(FIRST, { ...FILE, count: 11 });
    await says('shop', /10 tasks/);
  });
  it('when the tenant has an app of that name in another repository', async () => {
    await harness.declare('shop', { repoId: 9 });
    await harness.push(FIRST, { defaultBranch: 'main' });
    expect(saidBy('shop')).toEqual([['failure', expect.stringMatching(/of another repository/)]]);
  });
});

test('what the file names counts with its commit; what it leaves out is what the API says', async () => {
  await harness.push(FIRST, { defaultBranch: 'main' });
  await harness.built('shop', FIRST);
  await harness.settle();
  const quota = { apps: 9, tasks: 9, vcpu: 9, memoryGb: 9, secrets: 20, buildsPerHour: 9 };
  await harness.tables.apps.resize(await harness.app('shop'), { cpu: 512, memory: 1_024, count: 3 }, quota);
  await harness.settle();
  expect(await harness.app('shop')).toMatchObject({ cpu: 512, count: 3 });
  write(SECOND, { ...FILE, count: 1 });
  await harness.push(SECOND, { defaultBranch: 'main' });
  expect(await harness.app('shop')).toMatchObject({ cpu: 512, count: 1, port: 3_000 });
});
