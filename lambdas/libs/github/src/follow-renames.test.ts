import { scriptGitHub, type ScriptedAnswer } from '../test/scripted-github';
import { createGitHub } from './github';

const NOT_FOUND: ScriptedAnswer = { status: 404, body: { message: 'Not Found' } };
const ACCOUNT: ScriptedAnswer = { body: { id: 1001, account: { id: 501, login: 'acme-two' }, suspended_at: null } };
const CREATED: ScriptedAnswer = { status: 201, body: { runner: { id: 77 }, encoded_jit_config: 'Y29uZmln' } };
const ORG = { installationId: 1001, owner: 'acme', ownerId: 501, scope: 'org' } as const;
const REPOSITORY = { installationId: 1001, owner: 'jane', ownerId: 501, scope: 'jane/app', repoId: 9 } as const;
const JOB = { installationId: 1001, owner: 'acme', ownerId: 501, repo: 'app', repoId: 9 } as const;
const RUNNER = { name: 'test-i-1', labels: ['small'], runnerGroupId: 1 };

describe('an owner that was renamed a moment ago', () => {
  it('gets its runner under the login that GitHub has now', async () => {
    const { deps, calls } = scriptGitHub({ 'POST /orgs/acme/': NOT_FOUND, 'GET /app/installations/1001': ACCOUNT, 'POST /orgs/acme-two/': CREATED });
    await expect(createGitHub(deps).createJitConfig(ORG, RUNNER)).resolves.toMatchObject({ kind: 'created', runnerId: 77 });
    expect(calls.at(-1)?.call).toBe('POST /orgs/acme-two/actions/runners/generate-jitconfig');
  });

  it('has a runner deleted where it is now', async () => {
    const { deps } = scriptGitHub({ 'DELETE /orgs/acme/': NOT_FOUND, 'GET /orgs/acme/': NOT_FOUND, 'GET /app/installations/1001': ACCOUNT, 'DELETE /orgs/acme-two/': { status: 204 } });
    await expect(createGitHub(deps).deleteRunner(ORG, 77)).resolves.toEqual({ kind: 'deleted' });
  });

  it('stays refused where it has no other login', async () => {
    const { deps, calls } = scriptGitHub({ 'POST /orgs/acme/': NOT_FOUND, 'GET /app/installations/1001': { body: { id: 1001, account: { id: 501, login: 'ACME' } } } });
    await expect(createGitHub(deps).createJitConfig(ORG, RUNNER)).resolves.toMatchObject({ kind: 'refused', status: 404 });
    expect(calls.filter(({ call }) => call.startsWith('GET /app/'))).toHaveLength(1);
  });
});

describe('a repository that was renamed', () => {
  it('gets its runner under the name that its id has now', async () => {
    const { deps } = scriptGitHub({ 'POST /repos/jane/app/': NOT_FOUND, 'GET /repositories/9': { body: { id: 9, full_name: 'jane/site', owner: { id: 501 } } }, 'POST /repos/jane/site/': CREATED });
    await expect(createGitHub(deps).createJitConfig(REPOSITORY, RUNNER)).resolves.toMatchObject({ kind: 'created' });
  });

  it('has its job found, although another repository has its old name', async () => {
    const job = { body: { status: 'queued', conclusion: null, runner_name: null } };
    const { deps } = scriptGitHub({ 'GET /repos/acme/app/actions/jobs/7': NOT_FOUND, 'GET /repositories/9': { body: { id: 9, full_name: 'acme/site', owner: { id: 501 } } }, 'GET /repos/acme/site/actions/jobs/7': job });
    await expect(createGitHub(deps).getJob(JOB, 7)).resolves.toEqual({ kind: 'found', job: { status: 'queued' } });
  });

  it("has its job found under the owner's new login where its id was never written down", async () => {
    const job = { body: { status: 'queued', conclusion: null, runner_name: null } };
    const { deps } = scriptGitHub({
      'GET /repos/acme/': NOT_FOUND, 'GET /app/installations/1001': ACCOUNT, 'GET /repos/acme-two/app/actions/jobs/7': job, 'GET /repos/acme-two/app': { body: { id: 9, full_name: 'acme-two/app', owner: { id: 501 } } },
    });
    await expect(createGitHub(deps).getJob({ installationId: 1001, owner: 'acme', ownerId: 501, repo: 'app' }, 7)).resolves.toEqual({ kind: 'found', job: { status: 'queued' } });
  });
});

describe('another account', () => {
  it('is never followed to: an installation works for its own account alone', async () => {
    const { deps, calls } = scriptGitHub({ 'POST /orgs/globex/': NOT_FOUND, 'GET /app/installations/1001': ACCOUNT });
    await expect(createGitHub(deps).createJitConfig({ ...ORG, owner: 'globex', ownerId: 502 }, RUNNER)).resolves.toMatchObject({ kind: 'refused', status: 404 });
    expect(calls.map(({ call }) => call)).not.toContain('POST /orgs/acme-two/actions/runners/generate-jitconfig');
  });

  it('that has a public repository now proves nothing of a job that was queued before', async () => {
    const { deps } = scriptGitHub({ 'GET /repos/acme/app/actions/jobs/7': NOT_FOUND, 'GET /repositories/9': { body: { id: 9, full_name: 'globex/app', owner: { id: 502 } } } });
    await expect(createGitHub(deps).getJob(JOB, 7)).resolves.toMatchObject({ kind: 'refused', status: 404 });
  });
});

describe("a job's 404", () => {
  it('is believed where its repository can be seen', async () => {
    const { deps } = scriptGitHub({ 'GET /repos/acme/app/actions/jobs/7': NOT_FOUND, 'GET /repositories/9': { body: { id: 9, full_name: 'acme/app', owner: { id: 501 } } } });
    await expect(createGitHub(deps).getJob(JOB, 7)).resolves.toEqual({ kind: 'found' });
  });

  it('proves nothing where its repository was transferred or taken from the App', async () => {
    const { deps } = scriptGitHub({ 'GET /repos/acme/app/actions/jobs/7': NOT_FOUND, 'GET /repositories/9': NOT_FOUND });
    await expect(createGitHub(deps).getJob(JOB, 7)).resolves.toMatchObject({ kind: 'refused', status: 404 });
  });

  it('proves nothing while GitHub does not say whether its repository is there', async () => {
    const { deps } = scriptGitHub({ 'GET /repos/acme/app/actions/jobs/7': NOT_FOUND, 'GET /repositories/9': { status: 502 } });
    await expect(createGitHub(deps).getJob(JOB, 7)).resolves.toMatchObject({ kind: 'unavailable' });
  });
});
