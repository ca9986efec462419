import { createAppGitHub } from '@multi-tenant-runner/github';
import { pullRequestsContract, type PullSide } from '@multi-tenant-runner/testing';
import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from '@octokit/rest';
import { answerSchema, compile, expectToFit, webhookSchema } from '../../../test/description';
import { createWorkTree, type WorkTree } from '../../../test/work-tree';
import { runGitHub, type RunningGitHub } from '../../../test/running-github';

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const PERMISSIONS = { contents: 'read', metadata: 'read', pull_requests: 'read' } as const;
const URL_OF = { own: 'acme', fork: 'mallory' } as const;
let running: RunningGitHub;
let tree: WorkTree;
beforeEach(async () => {
  running = await runGitHub();
  tree = await createWorkTree();
});
afterEach(async () => {
  await running.close();
  tree.remove();
});

async function control<T>(method: string, path: string, body?: object): Promise<T> {
  const answer = await fetch(`${running.url}/_control/installations/${path}`, {
    method,
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${answer.status} ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

interface Made {
  readonly id: number;
  readonly clone_url: string;
}

/** acme's repository with two branches, and a fork of mallory's, who has not installed the App. */
async function prepare(permissions: Readonly<Record<string, 'read'>> = PERMISSIONS) {
  const id = running.github.install({ login: 'acme', type: 'Organization', permissions })?.id ?? 0;
  const app = await control<Made>('PUT', `${id}/repositories/app`, { public: true });
  const first = await tree.commit();
  await tree.push(app.clone_url, 'HEAD:main', 'HEAD:next');
  const base = `${id}/repositories/app`;
  const fork = await control<Made>('POST', `${base}/forks`, { login: 'mallory' });
  const urls = { own: app.clone_url, fork: fork.clone_url };
  const heard = async () => {
    await running.github.deliveries.settled();
    return running.sent.filter(({ event }) => event === 'pull_request').map(({ payload }) => payload);
  };
  return {
    id,
    urls,
    first,
    fork,
    heard,
    github: createAppGitHub({
      baseUrl: running.url,
      fetch,
      clock: { now: () => new Date() },
      timeout: 60_000,
      identity: async () => ({ appId: String(running.appId), privateKey: running.privateKey }),
    }),
    place: { installationId: id, repository: 'acme/app', repoId: app.id },
    push: async (branch: string, side: PullSide = 'own') => {
      const commit = await tree.commit();
      await tree.push(urls[side], `HEAD:refs/heads/${branch}`);
      return commit;
    },
    merge: (branch: string) => tree.push(urls.own, `HEAD:main`).then(() => expect(branch).toBe('feature')),
    deleteBranch: (branch: string) => tree.push(urls.own, `:refs/heads/${branch}`),
    deleteFork: () => control<void>('DELETE', `${base}/forks/mallory`),
    open: async (branch: string, { side = 'own', base: into = 'main' }: { side?: PullSide; base?: string } = {}) => {
      const head = side === 'own' ? branch : `${URL_OF[side]}:${branch}`;
      return (await control<{ readonly number: number }>('POST', `${base}/pulls`, { head, base: into })).number;
    },
    change: (number: number, to: object) => control<void>('PATCH', `${base}/pulls/${number}`, to),
  };
}

describe('the adapter at the fake GitHub', () => pullRequestsContract(() => prepare()));

it('fits what GitHub describes, in each event and each answer', async () => {
  const under = await prepare();
  await under.push('feature');
  const number = await under.open('feature');
  await under.push('feature');
  await under.change(number, { base: 'next' });
  await under.change(number, { state: 'closed' });
  await under.change(number, { state: 'open' });
  const heard = await under.heard();
  expect(heard.map(({ action }) => action)).toEqual(['opened', 'synchronize', 'edited', 'closed', 'reopened']);
  for (const payload of heard)
    expectToFit(compile(webhookSchema(`pull-request-${String(payload['action'])}`)), payload);
  expect(heard[2]).toMatchObject({ changes: { base: { ref: { from: 'main' }, sha: { from: under.first } } } });
  const auth = { appId: running.appId, privateKey: running.privateKey, installationId: under.id };
  const octokit = new Octokit({ log, baseUrl: running.url, authStrategy: createAppAuth, auth });
  const acme = { owner: 'acme', repo: 'app' };
  const { data } = await octokit.pulls.get({ ...acme, pull_number: number });
  expectToFit(compile(answerSchema('GET /repos/{owner}/{repo}/pulls/{pull_number}', 200)), data);
  expect(data).toMatchObject({ state: 'open', merged: false, head: { ref: 'feature', label: 'acme:feature' } });
  const list = await octokit.pulls.list({ ...acme, head: 'acme:feature', base: 'next' });
  expectToFit(compile(answerSchema('GET /repos/{owner}/{repo}/pulls', 200)), list.data);
  expect(list.data.map((one) => one.number)).toEqual([number]);
  expect((await octokit.pulls.list({ ...acme, state: 'closed' })).data).toEqual([]);
});

it('says that one was merged, which does not come back', async () => {
  const under = await prepare();
  await under.push('feature');
  const number = await under.open('feature');
  await under.merge('feature');
  const [, closed] = await under.heard();
  expect(closed).toMatchObject({ action: 'closed', pull_request: { merged: true, state: 'closed' } });
  await expect(under.change(number, { state: 'open' })).rejects.toThrow(/was merged/);
});

it('opens none without a commit of its own, no second of a branch, and none of a stranger’s repository', async () => {
  const under = await prepare();
  await under.push('feature');
  await under.open('feature');
  await expect(under.open('feature')).rejects.toThrow(/already exists for acme:feature/);
  await expect(under.open('next')).rejects.toThrow(/No commits between main and next/);
  await expect(under.open('nowhere')).rejects.toThrow(/head is invalid/);
  await expect(under.open('feature', { base: 'nowhere' })).rejects.toThrow(/base is invalid/);
  await expect(control('POST', `${under.id}/repositories/app/pulls`, { head: 'globex:main' })).rejects.toThrow(/head/);
});

it('does not open one again whose branch was forced elsewhere meanwhile', async () => {
  const under = await prepare();
  await under.push('feature');
  const number = await under.open('feature');
  await under.change(number, { state: 'closed' });
  await tree.amend();
  await tree.push(under.urls.own, '+HEAD:feature');
  await expect(under.change(number, { state: 'open' })).rejects.toThrow(/force-pushed or recreated/);
});

it('lets a fork’s owner change the fork alone, and gives its commit to who may read the pull request', async () => {
  const under = await prepare();
  const { github, place, urls } = under;
  const commit = await under.push('main', 'fork');
  const theirs = urls.own.replace(/git:[^@]+/, /git:[^@]+/.exec(urls.fork)?.[0] ?? '');
  await expect(tree.push(theirs, 'HEAD:main')).rejects.toThrow();
  expect(await github.archive(place, commit, 1_000_000)).toMatchObject({ kind: 'refused', status: 404 });
  const number = await under.open('main', { side: 'fork' });
  expect(await tree.list(urls.own)).toContain(`${commit}\trefs/pull/${number}/head`);
  expect(await github.archive(place, commit, 1_000_000)).toMatchObject({ kind: 'archive' });
  const asFork = { ...place, repository: 'mallory/app', repoId: under.fork.id };
  expect(await github.pull(asFork, number)).not.toMatchObject({ kind: 'found' });
  // Nobody writes a pull request's reference, its own repository's people neither.
  for (const url of [urls.own, theirs])
    await expect(tree.push(url, `+HEAD:refs/pull/${number}/head`)).rejects.toThrow();
  const [opened] = await under.heard();
  expect(opened).toMatchObject({ pull_request: { head: { label: 'mallory:main', repo: { fork: true } } } });
  expect(running.sent.filter(({ payload }) => JSON.stringify([payload['repository']]).includes('mallory'))).toEqual([]);
});

it('is neither shown nor told to an App that may not read pull requests', async () => {
  const { contents, metadata } = PERMISSIONS;
  const under = await prepare({ contents, metadata });
  await under.push('feature');
  const number = await under.open('feature');
  expect(await under.heard()).toEqual([]);
  expect(await under.github.pull(under.place, number)).toMatchObject({ kind: 'refused' });
});
