import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from '@octokit/rest';
import { runGitHub, type RunningGitHub } from '../../../test/running-github';

const LABELS = ['self-hosted', 'linux', 'x64', 'small'];
/** Refusals are expected here; octokit would print each. */
const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
let running: RunningGitHub;
beforeEach(async () => (running = await runGitHub()));
afterEach(() => running.close());

const asApp = (): Octokit =>
  new Octokit({
    log,
    baseUrl: running.url,
    authStrategy: createAppAuth,
    auth: { appId: running.appId, privateKey: running.privateKey },
  });
const asInstallation = (installationId: number): Octokit =>
  new Octokit({
    log,
    baseUrl: running.url,
    authStrategy: createAppAuth,
    auth: { appId: running.appId, privateKey: running.privateKey, installationId },
  });
/** With one token, as narrow as asked for; auth-app itself would mint another after a 401. */
const withToken = async (
  installationId: number,
  narrow: { permissions?: Record<string, string>; repositoryIds?: number[] } = {},
): Promise<Octokit> => {
  const auth = createAppAuth({ appId: running.appId, privateKey: running.privateKey, request: asApp().request });
  const { token } = await auth({ type: 'installation', installationId, ...narrow });
  return new Octokit({ baseUrl: running.url, auth: token, log });
};
const install = (login: string, type: 'Organization' | 'User' = 'Organization') => {
  const made = running.github.install({ login, type });
  if (made === undefined) throw new Error(`${login} is installed already`);
  return made;
};
const register = (octokit: Octokit, org: string, name: string) =>
  octokit.actions.generateRunnerJitconfigForOrg({ org, name, runner_group_id: 1, labels: LABELS });
const status = async (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'no error',
    (error: { status?: unknown }) => error.status,
  );

describe('the App', () => {
  it('shows itself to its own JWT', async () => {
    const { data } = await asApp().apps.getAuthenticated();
    expect(data).toMatchObject({ id: running.appId });
  });

  it('is refused with the key of another App', async () => {
    const { privateKey } = await import('node:crypto').then(({ generateKeyPairSync }) =>
      generateKeyPairSync('rsa', {
        modulusLength: 2048,
        publicKeyEncoding: { type: 'spki', format: 'pem' },
        privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
      }),
    );
    const stranger = new Octokit({
      log,
      baseUrl: running.url,
      authStrategy: createAppAuth,
      auth: { appId: running.appId, privateKey },
    });
    expect(await status(stranger.apps.getAuthenticated())).toBe(401);
  });

  it('lists its installations but not those that were removed', async () => {
    const acme = install('acme');
    running.github.uninstall(install('gone').id);
    const { data } = await asApp().apps.listInstallations();
    expect(data.map((one) => one.id)).toEqual([acme.id]);
  });

  it('sees a failed delivery and has it sent again with the same GUID', async () => {
    await running.close();
    const answers = [500, 202];
    running = await runGitHub(() => ({ status: answers.shift() ?? 202, body: '' }));
    install('acme');
    await running.github.deliveries.settled();
    const { data: failed } = await asApp().apps.listWebhookDeliveries({ per_page: 10 });
    expect(failed).toMatchObject([{ event: 'installation', action: 'created', status_code: 500, redelivery: false }]);
    await asApp().apps.redeliverWebhookDelivery({ delivery_id: failed[0]?.id ?? 0 });
    await running.github.deliveries.settled();
    const { data: both } = await asApp().apps.listWebhookDeliveries();
    expect(both).toMatchObject([{ status_code: 202, redelivery: true, guid: failed[0]?.guid }, { status_code: 500 }]);
    expect(running.sent[1]?.body).toBe(running.sent[0]?.body);
  });
});

describe('an installation token', () => {
  it('has the long form of 2026', async () => {
    const auth = createAppAuth({ appId: running.appId, privateKey: running.privateKey, request: asApp().request });
    const { token } = await auth({ type: 'installation', installationId: install('acme').id });
    expect(token).toMatch(new RegExp(`^ghs_${running.appId}_`));
    expect(token.length).toBeGreaterThan(480);
  });

  it('is refused for an unknown installation, a removed one and a suspended one', async () => {
    const removed = install('removed');
    running.github.uninstall(removed.id);
    const suspended = install('suspended');
    running.github.suspend(suspended.id);
    expect(await status(register(asInstallation(1), 'acme', 'one'))).toBe(404);
    expect(await status(register(asInstallation(removed.id), 'removed', 'one'))).toBe(404);
    expect(await status(register(asInstallation(suspended.id), 'suspended', 'one'))).toBe(403);
  });

  it('stops working when its installation is suspended or removed, and after an hour', async () => {
    const acme = install('acme');
    const octokit = await withToken(acme.id);
    await register(octokit, 'acme', 'one');
    running.github.suspend(acme.id);
    expect(await status(register(octokit, 'acme', 'two'))).toBe(403);
    running.github.unsuspend(acme.id);
    await register(octokit, 'acme', 'two');
    running.pass(3_600_001);
    expect(await status(register(octokit, 'acme', 'three'))).toBe(401);
    running.github.uninstall(acme.id);
    expect(await status(register(octokit, 'acme', 'three'))).toBe(401);
  });

  it('reaches only its own account', async () => {
    const acme = install('acme');
    install('globex');
    expect(await status(register(asInstallation(acme.id), 'globex', 'one'))).toBe(404);
    expect(await status(asInstallation(acme.id).actions.listSelfHostedRunnersForOrg({ org: 'globex' }))).toBe(404);
  });

  it('holds no more than was asked for', async () => {
    const acme = install('acme');
    const reader = await withToken(acme.id, { permissions: { actions: 'read' } });
    expect(await status(register(reader, 'acme', 'one'))).toBe(403);
    const narrow = await withToken(acme.id, { permissions: { organization_self_hosted_runners: 'write' } });
    expect((await register(narrow, 'acme', 'one')).status).toBe(201);
    expect(await status(withToken(acme.id, { permissions: { contents: 'write' } }))).toBe(422);
  });

  it('reaches only the repositories that it was narrowed to', async () => {
    const jane = running.github.install({
      login: 'jane',
      type: 'User',
      repositories: [{ name: 'one' }, { name: 'two' }],
    });
    const one = [...running.github.store.repositories.values()].find((repository) => repository.name === 'one');
    const octokit = await withToken(jane?.id ?? 0, { repositoryIds: [one?.id ?? 0] });
    const wanted = { owner: 'jane', name: 'runner', runner_group_id: 1, labels: LABELS };
    expect((await octokit.actions.generateRunnerJitconfigForRepo({ ...wanted, repo: 'one' })).status).toBe(201);
    expect(await status(octokit.actions.generateRunnerJitconfigForRepo({ ...wanted, repo: 'two' }))).toBe(404);
    expect(await status(withToken(jane?.id ?? 0, { repositoryIds: [7] }))).toBe(422);
  });
});

describe('runners', () => {
  it('are registered with a configuration of real size', async () => {
    const { data, status: created } = await register(
      asInstallation(install('acme').id),
      'acme',
      'sandbox-i-0123456789abcdef0',
    );
    expect(created).toBe(201);
    expect(data.runner).toMatchObject({ name: 'sandbox-i-0123456789abcdef0', status: 'offline', busy: false });
    expect(data.encoded_jit_config.length).toBeGreaterThan(4_096);
    expect(data.encoded_jit_config.length).toBeLessThan(4_400);
  });

  it('of one name exist once', async () => {
    const octokit = asInstallation(install('acme').id);
    await register(octokit, 'acme', 'one');
    await expect(register(octokit, 'acme', 'ONE')).rejects.toMatchObject({
      status: 409,
      message: expect.stringContaining('Already exists'),
    });
  });

  it('are found by name, read by id and deleted once', async () => {
    const octokit = asInstallation(install('acme').id);
    const { data } = await register(octokit, 'acme', 'one');
    await register(octokit, 'acme', 'two');
    const found = await octokit.actions.listSelfHostedRunnersForOrg({ org: 'acme', name: 'one' });
    expect(found.data).toMatchObject({ total_count: 1, runners: [{ id: data.runner.id }] });
    const which = { org: 'acme', runner_id: data.runner.id };
    expect((await octokit.actions.getSelfHostedRunnerForOrg(which)).data.name).toBe('one');
    expect((await octokit.actions.deleteSelfHostedRunnerFromOrg(which)).status).toBe(204);
    expect(await status(octokit.actions.deleteSelfHostedRunnerFromOrg(which))).toBe(404);
  });

  it('are not deleted while busy', async () => {
    const acme = install('acme');
    const octokit = asInstallation(acme.id);
    const { data } = await register(octokit, 'acme', 'one');
    running.github.queue({ installationId: acme.id, labels: LABELS, lengthMs: null });
    running.github.work.connect(data.encoded_jit_config);
    expect(
      await status(octokit.actions.deleteSelfHostedRunnerFromOrg({ org: 'acme', runner_id: data.runner.id })),
    ).toBe(422);
  });

  it('of a user account belong to a repository', async () => {
    const jane = install('jane', 'User');
    const octokit = asInstallation(jane.id);
    const wanted = { name: 'one', runner_group_id: 1, labels: LABELS };
    expect(
      (await octokit.actions.generateRunnerJitconfigForRepo({ owner: 'jane', repo: 'app', ...wanted })).status,
    ).toBe(201);
    expect(
      await status(octokit.actions.generateRunnerJitconfigForRepo({ owner: 'jane', repo: 'none', ...wanted })),
    ).toBe(404);
    expect(await status(octokit.actions.generateRunnerJitconfigForOrg({ org: 'jane', ...wanted }))).toBe(404);
  });
});

it('shows a job to the installation whose it is', async () => {
  const acme = install('acme');
  const globex = install('globex');
  const job = running.github.queue({ installationId: acme.id, labels: LABELS });
  const which = { owner: 'acme', repo: 'app', job_id: job?.id ?? 0 };
  const { data } = await asInstallation(acme.id).actions.getJobForWorkflowRun(which);
  expect(data).toMatchObject({ id: job?.id, status: 'queued', conclusion: null, labels: LABELS });
  expect(await status(asInstallation(globex.id).actions.getJobForWorkflowRun(which))).toBe(404);
});

it('shows a run under the status of its least advanced job, so that a queued job may be in a waiting run', async () => {
  const acme = install('acme');
  const gated = running.github.queue({ installationId: acme.id, labels: LABELS, gated: true });
  running.github.queue({ installationId: acme.id, labels: LABELS, ...(gated && { runId: gated.runId }) });
  const list = async (state: 'queued' | 'waiting') =>
    (
      await asInstallation(acme.id).actions.listWorkflowRunsForRepo({ owner: 'acme', repo: 'app', status: state })
    ).data.workflow_runs.map(({ id }) => id);
  expect(await list('queued')).toEqual([]);
  expect(await list('waiting')).toEqual([gated?.runId]);
});

it('shows what is left of the hourly limits, for each installation', async () => {
  const acme = install('acme');
  const { headers } = await register(asInstallation(acme.id), 'acme', 'one');
  expect(headers).toMatchObject({
    'x-ratelimit-limit': '10000',
    'x-ratelimit-remaining': '9999',
    'x-ratelimit-resource': 'actions_runner_registration',
  });
  const list = await asInstallation(acme.id).actions.listSelfHostedRunnersForOrg({ org: 'acme' });
  expect(list.headers).toMatchObject({ 'x-ratelimit-limit': '5000', 'x-ratelimit-resource': 'core' });
});

it('counts calls by route, installation and answer', async () => {
  const acme = install('acme');
  await register(asInstallation(acme.id), 'acme', 'one');
  expect(running.calls.list()).toEqual([
    {
      route: 'POST /app/installations/{installation_id}/access_tokens',
      installation_id: acme.id,
      status: 201,
      count: 1,
    },
    { route: 'POST /orgs/{org}/actions/runners/generate-jitconfig', installation_id: acme.id, status: 201, count: 1 },
  ]);
});

it('refuses what carries no credentials, or wrong ones', async () => {
  install('acme');
  const path = '/orgs/acme/actions/runners';
  expect(await status(new Octokit({ log, baseUrl: running.url }).request(`GET ${path}`))).toBe(401);
  expect(await status(new Octokit({ log, baseUrl: running.url, auth: 'ghs_wrong' }).request(`GET ${path}`))).toBe(401);
});
