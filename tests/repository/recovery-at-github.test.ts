import { createGitHub, createGitHubApp, createJobSearch } from '@multi-tenant-runner/github';
import { RECOVERY_SOURCE } from '@multi-tenant-runner/core';
import { createTestHarness, type TestHarness } from '@multi-tenant-runner/testing';
import { createHandler, type RecoveryReport } from '@multi-tenant-runner/recovery/handler';
import { runGitHub, type RunningGitHub } from '../../sandbox/test/running-github';

/** The recovery function with its real adapters, over HTTP against the sandbox's GitHub; only AWS is in memory. */
const LABELS = ['self-hosted', 'linux', 'x64', 'small'];
let answers: { status: number; body: string };
let running: RunningGitHub;
let harness: TestHarness;

beforeEach(async () => {
  answers = { status: 202, body: '' };
  running = await runGitHub(() => answers);
  harness = createTestHarness();
  harness.clock.set(new Date().toISOString());
});
afterEach(() => running.close());

function recover(): Promise<RecoveryReport> {
  const deps = {
    baseUrl: running.url,
    identity: async () => ({ appId: String(running.appId), privateKey: running.privateKey }),
    fetch,
    clock: harness.clock,
  };
  const handler = createHandler({
    ...harness,
    app: createGitHubApp(deps),
    search: createJobSearch(deps),
    github: createGitHub({ ...deps, purpose: 'housekeeping' }),
    bookmarks: harness.launches,
    tenants: harness.registry,
  });
  harness.clock.set(new Date().toISOString());
  return handler({ source: RECOVERY_SOURCE }, { awsRequestId: 'request-1', getRemainingTimeInMillis: () => 60_000 });
}

function install(login: string): number {
  const installation = running.github.install({ login, type: 'Organization' });
  if (installation === undefined) throw new Error('not installed');
  harness.addTenant({ installation_id: installation.id, org_name: login, account_id: installation.account.id });
  return installation.id;
}

test('a `queued` that failed is delivered again under its GUID, and not a third time', async () => {
  const id = install('acme');
  await running.github.deliveries.settled();
  answers = { status: 503, body: 'no' };
  const job = running.github.queue({ installationId: id, labels: LABELS });
  await running.github.deliveries.settled();
  answers = { status: 202, body: '' };
  expect(await recover()).toMatchObject({ redelivered: 1, failed: [] });
  await running.github.deliveries.settled();
  const told = running.sent.filter(
    ({ event, payload }) => event === 'workflow_job' && JSON.stringify(payload).includes(`"id":${job?.id}`),
  );
  expect(told).toHaveLength(2);
  expect(new Set(told.map(({ headers }) => headers['X-GitHub-Delivery'])).size).toBe(1);
  expect(await recover()).toMatchObject({ redelivered: 0 });
});

test('a job that was queued while its account was suspended is found once that is lifted', async () => {
  const id = install('acme');
  running.github.suspend(id);
  const job = running.github.queue({ installationId: id, labels: LABELS });
  expect(await recover()).toMatchObject({ failed: [] });
  expect(harness.state.queue.jobs).toEqual([]);
  running.github.unsuspend(id);
  harness.state.tenants.rows.set(id, { ...harness.state.tenants.rows.get(id), updated_at: new Date().toISOString() });
  await recover();
  expect(harness.state.queue.jobs).toMatchObject([
    { installationId: id, jobId: job?.id, owner: 'acme', repo: 'app', isPublic: false, tier: 'small' },
  ]);
});

test('an installation that nobody told of is announced, and one that is gone is given up', async () => {
  const known = install('acme');
  const gone = install('globex');
  install('initech');
  const lost = running.github.install({ login: 'hooli', type: 'Organization' });
  running.github.uninstall(gone);
  expect(await recover()).toMatchObject({ reconciled: 2, failed: [] });
  const events = harness.state.bus.published.map(({ lifecycle }) => ({
    action: lifecycle?.action,
    id: lifecycle?.installationId,
  }));
  expect(events).toEqual([
    { action: 'created', id: lost?.id },
    { action: 'deleted', id: gone },
  ]);
  expect(known).toBeGreaterThan(0);
});
