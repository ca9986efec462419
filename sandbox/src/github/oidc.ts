import { createSign, generateKeyPairSync, randomUUID } from 'node:crypto';
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
  ];
  const sign = (claims: object): string => {
    const head = [{ typ: 'JWT', alg: 'RS256', kid: KEY_ID }, claims];
    const text = head.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    return `${text}.${createSign('RSA-SHA256').update(text).sign(privateKey, 'base64url')}`;
  };
  return {
    handle: (call) => {
      const found = match(routes, call.method, call.path);
      return found === undefined ? { status: 404 } : found.route.handle({ ...call, params: found.params });
    },
    tokenOf: (job, { audience, event }) => {
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
    },
  };
}

/** Ids are strings, as in GitHub's own. */
function claimsOf({ store }: GitHub, job: Job, event: string) {
  const repository = store.repositories.get(job.repositoryId);
  const login = store.installations.get(job.installationId)?.account.login ?? '';
  const name = `${login}/${repository?.name ?? ''}`;
  const ref = `refs/heads/${headBranch(job)}`;
  const path = `${name}/${job.workflow?.path ?? '.github/workflows/build.yml'}@${ref}`;
  return {
    sub: `repo:${name}:ref:${ref}`,
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
    sha: headSha(job),
    workflow: job.workflow?.name ?? 'build',
    workflow_ref: path,
    workflow_sha: headSha(job),
    job_workflow_ref: path,
    job_workflow_sha: headSha(job),
    runner_environment: 'self-hosted',
  };
}
