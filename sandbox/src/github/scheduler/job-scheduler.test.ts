import { encodeJitConfig } from '../rest/jit-config';
import { runGitHub, type RunningGitHub } from '../../../test/running-github';

const LABELS = ['self-hosted', 'linux', 'x64', 'small'];
let running: RunningGitHub;
let installationId: number;
beforeEach(async () => {
  running = await runGitHub();
  installationId = running.github.install({ login: 'acme', type: 'Organization' })?.id ?? 0;
});
afterEach(() => running.close());

function registered(id = 7, labels = LABELS): string {
  const accountId = running.github.store.installations.get(installationId)?.account.id ?? 0;
  const config = encodeJitConfig({
    runnerId: id,
    name: `runner-${id}`,
    groupId: 1,
    gitHubUrl: 'https://github.com/acme',
    workFolder: '_work',
  });
  running.github.store.runners.set(id, {
    id,
    name: `runner-${id}`,
    accountId,
    labels,
    groupId: 1,
    status: 'offline',
    version: null,
    clientId: config.clientId,
    createdAt: 0,
  });
  return config.text;
}

const jobsSent = async (): Promise<readonly string[]> => {
  await running.github.deliveries.settled();
  return running.sent
    .filter((one) => one.event === 'workflow_job')
    .map((one) => {
      const { action, workflow_job: job } = running.sent[running.sent.indexOf(one)]?.payload as {
        action: string;
        workflow_job: { status: string };
      };
      return `${action}/${job.status}`;
    });
};

it('assigns a waiting job to a runner as it connects, ends it on time and removes the runner', async () => {
  const job = running.github.queue({ installationId, labels: LABELS, lengthMs: 20 });
  const session = running.github.work.connect(registered());
  expect(await session?.hasJob).toBe(job?.id);
  expect(await session?.ended).toEqual({ reason: 'job-ended', conclusion: 'success' });
  expect(running.github.store.runners.size).toBe(0);
  expect(await jobsSent()).toEqual(['queued/queued', 'in_progress/in_progress', 'completed/completed']);
});

it('assigns a new job to an idle runner', async () => {
  const session = running.github.work.connect(registered());
  const job = running.github.queue({ installationId, labels: LABELS, lengthMs: 0 });
  expect(await session?.hasJob).toBe(job?.id);
});

it('connects a registration once, and no forged one', () => {
  const config = registered();
  expect(running.github.work.connect(config)).toBeDefined();
  expect(running.github.work.connect(config)).toBeUndefined();
  registered(8);
  expect(
    running.github.work.connect(
      encodeJitConfig({ runnerId: 8, name: 'x', groupId: 1, gitHubUrl: '', workFolder: '' }).text,
    ),
  ).toBeUndefined();
  expect(running.github.work.connect('nonsense')).toBeUndefined();
});

it('announces a gated job as waiting, and as queued again when the gate opens', async () => {
  const job = running.github.queue({ installationId, labels: LABELS, gated: true });
  const session = running.github.work.connect(registered());
  expect(running.github.store.jobs.get(job?.id ?? 0)?.status).toBe('waiting');
  running.github.work.openGate(job?.id ?? 0);
  expect(await session?.hasJob).toBe(job?.id);
  expect(await jobsSent()).toEqual(['waiting/waiting', 'queued/waiting', 'queued/queued', 'in_progress/in_progress']);
});

it('announces a gate that shuts after the job was queued, and its opening with the first times', async () => {
  const job = running.github.queue({ installationId, labels: LABELS });
  running.github.work.shutGate(job?.id ?? 0);
  running.github.work.openGate(job?.id ?? 0);
  expect(await jobsSent()).toEqual(['queued/queued', 'waiting/waiting', 'queued/queued']);
  const [first, , second] = running.sent
    .filter((one) => one.event === 'workflow_job')
    .map(({ payload }) => payload['workflow_job']);
  expect(second).toEqual(first);
});

it('gives a job that names only a group any runner, and a public one none unless the group admits it', async () => {
  const session = running.github.work.connect(registered());
  const barred = running.github.queue({ installationId, labels: LABELS, repository: 'open', public: true });
  expect(running.github.store.jobs.get(barred?.id ?? 0)?.status).toBe('queued');
  const ofGroup = running.github.queue({ installationId, labels: [], lengthMs: null });
  expect(await session?.hasJob).toBe(ofGroup?.id);
  const other = running.github.work.connect(registered(8));
  const admitted = running.github.queue({
    installationId,
    labels: LABELS,
    repository: 'open',
    public: true,
    admitted: true,
  });
  expect(await other?.hasJob).toBe(admitted?.id);
});

it('fails the job of a runner that was lost, after a while', async () => {
  running.github.settings.lostRunnerMs = 20;
  const job = running.github.queue({ installationId, labels: LABELS, lengthMs: null });
  const session = running.github.work.connect(registered());
  session?.disconnect();
  expect(await session?.ended).toEqual({ reason: 'disconnected' });
  expect(running.github.store.runners.get(7)).toMatchObject({ status: 'offline', jobId: job?.id });
  while (running.github.store.runners.size > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(running.github.store.jobs.get(job?.id ?? 0)).toMatchObject({ status: 'completed', conclusion: 'failure' });
  expect(running.github.store.runners.size).toBe(0);
});

it('ends the session of a runner that is removed while idle', async () => {
  const session = running.github.work.connect(registered());
  expect(running.github.work.removeRunner(7)).toBe('removed');
  expect(await session?.ended).toEqual({ reason: 'removed' });
  expect(running.github.work.removeRunner(7)).toBe('unknown');
});

it('shows no runner, in the way of GitHub, on a job that was cancelled before it started', async () => {
  const job = running.github.queue({ installationId, labels: LABELS });
  running.github.work.end(job?.id ?? 0, 'cancelled');
  await running.github.deliveries.settled();
  expect(running.sent.at(-1)?.payload['workflow_job']).toMatchObject({
    conclusion: 'cancelled',
    runner_id: 0,
    runner_name: '',
    steps: [],
  });
});

it('says nothing but the suspension itself while an installation is suspended', async () => {
  await running.github.deliveries.settled();
  const before = running.sent.length;
  running.github.suspend(installationId);
  running.github.queue({ installationId, labels: LABELS });
  running.github.unsuspend(installationId);
  await running.github.deliveries.settled();
  expect(running.sent.slice(before).map((one) => one.payload['action'])).toEqual(['suspend', 'unsuspend']);
});

it('signs what it sends, with the headers of an App', async () => {
  const { verify } = await import('@octokit/webhooks-methods');
  running.github.queue({ installationId, labels: LABELS });
  await running.github.deliveries.settled();
  for (const { headers, body } of running.sent) {
    expect(await verify('the webhook secret', body, headers['X-Hub-Signature-256'] ?? '')).toBe(true);
    expect(headers).toMatchObject({
      'X-GitHub-Hook-Installation-Target-Type': 'integration',
      'X-GitHub-Hook-Installation-Target-ID': String(running.appId),
      'User-Agent': expect.stringMatching(/^GitHub-Hookshot\//),
    });
  }
});

it('assigns runners to jobs that the App cannot access, without a webhook', async () => {
  const running = await runGitHub();
  try {
    const labels = ['self-hosted', 'small'];
    const installation = running.github.install({ login: 'acme', type: 'Organization' });
    const hidden = running.github.queue({ installationId: installation?.id ?? 0, labels, hidden: true });
    expect(running.github.work.end(hidden?.id ?? 0, 'success')).toMatchObject({ status: 'completed' });
    await running.github.deliveries.settled();
    expect(running.sent.map((one) => one.event)).toEqual(['installation']);
  } finally {
    await running.close();
  }
});
