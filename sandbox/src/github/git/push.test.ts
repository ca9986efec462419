import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createAppAuth } from '@octokit/auth-app';
import { verify } from '@octokit/webhooks-methods';
import { Octokit } from '@octokit/rest';
import { unzipSync, strFromU8 } from 'fflate';
import { answerSchema, compile, expectToFit, webhookSchema } from '../../../test/description';
import { runGitHub, WEBHOOK_SECRET, type RunningGitHub } from '../../../test/running-github';

const run = promisify(execFile);
const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const PERMISSIONS = { contents: 'read', deployments: 'write', actions: 'write', metadata: 'read' } as const;
const WORKFLOW = `
name: Build
on:
  workflow_dispatch:
    inputs:
      app: { required: true }
      size: { default: small }
jobs:
  image:
    runs-on: [self-hosted, "\${{ inputs.size }}"]
    env: { APP: "\${{ inputs.app }}" }
    steps:
      - run: echo "$APP"
`;
let running: RunningGitHub;
let work: string;
beforeEach(async () => {
  running = await runGitHub();
  work = mkdtempSync(join(tmpdir(), 'push-test-'));
});
afterEach(async () => {
  await running.close();
  rmSync(work, { recursive: true, force: true });
});

const git = async (...args: readonly string[]): Promise<string> => {
  const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', '-c', 'init.defaultBranch=main'];
  const env = { PATH: process.env['PATH'], HOME: work, GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0' };
  return (await run('git', [...identity, ...args], { cwd: work, env })).stdout.trim();
};

/** An installation whose people push to a repository of it. */
async function tenant(login: string, permissions: Readonly<Record<string, 'read' | 'write'>> = PERMISSIONS) {
  const id = running.github.install({ login, type: 'Organization', permissions })?.id ?? 0;
  const answer = await fetch(`${running.url}/_control/installations/${id}/repositories/app`, { method: 'PUT' });
  const { clone_url: url } = (await answer.json()) as { readonly clone_url: string };
  const auth = { appId: running.appId, privateKey: running.privateKey, installationId: id };
  const octokit = new Octokit({ log, baseUrl: running.url, authStrategy: createAppAuth, auth });
  return { id, url, octokit, place: { owner: login, repo: 'app' } };
}

async function commit(files: Readonly<Record<string, string>>, message: string): Promise<string> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(work, path, '..'), { recursive: true });
    writeFileSync(join(work, path), content);
  }
  await git('add', '--all');
  await git('commit', '--quiet', '--message', message);
  return git('rev-parse', 'HEAD');
}

async function pushed(): Promise<readonly Record<string, unknown>[]> {
  await running.github.deliveries.settled();
  return running.sent.filter(({ event }) => event === 'push').map(({ payload }) => payload);
}

it('announces a push as GitHub does, signed', async () => {
  const { url, id } = await tenant('acme');
  await git('init', '--quiet');
  const first = await commit({ 'a.txt': '1' }, 'one');
  await git('push', '--quiet', url, 'HEAD:main');
  const second = await commit({ 'a.txt': '2', 'ä/b.txt': '' }, 'two\n\nwith a body');
  await git('push', '--quiet', url, 'HEAD:main');
  const [one, two] = await pushed();
  expect(one).toMatchObject({
    ref: 'refs/heads/main',
    before: '0'.repeat(40),
    after: first,
    created: true,
    deleted: false,
    forced: false,
    head_commit: { id: first, message: 'one', added: ['a.txt'], author: { name: 'Ada', email: 'ada@example.com' } },
    repository: { full_name: 'acme/app', default_branch: 'main', owner: { login: 'acme' } },
    pusher: { name: 'acme-admin' },
    installation: { id },
  });
  expect(two).toMatchObject({
    before: first,
    after: second,
    created: false,
    commits: [{ id: second, message: 'two\n\nwith a body', added: ['ä/b.txt'], modified: ['a.txt'], removed: [] }],
  });
  for (const payload of [one, two]) expectToFit(compile(webhookSchema('push')), payload);
  const { pushed_at: at } = one?.['repository'] as { readonly pushed_at: number };
  expect(at).toBeGreaterThan(Date.now() / 1000 - 600);
  const sent = running.sent.find(({ event }) => event === 'push');
  expect(await verify(WEBHOOK_SECRET, sent?.body ?? '', sent?.headers['X-Hub-Signature-256'] ?? '')).toBe(true);
});

it('says that a push was forced, and that a branch is gone', async () => {
  const { url } = await tenant('acme');
  await git('init', '--quiet');
  await commit({ a: '1' }, 'one');
  await git('push', '--quiet', url, 'HEAD:main', 'HEAD:side');
  await git('commit', '--quiet', '--amend', '--message', 'another');
  await git('push', '--quiet', '--force', url, 'HEAD:main', ':side');
  const seen = (await pushed()).map(({ ref, forced, deleted, commits, head_commit }) => ({
    at: `${String(ref)} ${String(forced)} ${String(deleted)}`,
    commits: (commits as unknown[]).length,
    none: head_commit === null,
  }));
  expect(seen).toEqual([
    { at: 'refs/heads/main false false', commits: 1, none: false },
    { at: 'refs/heads/side false false', commits: 1, none: false },
    { at: 'refs/heads/main true false', commits: 1, none: false },
    { at: 'refs/heads/side false true', commits: 0, none: true },
  ]);
});

it('sends no push to an App that may not read contents', async () => {
  const { url } = await tenant('acme', { metadata: 'read' });
  await git('init', '--quiet');
  await commit({ a: '1' }, 'one');
  await git('push', '--quiet', url, 'HEAD:main');
  expect(await pushed()).toEqual([]);
});

it('lets nobody push or fetch without a token of that account', async () => {
  const acme = await tenant('acme');
  const other = await tenant('other');
  await git('init', '--quiet');
  await commit({ a: '1' }, 'one');
  const foreign = acme.url.replace(/git:[^@]+/, /git:[^@]+/.exec(other.url)?.[0] ?? '');
  for (const url of [foreign, acme.url.replace(/git:[^@]+@/, ''), acme.url.replace(/git:[^@]+/, 'git:wrong')])
    await expect(git('push', '--quiet', url, 'HEAD:main')).rejects.toThrow();
  const { token } = (await acme.octokit.auth({ type: 'installation' })) as { readonly token: string };
  const asApp = acme.url.replace(/git:[^@]+/, `x-access-token:${token}`);
  await expect(git('push', '--quiet', asApp, 'HEAD:main')).rejects.toThrow(/403|not granted/);
  await git('push', '--quiet', acme.url, 'HEAD:main');
  expect(await git('ls-remote', asApp)).toContain('refs/heads/main');
  await expect(git('ls-remote', foreign)).rejects.toThrow();
});

it('gives archive and files to a token of that installation alone', async () => {
  const acme = await tenant('acme');
  const other = await tenant('other');
  await git('init', '--quiet');
  const sha = await commit({ '.mtr/app.json': '{"name": "shop"}', 'src/a.txt': 'nonce' }, 'one');
  await git('push', '--quiet', acme.url, 'HEAD:main');
  const archive = await acme.octokit.repos.downloadZipballArchive({ ...acme.place, ref: sha });
  const files = unzipSync(new Uint8Array(archive.data as ArrayBuffer));
  expect(strFromU8(files[`acme-app-${sha.slice(0, 7)}/src/a.txt`] ?? new Uint8Array())).toBe('nonce');
  const tarball = await acme.octokit.repos.downloadTarballArchive({ ...acme.place, ref: sha });
  expect(
    Buffer.from(tarball.data as ArrayBuffer)
      .subarray(0, 2)
      .toString('hex'),
  ).toBe('1f8b');
  const content = await acme.octokit.repos.getContent({ ...acme.place, path: '.mtr/app.json', ref: sha });
  expect(content.data).toMatchObject({ type: 'file', path: '.mtr/app.json', encoding: 'base64', size: 16 });
  expectToFit(compile(answerSchema('GET /repos/{owner}/{repo}/contents/{path}', 200)), content.data);
  const raw = { ...acme.place, path: '.mtr/app.json', mediaType: { format: 'raw' } };
  expect((await acme.octokit.repos.getContent(raw)).data).toBe('{"name": "shop"}');
  expect((await acme.octokit.repos.getContent({ ...acme.place, path: 'src' })).data).toMatchObject([
    { type: 'file', path: 'src/a.txt' },
  ]);
  const head = await acme.octokit.repos.getCommit({ ...acme.place, ref: 'main' });
  expectToFit(compile(answerSchema('GET /repos/{owner}/{repo}/commits/{ref}', 200)), head.data);
  expect(head.data).toMatchObject({ sha, commit: { message: 'one' } });
  for (const ref of [sha, '0'.repeat(40)])
    await expect(other.octokit.repos.downloadZipballArchive({ ...acme.place, ref })).rejects.toMatchObject({
      status: 404,
    });
  await expect(acme.octokit.repos.getContent({ ...acme.place, path: 'none' })).rejects.toMatchObject({ status: 404 });
});

it('says which commit a branch is at, for nothing while it is known, and when it got there', async () => {
  const { url, octokit, place } = await tenant('acme');
  await git('init', '--quiet');
  const first = await commit({ a: '1' }, 'one');
  await git('push', '--quiet', url, 'HEAD:main', 'HEAD:side');
  const second = await commit({ a: '2' }, 'two');
  await git('push', '--quiet', url, 'HEAD:main');
  const head = (known: string) =>
    octokit.request('GET /repos/{owner}/{repo}/commits/{ref}', {
      ...place,
      ref: 'heads/main',
      headers: { accept: 'application/vnd.github.sha', 'if-none-match': `"${known}"` },
    });
  expect((await head(first)).data).toBe(second);
  await expect(head(second)).rejects.toMatchObject({ status: 304 });
  const { data } = await octokit.repos.listActivities({ ...place, ref: 'refs/heads/main', per_page: 1 });
  expect(data).toMatchObject([{ before: first, after: second, activity_type: 'push' }]);
  expectToFit(compile(answerSchema('GET /repos/{owner}/{repo}/activity', 200)), data);
  const [push] = (await pushed()).slice(-1);
  const { pushed_at: at } = push?.['repository'] as { readonly pushed_at: number };
  expect(Math.floor(Date.parse(data[0]?.timestamp ?? '') / 1_000)).toBe(at);
});

it('lets the link to an archive count for five minutes', async () => {
  const { url, octokit, place } = await tenant('acme');
  await git('init', '--quiet');
  const sha = await commit({ a: '1' }, 'one');
  await git('push', '--quiet', url, 'HEAD:main');
  const request = { redirect: 'manual' } as const;
  const { headers, status } = await octokit.repos.downloadZipballArchive({ ...place, ref: sha, request });
  expect(status).toBe(302);
  expect((await fetch(headers.location ?? '')).status).toBe(200);
  running.pass(5 * 60_000);
  expect((await fetch(headers.location ?? '')).status).toBe(404);
});

it('keeps deployments with their statuses, and ends earlier ones of an environment', async () => {
  const { url, octokit, place } = await tenant('acme');
  await git('init', '--quiet');
  const sha = await commit({ a: '1' }, 'one');
  await git('push', '--quiet', url, 'HEAD:main');
  const environment = 'preview';
  const wanted = {
    ...place,
    ref: sha,
    environment,
    auto_merge: false,
    required_contexts: [],
    payload: { app: 'shop' },
  };
  const made = await octokit.repos.createDeployment(wanted);
  const first = (made.data as { readonly id: number }).id;
  expect(made.data).toMatchObject({ sha, environment, payload: { app: 'shop' }, production_environment: false });
  expectToFit(compile(answerSchema('POST /repos/{owner}/{repo}/deployments', 201)), made.data);
  const status = (deployment_id: number, state: 'success' | 'failure', description = '') =>
    octokit.repos.createDeploymentStatus({ ...place, deployment_id, state, description, environment_url: 'http://a' });
  await status(first, 'success');
  const second = ((await octokit.repos.createDeployment(wanted)).data as { readonly id: number }).id;
  await status(second, 'success');
  const statuses = await octokit.repos.listDeploymentStatuses({ ...place, deployment_id: first });
  expectToFit(
    compile(answerSchema('GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses', 200)),
    statuses.data,
  );
  expect(statuses.data.map(({ state }) => state)).toEqual(['inactive', 'success']);
  expect((await octokit.repos.listDeployments({ ...place, environment })).data.map(({ id }) => id)).toEqual([
    second,
    first,
  ]);
  await expect(status(first, 'failure', 'x'.repeat(141))).rejects.toMatchObject({ status: 422 });
  const nowhere = { ...wanted, ref: 'nowhere' };
  await expect(octokit.repos.createDeployment(nowhere)).rejects.toMatchObject({ status: 422 });
});

it('queues the jobs that a workflow names, as it is on the branch', async () => {
  const { id, url, octokit, place } = await tenant('acme');
  await git('init', '--quiet');
  const sha = await commit({ '.github/workflows/build.yml': WORKFLOW, '.github/workflows/other.yml': 'on: push' }, 'w');
  await git('push', '--quiet', url, 'HEAD:main');
  const dispatch = (workflow_id: string, inputs: Readonly<Record<string, string>>, ref = 'main') =>
    octokit.actions.createWorkflowDispatch({ ...place, workflow_id, ref, inputs });
  expect((await dispatch('build.yml', { app: 'shop' })).status).toBe(204);
  const [job] = [...running.github.store.jobs.values()];
  expect(job).toMatchObject({
    installationId: id,
    name: 'image',
    labels: ['self-hosted', 'small'],
    workflow: {
      sha,
      branch: 'main',
      event: 'workflow_dispatch',
      steps: [{ run: 'echo "$APP"', env: { APP: 'shop' } }],
    },
  });
  await running.github.deliveries.settled();
  const queued = running.sent.find(({ event }) => event === 'workflow_job');
  expect(queued?.payload).toMatchObject({ action: 'queued', workflow_job: { head_sha: sha, workflow_name: 'Build' } });
  for (const [file, inputs, ref, code] of [
    ['build.yml', {}, 'main', 422],
    ['build.yml', { app: 'shop', more: '1' }, 'main', 422],
    ['build.yml', { app: 'shop' }, 'nowhere', 422],
    ['other.yml', {}, 'main', 422],
    ['none.yml', {}, 'main', 404],
  ] as const)
    await expect(dispatch(file, inputs, ref)).rejects.toMatchObject({ status: code });
});

const CALLER = `
run-name: Deploy \${{ inputs.app }}
on: { workflow_dispatch: { inputs: { app: { required: true } } } }
permissions: { id-token: write }
jobs:
  build:
    uses: platform/tools/.github/workflows/image.yml@main
    with: { app: "\${{ inputs.app }}", api: "\${{ vars.API }}" }
`;
const CALLED = `
on:
  workflow_call:
    inputs: { app: { required: true }, api: {}, runs_on: { default: '["self-hosted", "small"]' } }
env: { API: "\${{ inputs.api }}" }
jobs:
  image:
    runs-on: \${{ fromJSON(inputs.runs_on) }}
    steps:
      - uses: actions/checkout@v4
        with: { ref: "\${{ github.sha }}" }
      - uses: somebody/else@v1
      - run: echo "\${{ inputs.app }} of \${{ github.repository }}"
`;

it('runs a workflow of another repository, and lists the run with its own title', async () => {
  const { octokit, place, url, id } = await tenant('acme');
  const platform = await tenant('platform');
  const tools = await fetch(`${running.url}/_control/installations/${platform.id}/repositories/tools`, {
    method: 'PUT',
    body: JSON.stringify({ public: true }),
  });
  const { clone_url: toolsUrl } = (await tools.json()) as { readonly clone_url: string };
  await fetch(`${running.url}/_control/installations/${id}/variables/API`, {
    method: 'PUT',
    body: JSON.stringify({ value: 'http://api' }),
  });
  await git('init', '--quiet');
  const called = await commit({ '.github/workflows/image.yml': CALLED }, 'tools');
  await git('push', '--quiet', toolsUrl, 'HEAD:main');
  const sha = await commit({ '.github/workflows/deploy.yml': CALLER }, 'w');
  await git('push', '--quiet', url, 'HEAD:main');
  const workflow = { ...place, workflow_id: 'deploy.yml' };
  await octokit.actions.createWorkflowDispatch({ ...workflow, ref: 'main', inputs: { app: 'shop' } });
  const [job] = [...running.github.store.jobs.values()];
  expect(job).toMatchObject({
    name: 'build / image',
    labels: ['self-hosted', 'small'],
    workflow: {
      called: { ref: 'platform/tools/.github/workflows/image.yml@refs/heads/main', sha: called },
      mayAskForToken: true,
      steps: [
        { kind: 'checkout', ref: sha },
        { kind: 'action', uses: 'somebody/else@v1' },
        { kind: 'run', run: 'echo "shop of acme/app"', env: { API: 'http://api' } },
      ],
    },
  });
  running.github.work.end(job?.id ?? 0, 'failure');
  const runs = await octokit.actions.listWorkflowRuns({ ...workflow, event: 'workflow_dispatch' });
  expect(runs.data).toMatchObject({
    total_count: 1,
    workflow_runs: [{ display_title: 'Deploy shop', status: 'completed', conclusion: 'failure', head_sha: sha }],
  });
  const route = 'GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs';
  expectToFit(compile(answerSchema(route, 200)), runs.data);
  await running.github.deliveries.settled();
  const told = running.sent.find(({ event }) => event === 'workflow_run')?.payload;
  expect(told).toMatchObject({ action: 'completed', workflow_run: { conclusion: 'failure' }, installation: { id } });
  expectToFit(compile(webhookSchema('workflow-run-completed')), told);
});
