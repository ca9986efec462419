import { createPublicKey, verify, type JsonWebKey } from 'node:crypto';
import { runGitHub, type RunningGitHub } from '../../test/running-github';
import { listen, type Listening } from '../lib/http';
import { scriptOf } from './job-scripts';
import { createOidc, OIDC_PREFIX, type Oidc } from './oidc';

let running: RunningGitHub;
let server: Listening;
let oidc: Oidc;
const url = (): string => `http://127.0.0.1:${server.port}`;
beforeEach(async () => {
  running = await runGitHub();
  oidc = createOidc(running.github, url);
  server = await listen(0, oidc.handle);
});
afterEach(async () => {
  await Promise.all([running.close(), server.close()]);
});

const LABELS = ['self-hosted'];
const WORKFLOW = {
  path: '.github/workflows/deploy.yml',
  name: 'Deploy',
  event: 'workflow_dispatch',
  branch: 'main',
  sha: 'a'.repeat(40),
  called: { ref: 'platform/tools/.github/workflows/image.yml@refs/heads/main', sha: 'b'.repeat(40) },
  mayAskForToken: true,
  steps: [{ kind: 'run', name: 'one', run: 'true', env: {} }],
} as const;

/** The environment of a job that runs. */
function environmentOf(
  workflow: typeof WORKFLOW | (Omit<typeof WORKFLOW, 'mayAskForToken'> & { mayAskForToken: false }),
) {
  const { github } = running;
  const installationId = github.install({ login: 'acme', type: 'Organization' })?.id ?? 0;
  const job = github.queue({ installationId, labels: LABELS, workflow });
  if (job === undefined) throw new Error('There is no job.');
  github.store.jobs.set(job.id, { ...job, status: 'in_progress' });
  return { id: job.id, env: scriptOf(github, oidc, url(), job.id)?.env ?? {} };
}

const ask = (env: Readonly<Record<string, string>>, token = env['ACTIONS_ID_TOKEN_REQUEST_TOKEN']) =>
  fetch(`${env['ACTIONS_ID_TOKEN_REQUEST_URL']}&audience=apps`, { headers: { authorization: `bearer ${token}` } });

async function isSigned(token: string): Promise<boolean> {
  const answer = await fetch(`${url()}${OIDC_PREFIX}/.well-known/jwks`);
  const { keys } = (await answer.json()) as { readonly keys: readonly JsonWebKey[] };
  const [head = '', claims = '', signature = ''] = token.split('.');
  const key = createPublicKey({ key: keys[0] ?? {}, format: 'jwk' });
  return verify('RSA-SHA256', Buffer.from(`${head}.${claims}`), key, Buffer.from(signature, 'base64url'));
}

it('gives a step the token of its job, signed, while the job runs', async () => {
  const { id, env } = environmentOf(WORKFLOW);
  const answer = await ask(env);
  const { value } = (await answer.json()) as { readonly value: string };
  expect(await isSigned(value)).toBe(true);
  expect(await isSigned(value.replace(/\..{10}/, '.AAAAAAAAAA'))).toBe(false);
  const payload: unknown = JSON.parse(Buffer.from(value.split('.')[1] ?? '', 'base64url').toString());
  expect(payload).toMatchObject({
    iss: `${url()}${OIDC_PREFIX}`,
    aud: 'apps',
    sub: 'repo:acme/app:ref:refs/heads/main',
    event_name: 'workflow_dispatch',
    ref: 'refs/heads/main',
    sha: 'a'.repeat(40),
    workflow_ref: 'acme/app/.github/workflows/deploy.yml@refs/heads/main',
    job_workflow_ref: 'platform/tools/.github/workflows/image.yml@refs/heads/main',
    job_workflow_sha: 'b'.repeat(40),
  });
  expect((await ask(env, 'another')).status).toBe(401);
  running.github.work.end(id, 'success');
  expect((await ask(env)).status).toBe(401);
});

it('gives none to a job without the permission', () => {
  const { env } = environmentOf({ ...WORKFLOW, mayAskForToken: false });
  expect(env).toMatchObject({ GITHUB_REPOSITORY: 'acme/app', GITHUB_SHA: 'a'.repeat(40) });
  expect(Object.keys(env).filter((name) => name.startsWith('ACTIONS_'))).toEqual([]);
});
