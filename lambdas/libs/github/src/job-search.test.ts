import type { JobSearch } from '@multi-tenant-runner/core';
import { scriptGitHub } from '../test/scripted-github';
import { createJobSearch } from './job-search';

const APP = { owner: 'acme', name: 'app' };
const RESET = Math.floor(Date.now() / 1_000) + 1_800;
const BUDGET = { 'x-ratelimit-limit': '5000', 'x-ratelimit-remaining': '4000', 'x-ratelimit-reset': String(RESET) };
const repository = (overrides: Record<string, unknown> = {}) => ({
  id: 9,
  name: 'app',
  private: true,
  visibility: 'private',
  archived: false,
  disabled: false,
  pushed_at: '2026-01-15T10:00:00Z',
  owner: { login: 'acme', id: 501, type: 'Organization' },
  ...overrides,
});

it('lists the installation’s repositories with its own token, and says what of its budget is left', async () => {
  const repositories = [
    repository(),
    repository({ name: 'old', archived: true, visibility: 'public', pushed_at: null }),
    { id: 3 },
  ];
  const { deps, calls } = scriptGitHub({
    'GET /installation/repositories': { body: { total_count: 3, repositories }, headers: BUDGET },
  });
  await expect(createJobSearch(deps).listRepositories(1001, 1)).resolves.toEqual({
    kind: 'found',
    more: false,
    budget: { limit: 5000, remaining: 4000, resetAt: new Date(RESET * 1_000) },
    repositories: [
      {
        owner: 'acme',
        ownerId: 501,
        ownerType: 'Organization',
        name: 'app',
        isPublic: false,
        id: 9,
        dormant: false,
        pushedAt: '2026-01-15T10:00:00Z',
      },
      { owner: 'acme', ownerId: 501, ownerType: 'Organization', name: 'old', isPublic: true, id: 9, dormant: true },
    ],
  });
  expect(calls).toEqual([
    { call: 'GET /installation/repositories?per_page=100&page=1', authorization: 'Bearer ghs_1' },
  ]);
});

it('lists the newest runs of any status, without a filter', async () => {
  const runs = [
    { id: 9, status: 'queued', created_at: '2026-01-15T10:00:00Z' },
    { id: 8, status: 'completed', created_at: '2026-01-15T09:00:00Z' },
    { id: 7, status: null },
    { status: 'queued' },
  ];
  const { deps, calls } = scriptGitHub({
    'GET /repos/acme/app/actions/runs': { body: { workflow_runs: runs }, headers: BUDGET },
  });
  await expect(createJobSearch(deps).listNewestRuns(1001, APP)).resolves.toEqual({
    kind: 'found',
    runs: [
      { runId: 9, isOpen: true, createdAt: '2026-01-15T10:00:00Z' },
      { runId: 8, isOpen: false, createdAt: '2026-01-15T09:00:00Z' },
      { runId: 7, isOpen: true },
    ],
    more: false,
    budget: { limit: 5000, remaining: 4000, resetAt: new Date(RESET * 1_000) },
  });
  expect(calls.map(({ call }) => call)).toEqual([
    'GET /repos/acme/app/actions/runs?per_page=100&exclude_pull_requests=true',
  ]);
  const full = { body: { workflow_runs: Array.from({ length: 100 }, (_, index) => ({ id: index + 1 })) } };
  const search = createJobSearch(scriptGitHub({ 'GET /repos/acme/app/actions/runs': full }).deps);
  await expect(search.listNewestRuns(1001, APP)).resolves.toMatchObject({ more: true });
});

it('lists the open runs of a status, page by page, as many as GitHub shows', async () => {
  const { deps, calls } = scriptGitHub({
    'GET /repos/acme/app/actions/runs': { body: { workflow_runs: [{ id: 7 }, { id: 8 }, {}] } },
  });
  await expect(createJobSearch(deps).listOpenRuns(1001, APP, { status: 'waiting', page: 2 })).resolves.toEqual({
    kind: 'found',
    runIds: [7, 8],
    more: false,
  });
  expect(calls[0]?.call).toContain('status=waiting&page=2&per_page=100');
  const full = { body: { workflow_runs: Array.from({ length: 100 }, (_, index) => ({ id: index + 1 })) } };
  const search = createJobSearch(scriptGitHub({ 'GET /repos/acme/app/actions/runs': full }).deps);
  await expect(search.listOpenRuns(1001, APP, { status: 'queued', page: 9 })).resolves.toMatchObject({ more: true });
  await expect(search.listOpenRuns(1001, APP, { status: 'queued', page: 10 })).resolves.toMatchObject({ more: false });
});

it('lists the queued jobs of a run, page by page, with the time from which they wait', async () => {
  const job = (id: number, status: string) => ({
    id,
    status,
    labels: ['self-hosted'],
    created_at: '2026-01-15T09:00:00Z',
    started_at: '2026-01-15T11:00:00Z',
  });
  const first = Array.from({ length: 100 }, (_, index) => job(index + 1, index === 0 ? 'queued' : 'in_progress'));
  const { deps } = scriptGitHub({
    'GET /repos/acme/app/actions/runs/7/jobs?filter=latest&per_page=100&page=1': { body: { jobs: first } },
    'GET /repos/acme/app/actions/runs/7/jobs?filter=latest&per_page=100&page=2': {
      body: { jobs: [job(101, 'waiting'), { ...job(102, 'queued'), head_sha: 'abc' }] },
    },
  });
  const found = (jobId: number) => ({ jobId, runId: 7, labels: ['self-hosted'], queuedAt: '2026-01-15T11:00:00.000Z' });
  await expect(createJobSearch(deps).listQueuedJobs(1001, APP, 7)).resolves.toEqual({
    kind: 'found',
    jobs: [found(1), { ...found(102), headSha: 'abc' }],
  });
});

it('replaces a token that GitHub refuses, once', async () => {
  let count = 0;
  const { deps, calls } = scriptGitHub({
    'GET /installation': () => ((count += 1) === 1 ? { status: 401, body: {} } : { body: { repositories: [] } }),
  });
  await expect(createJobSearch(deps).listRepositories(1001, 1)).resolves.toMatchObject({ kind: 'found' });
  expect(calls.map(({ authorization }) => authorization)).toEqual(['Bearer ghs_1', 'Bearer ghs_2']);
});

it.each<[string, unknown, (search: JobSearch) => Promise<unknown>]>([
  ['repositories', [], (search) => search.listRepositories(1001, 1)],
  ['newest runs', { workflow_runs: {} }, (search) => search.listNewestRuns(1001, APP)],
  ['open runs', {}, (search) => search.listOpenRuns(1001, APP, { status: 'queued', page: 1 })],
])('takes an answer of another form for none: %s', async (_what, body, ask) => {
  const search = createJobSearch(scriptGitHub({ 'GET /installation': { body }, 'GET /repos': { body } }).deps);
  await expect(ask(search)).resolves.toMatchObject({ kind: 'unavailable' });
});

it('tells a limit from a refusal', async () => {
  const { deps } = scriptGitHub({
    'GET /installation': {
      status: 403,
      body: { message: 'API rate limit exceeded' },
      headers: { ...BUDGET, 'x-ratelimit-remaining': '0' },
    },
    'GET /repos': { status: 403, body: { message: 'Resource not accessible by integration' }, headers: BUDGET },
  });
  const search = createJobSearch(deps);
  await expect(search.listRepositories(1001, 1)).resolves.toMatchObject({ kind: 'limited' });
  await expect(search.listQueuedJobs(1002, APP, 7)).resolves.toMatchObject({ kind: 'refused', status: 403 });
});

it('asks nothing more of an installation whose budget is down to what launches need', async () => {
  const { deps, calls } = scriptGitHub({
    'GET /installation': { body: { repositories: [] }, headers: { ...BUDGET, 'x-ratelimit-remaining': '400' } },
  });
  const search = createJobSearch(deps);
  await search.listRepositories(1001, 1);
  await expect(search.listRepositories(1001, 2)).resolves.toEqual({
    kind: 'limited',
    retryAt: new Date(RESET * 1_000),
  });
  await expect(search.listRepositories(1002, 1)).resolves.toMatchObject({ kind: 'found' });
  expect(calls).toHaveLength(2);
});
