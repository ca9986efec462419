import { createCheckRuns } from '@multi-tenant-runner/github';
import { checkRunsContract } from '@multi-tenant-runner/testing';
import { runGitHub, type RunningGitHub } from '../../../test/running-github';
import { headSha } from './representations';

const LABELS = ['self-hosted', 'linux', 'x64', 'small'];
const { checks: _checks, ...WITHOUT } = {
  actions: 'read',
  checks: 'write',
  metadata: 'read',
  organization_self_hosted_runners: 'write',
} as const;
let running: RunningGitHub;
beforeEach(async () => (running = await runGitHub()));
afterEach(() => running.close());

/** The functions' own adapter, and a job of acme's. */
function prepare(permissions?: typeof WITHOUT) {
  const { github } = running;
  const acme = github.install({ login: 'acme', type: 'Organization', ...(permissions && { permissions }) });
  const globex = github.install({ login: 'globex', type: 'Organization' });
  const job = github.queue({ installationId: acme?.id ?? 0, labels: LABELS });
  if (acme === undefined || globex === undefined || job === undefined) throw new Error('The account is there already');
  const place = { installationId: acme.id, owner: 'acme', repo: 'app' };
  return {
    checkRuns: createCheckRuns({
      baseUrl: running.url,
      fetch,
      clock: { now: () => new Date() },
      timeout: 60_000,
      identity: async () => ({ appId: String(running.appId), privateKey: running.privateKey }),
    }),
    place,
    elsewhere: { ...place, installationId: globex.id },
    subject: { job: { jobId: job.id, runId: job.runId, workflow: 'build' }, headSha: headSha(job) },
    show: (checkId: number) => {
      const run = github.store.checkRuns.get(checkId);
      return { status: run?.status ?? 'none', title: run?.title ?? null };
    },
  };
}

describe('the adapter at the fake GitHub', () => checkRunsContract(async () => prepare()));

describe('a check', () => {
  const text = { title: 'It waits.', summary: 'It starts later.' } as const;
  const says = { ...text, status: 'queued' } as const;

  it('names its job, and fails no commit', async () => {
    const { checkRuns, place, subject } = prepare();
    await checkRuns.create(place, subject, { ...says, status: 'completed' });
    const [run] = running.github.store.checkRuns.values();
    expect(run).toMatchObject({ name: `build: job ${subject.job.jobId}`, conclusion: 'neutral' });
    expect(run?.detailsUrl).toMatch(
      new RegExp(`/acme/app/actions/runs/${subject.job.runId}/job/${subject.job.jobId}$`),
    );
  });

  it('is told that an installation has not granted it', async () => {
    const { checkRuns, place, subject } = prepare(WITHOUT);
    await expect(checkRuns.create(place, subject, says)).resolves.toEqual({ kind: 'not-granted' });
  });

  it('is told that the right was taken back, with a token from before', async () => {
    const { checkRuns, place, subject } = prepare();
    const made = await checkRuns.create(place, subject, says);
    const installation = running.github.store.installations.get(place.installationId);
    if (installation === undefined) throw new Error('The installation is gone');
    running.github.store.installations.set(installation.id, { ...installation, permissions: WITHOUT });
    for (const [secret, token] of running.github.store.tokens)
      running.github.store.tokens.set(secret, { ...token, permissions: WITHOUT });
    const checkId = made.kind === 'created' ? made.checkId : 0;
    await expect(checkRuns.update(place, checkId, text)).resolves.toEqual({ kind: 'not-granted' });
  });

  it('is told that a commit is gone, and that a repository is', async () => {
    const { checkRuns, place, subject } = prepare();
    const gone = { ...subject, headSha: 'f'.repeat(40) };
    await expect(checkRuns.create(place, gone, says)).resolves.toEqual({ kind: 'gone' });
    await expect(checkRuns.create({ ...place, repo: 'none' }, subject, says)).resolves.toEqual({ kind: 'gone' });
  });

  it('asks for a token that may do nothing else', async () => {
    const { checkRuns, place, subject } = prepare();
    await checkRuns.create(place, subject, says);
    expect([...running.github.store.tokens.values()].map(({ permissions }) => permissions)).toEqual([
      { checks: 'write' },
    ]);
  });
});
