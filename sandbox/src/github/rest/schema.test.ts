import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from '@octokit/rest';
import { answerSchema, at, compile, expectToFit, webhookSchema } from '../../../test/description';
import type { Job } from '../state/model';
import { headSha } from './representations';
import { runGitHub, type RunningGitHub } from '../../../test/running-github';

const LABELS = ['self-hosted', 'linux', 'x64', 'small'];
const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
let running: RunningGitHub;
beforeAll(async () => (running = await runGitHub()));
afterAll(() => running.close());

const shaOf = (job: Job | undefined): string => (job === undefined ? '' : headSha(job));

describe('answers fit what GitHub describes', () => {
  const routes: readonly [string, number, boolean][] = [
    ['GET /app', 200, true],
    ['GET /app/installations', 200, true],
    ['GET /app/installations/{installation_id}', 200, true],
    ['POST /app/installations/{installation_id}/access_tokens', 201, true],
    ['GET /app/hook/config', 200, true],
    ['GET /app/hook/deliveries', 200, true],
    ['GET /app/hook/deliveries/{delivery_id}', 200, true],
    ['POST /app/hook/deliveries/{delivery_id}/attempts', 202, true],
    ['POST /orgs/{org}/actions/runners/generate-jitconfig', 201, false],
    ['GET /orgs/{org}/actions/runners', 200, false],
    ['GET /orgs/{org}/actions/runners/{runner_id}', 200, false],
    ['POST /repos/{owner}/{repo}/actions/runners/generate-jitconfig', 201, false],
    ['GET /repos/{owner}/{repo}/actions/runners', 200, false],
    ['GET /repos/{owner}/{repo}/actions/runners/{runner_id}', 200, false],
    ['GET /repos/{owner}/{repo}/actions/jobs/{job_id}', 200, false],
    ['GET /repos/{owner}/{repo}/releases', 200, false],
    ['GET /installation/repositories', 200, false],
    ['GET /orgs/{org}/actions/runner-groups', 200, false],
    ['GET /repos/{owner}/{repo}', 200, false],
    ['GET /repos/{owner}/{repo}/actions/runs', 200, false],
    ['GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs', 200, false],
    ['POST /repos/{owner}/{repo}/check-runs', 201, false],
    ['GET /repos/{owner}/{repo}/commits/{ref}/check-runs', 200, false],
    ['POST /orgs/{org}/actions/runners/generate-jitconfig', 409, false],
    ['GET /app/installations/{installation_id}', 404, true],
  ];

  it.each(routes)('%s %i', async (route, status, byApp) => {
    const { github } = running;
    const installation = github.install({
      login: `acme-${route.length}-${status}-${Math.random()}`,
      type: 'Organization',
    });
    const org = installation?.account.login ?? '';
    const id = installation?.id ?? 0;
    const job = github.queue({ installationId: id, labels: LABELS });
    await github.deliveries.settled();
    const auth = { appId: running.appId, privateKey: running.privateKey, ...(!byApp && { installationId: id }) };
    const octokit = new Octokit({ log, baseUrl: running.url, authStrategy: createAppAuth, auth });
    const runner = { name: 'one', runner_group_id: 1, labels: LABELS };
    const registers = route.includes('generate-jitconfig') && status === 201;
    const owner = route.includes('/repos/') ? { owner: org, repo: 'app' } : { org };
    const base = route.includes('/repos/') ? '/repos/{owner}/{repo}' : '/orgs/{org}';
    const made =
      byApp || registers
        ? undefined
        : await octokit.request(`POST ${base}/actions/runners/generate-jitconfig`, { ...owner, ...runner });
    const parameters = {
      ...(route.endsWith('/releases') ? { owner: 'actions', repo: 'runner' } : owner),
      ...(route.includes('generate-jitconfig') && runner),
      runner_id: at(made?.data, 'runner', 'id'),
      job_id: job?.id ?? 0,
      run_id: job?.runId ?? 0,
      installation_id: status === 404 ? 1 : id,
      delivery_id: github.deliveries.list()[0]?.id ?? 0,
      ...(route.endsWith('check-runs') && { name: 'why', head_sha: shaOf(job), ref: shaOf(job) }),
    };
    const answer = await octokit
      .request(route, parameters)
      .catch((error: { status: number; response: { data: unknown } }) => ({
        status: error.status,
        data: error.response.data,
      }));
    expect(answer.status).toBe(status);
    expectToFit(compile(answerSchema(route, status)), answer.data);
  });
});

it('makes an App of a manifest, whose code works once', async () => {
  const redirect = 'http://127.0.0.1:1/created';
  const manifest = {
    name: 'Mine',
    url: 'https://example.com',
    redirect_url: redirect,
    default_events: ['workflow_job'],
  };
  const register = (body: string): Promise<Response> =>
    fetch(`${running.url}/organizations/acme/settings/apps/new?state=s`, { method: 'POST', body, redirect: 'manual' });
  expect((await register('manifest=%7B%7D')).status).toBe(422);
  const back = new URL(
    (await register(`manifest=${encodeURIComponent(JSON.stringify(manifest))}`)).headers.get('location') ?? '',
  );
  expect(back.href.startsWith(`${redirect}?`)).toBe(true);
  expect(back.searchParams.get('state')).toBe('s');
  const convert = (): Promise<Response> =>
    fetch(`${running.url}/app-manifests/${back.searchParams.get('code')}/conversions`, { method: 'POST' });
  const made = await convert();
  expect(made.status).toBe(201);
  const app: unknown = await made.json();
  expectToFit(compile(answerSchema('POST /app-manifests/{code}/conversions', 201)), app);
  expect(app).toMatchObject({ slug: 'mine', events: ['workflow_job'], pem: expect.stringContaining('PRIVATE KEY') });
  expect((await convert()).status).toBe(404);
});

describe('webhooks fit what GitHub describes', () => {
  const WEBHOOKS: readonly [string, string][] = [
    ['installation', 'created'],
    ['installation', 'suspend'],
    ['installation', 'unsuspend'],
    ['installation', 'deleted'],
    ['installation', 'new_permissions_accepted'],
    ['installation_target', 'renamed'],
    ['workflow_job', 'waiting'],
    ['workflow_job', 'queued'],
    ['workflow_job', 'in_progress'],
    ['workflow_job', 'completed'],
  ];

  beforeAll(async () => {
    const { github } = running;
    for (const type of ['Organization', 'User'] as const) {
      const { id } = github.install({ login: `life-${type}`, type }) ?? { id: 0 };
      github.rename(id, `renamed-${type}`);
      github.acceptPermissions(id);
      github.suspend(id);
      github.unsuspend(id);
      const gated = github.queue({ installationId: id, labels: LABELS, gated: true });
      github.work.openGate(gated?.id ?? 0);
      github.work.end(gated?.id ?? 0, 'cancelled');
      const run = github.queue({ installationId: id, labels: LABELS, lengthMs: 0 });
      if (run !== undefined) startByHand(run.id);
      github.uninstall(id);
    }
    await github.deliveries.settled();
  });

  function startByHand(jobId: number): void {
    const { github } = running;
    const job = github.store.jobs.get(jobId);
    if (job === undefined) return;
    const name = `runner-of-${jobId}`;
    github.store.runners.set(jobId, {
      id: jobId,
      name,
      accountId: job.accountId,
      labels: LABELS,
      groupId: 1,
      status: 'online',
      version: '2',
      clientId: name,
      createdAt: 0,
    });
    github.queue({ installationId: job.installationId, labels: LABELS, lengthMs: null });
  }

  it.each(WEBHOOKS)('%s %s', (event, action) => {
    const name = `${event}-${action}`.replaceAll('_', '-');
    const check = compile(webhookSchema(name));
    const ours = running.sent.filter((one) => one.event === event && one.payload['action'] === action);
    expect(ours.length).toBeGreaterThan(0);
    for (const one of ours) expectToFit(check, one.payload);
  });
});
