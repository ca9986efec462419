import { createGitHub as createProductGitHub } from '@multi-tenant-runner/github';
import { runGitHub, type RunningGitHub } from '../../test/running-github';

const LABELS = ['self-hosted', 'linux', 'x64', 'small'];
const RUNNER = { name: 'one', labels: LABELS, runnerGroupId: 1 };
let running: RunningGitHub;
beforeEach(async () => (running = await runGitHub()));
afterEach(() => running.close());

/** The functions' own adapter against the fake GitHub; `fast` milliseconds before its clock. */
const product = (fast = 0) =>
  createProductGitHub({
    baseUrl: running.url,
    fetch,
    clock: { now: () => new Date(Date.now() + fast) },
    timeout: 60_000,
    identity: async () => ({ appId: String(running.appId), privateKey: running.privateKey }),
  });
function install(login: string, type: 'Organization' | 'User' = 'Organization'): number {
  const made = running.github.install({ login, type });
  if (made === undefined) throw new Error(`${login} is installed already`);
  return made.id;
}
const control = (path: string, body: object, method = 'POST') =>
  fetch(`${running.url}/_control${path}`, { method, body: JSON.stringify(body) });

describe('a renamed owner', () => {
  it(
    'has its runner registered and removed under the name that GitHub has now, while the old one is answered ' + '404',
    async () => {
      const id = install('acme');
      running.github.rename(id, 'acme-two');
      const place = {
        installationId: id,
        owner: 'acme',
        ownerId: running.github.store.installations.get(id)?.account.id ?? 0,
        scope: 'org',
      } as const;
      await expect(product().authorize(place)).resolves.toEqual({ kind: 'ok' });
      const made = await product().createJitConfig(place, RUNNER);
      expect(made).toMatchObject({ kind: 'created' });
      await expect(product().deleteRunner(place, made.kind === 'created' ? made.runnerId : 0)).resolves.toEqual({
        kind: 'deleted',
      });
    },
  );
});

describe('a renamed repository', () => {
  it('leads from its old name to its job', async () => {
    const id = install('acme');
    const job = running.github.queue({ installationId: id, labels: LABELS });
    expect((await control(`/installations/${id}/repositories/app/rename`, { name: 'site' })).status).toBe(204);
    await expect(
      product().getJob({ installationId: id, owner: 'acme', repo: 'app' }, job?.id ?? 0),
    ).resolves.toMatchObject({ kind: 'found', job: { status: 'queued' } });
  });

  it('is found by its id once another one has its old name', async () => {
    const id = install('acme');
    const job = running.github.queue({ installationId: id, labels: LABELS });
    await control(`/installations/${id}/repositories/app/rename`, { name: 'site' });
    running.github.queue({ installationId: id, labels: LABELS, repository: 'app' });
    const place = { installationId: id, owner: 'acme', repo: 'app', repoId: job?.repositoryId ?? 0 };
    await expect(product().getJob(place, job?.id ?? 0)).resolves.toMatchObject({
      kind: 'found',
      job: { status: 'queued' },
    });
    await expect(product().getJob(place, 1)).resolves.toEqual({ kind: 'found' });
  });

  it('of a user account has its runners registered with a token for its id', async () => {
    const id = install('jane', 'User');
    const job = running.github.queue({ installationId: id, labels: LABELS });
    await control(`/installations/${id}/repositories/app/rename`, { name: 'site' });
    const place = { installationId: id, owner: 'jane', scope: 'jane/app', repoId: job?.repositoryId ?? 0 } as const;
    await expect(product().createJitConfig(place, RUNNER)).resolves.toMatchObject({ kind: 'created' });
  });
});

describe('a runner group', () => {
  it('is found by its name, and takes only the jobs of its repositories', async () => {
    const id = install('acme');
    running.github.queue({ installationId: id, labels: LABELS, repository: 'other' });
    expect(
      (await control(`/installations/${id}/runner-groups/Builders`, { repositories: ['app'] }, 'PUT')).status,
    ).toBe(200);
    const place = { installationId: id, owner: 'acme', scope: 'org' } as const;
    await expect(product().findRunnerGroup(place, 'builders', 'other')).resolves.toEqual({ kind: 'leaves-out' });
    await expect(product().findRunnerGroup(place, 'testers', 'app')).resolves.toEqual({ kind: 'none' });
    const found = await product().findRunnerGroup(place, 'builders', 'app');
    const made = await product().createJitConfig(place, {
      ...RUNNER,
      runnerGroupId: found.kind === 'found' ? found.groupId : 0,
    });
    const session = running.github.work.connect(made.kind === 'created' ? made.jitConfig : '');
    expect([...running.github.store.jobs.values()].map(({ status }) => status)).toEqual(['queued']);
    const job = running.github.queue({ installationId: id, labels: LABELS });
    expect(running.github.store.jobs.get(job?.id ?? 0)?.status).toBe('in_progress');
    session?.disconnect();
  });
});

it("takes the App's JWT from a clock that is 55 seconds fast", async () => {
  const id = install('acme');
  await expect(product(55_000).getInstallation(id)).resolves.toMatchObject({
    kind: 'found',
    installation: { login: 'acme' },
  });
});

it('announces accepted permissions', async () => {
  const id = install('acme');
  await control(`/installations/${id}/permissions`, {});
  await running.github.deliveries.settled();
  expect(running.sent.map(({ payload }) => payload['action'])).toContain('new_permissions_accepted');
});
