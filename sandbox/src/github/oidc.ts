import { createSign, generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { route, type Handler, type Route, match } from '../lib/http';
import type { GitHub } from './github';
import { headBranch, headSha } from './rest/representations';
import type { Job } from './state/model';

/** Where GitHub Enterprise Server has its provider; github.com's is a host of its own. */
export const OIDC_PREFIX = '/_services/token';

/** How long a token counts. */
const SECONDS = 300;
const KEY_ID = 'sandbox';

export interface Oidc {
  /** The documents that the tokens are checked with. */
  readonly handle: Handler;
  /** The token that a step of the job gets when it asks for one with that audience. */
  tokenOf(job: Job, asked: { readonly audience: string; readonly event: string }): string;
  /** Where a step of a job asks for it, and what it shows there. */
  requestOf(job: Job): TokenRequest;
}

export interface TokenRequest {
  readonly url: string;
  readonly token: string;
}

/**
 * GitHub's OpenID Connect provider of workflow jobs.
 * https://docs.github.com/en/actions/reference/security/oidc
 */
export function createOidc(github: GitHub, url: () => string): Oidc {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const issuer = (): string => `${url()}${OIDC_PREFIX}`;
  const key = { ...publicKey.export({ format: 'jwk' }), kid: KEY_ID, alg: 'RS256', use: 'sig' };
  const routes: readonly Route[] = [
    route('GET', `${OIDC_PREFIX}/.well-known/openid-configuration`, () => ({
      status: 200,
      body: {
        issuer: issuer(),
        jwks_uri: `${issuer()}/.well-known/jwks`,
        id_token_signing_alg_values_supported: ['RS256'],
        subject_types_supported: ['public', 'pairwise'],
        response_types_supported: ['id_token'],
      },
    })),
    route('GET', `${OIDC_PREFIX}/.well-known/jwks`, () => ({ status: 200, body: { keys: [key] } })),
    route('GET', `${OIDC_PREFIX}/jobs/{id}/idtoken`, (call) => {
      const job = github.store.jobs.get(Number(call.params['id']));
      const shown = /^bearer (\S+)$/i.exec(call.headers.authorization ?? '')?.[1];
      const isIts = job !== undefined && shown !== undefined && shown === requests.get(job.id);
      if (!isIts || job.status !== 'in_progress') return { status: 401, body: { message: 'Not authorized' } };
      const owner = github.store.installations.get(job.installationId)?.account.login ?? '';
      const audience = call.query.get('audience') ?? `https://github.com/${owner}`;
      return { status: 200, body: { value: tokenOf(job, { audience, event: job.workflow?.event ?? 'push' }) } };
    }),
  ];
  /** By job: what its steps show when they ask for a token. */
  const requests = new Map<number, string>();
  const sign = (claims: object): string => {
    const head = [{ typ: 'JWT', alg: 'RS256', kid: KEY_ID }, claims];
    const text = head.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    return `${text}.${createSign('RSA-SHA256').update(text).sign(privateKey, 'base64url')}`;
  };
  const tokenOf: Oidc['tokenOf'] = (job, { audience, event }) => {
    const now = Math.floor(github.clock() / 1000);
    return sign({
      ...claimsOf(github, job, event),
      iss: issuer(),
      aud: audience,
      jti: randomUUID(),
      nbf: now,
      iat: now,
      exp: now + SECONDS,
    });
  };
  return {
    handle: (call) => {
      const found = match(routes, call.method, call.path);
      return found === undefined ? { status: 404 } : found.route.handle({ ...call, params: found.params });
    },
    tokenOf,
    requestOf: ({ id }) => {
      const token = requests.get(id) ?? randomBytes(32).toString('base64url');
      requests.set(id, token);
      return { url: `${issuer()}/jobs/${id}/idtoken?api-version=2.0`, token };
    },
  };
}

/** Ids are strings, as in GitHub's own. */
function claimsOf({ store }: GitHub, job: Job, event: string) {
  const repository = store.repositories.get(job.repositoryId);
  const login = store.installations.get(job.installationId)?.account.login ?? '';
  const name = `${login}/${repository?.name ?? ''}`;
  const isPullRequest = event === 'pull_request';
  const ref = isPullRequest ? 'refs/pull/1/merge' : `refs/heads/${headBranch(job)}`;
  const path = `${name}/${job.workflow?.path ?? '.github/workflows/build.yml'}@${ref}`;
  return {
    sub: isPullRequest ? `repo:${name}:pull_request` : `repo:${name}:ref:${ref}`,
    repository: name,
    repository_id: String(job.repositoryId),
    repository_owner: login,
    repository_owner_id: String(job.accountId),
    repository_visibility: repository?.public === true ? 'public' : 'private',
    run_id: String(job.runId),
    run_attempt: '1',
    event_name: event,
    ref,
    ref_type: 'branch',
    ...(isPullRequest && { base_ref: headBranch(job), head_ref: 'a-change' }),
    sha: headSha(job),
    workflow: job.workflow?.name ?? 'build',
    workflow_ref: path,
    workflow_sha: headSha(job),
    job_workflow_ref: job.workflow?.called?.ref ?? path,
    job_workflow_sha: job.workflow?.called?.sha ?? headSha(job),
    runner_environment: 'self-hosted',
  };
}
