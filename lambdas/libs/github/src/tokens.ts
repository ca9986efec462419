import { createAppAuth } from '@octokit/auth-app';
import { MINUTE, plus, type Clock, type GitHubFailure } from '@multi-tenant-runner/core';
import { appJwt } from './app-jwt';
import { parseFailure } from './read-failure';
import type { Requests } from './requests';

/** What a token may be used for. Every token is restricted to this, whatever other permissions the App has. */
export type TokenScope =
  /** Runners of an organisation. */
  | { readonly kind: 'organization' }
  /** Runners of one repository of a user account: GitHub requires `administration` there, so only for that one. */
  | ({ readonly kind: 'repository' } & TokenRepository)
  /** Only reading jobs. */
  | { readonly kind: 'jobs' }
  /** Only checks on commits. */
  | { readonly kind: 'checks' }
  /** Of one repository: its contents, the runs of its workflows, its deployments, or its pull requests. */
  | ({ readonly kind: 'contents' | 'workflows' | 'deployments' | 'pulls' } & TokenRepository);

/** The id wins: the name may have changed since it was stored. */
export interface TokenRepository {
  readonly repository: string;
  readonly repoId?: number;
}

export type TokenAnswer = { readonly kind: 'token'; readonly token: string } | GitHubFailure;

export interface AppIdentity {
  readonly appId: string;
  /** PEM. */
  readonly privateKey: string;
}

export interface Tokens {
  get(installationId: number, scope: TokenScope): Promise<TokenAnswer>;
  /** The scope of a cached token that may read the repository's jobs. */
  peek(installationId: number, repository: TokenRepository): TokenScope | undefined;
  /** Drops a token that GitHub refused, but keeps a newer one. */
  drop(installationId: number, scope: TokenScope, token: string): void;
  /** A JWT of the App itself. */
  asApp(): Promise<string>;
}

export interface TokensDeps {
  readonly identity: () => Promise<AppIdentity>;
  readonly requests: Requests;
  readonly clock: Clock;
}

/** Tokens live for an hour; a call must be able to finish with the token that it started with. */
const LIFETIME = 55 * MINUTE;
/** Beyond this many entries a container removes expired tokens. */
const ROOM = 500;
const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
/** Caches tokens in memory by installation and scope; any other store would only keep secrets for longer. */
const NO_CACHE = { get: () => '', set: () => undefined };

export function createTokens({ identity, requests, clock }: TokensDeps): Tokens {
  const kept = new Map<string, { readonly answer: Promise<TokenAnswer>; readonly until: Date; token?: string }>();
  const fresh = (key: string): { readonly answer: Promise<TokenAnswer>; token?: string } | undefined => {
    const entry = kept.get(key);
    return entry !== undefined && entry.until > clock.now() ? entry : undefined;
  };
  const authenticate = async () => {
    const { appId, privateKey } = await identity();
    const createJwt = async (): Promise<{ readonly jwt: string; readonly expiresAt: string }> =>
      appJwt(appId, privateKey, clock.now());
    return createAppAuth({ appId, createJwt, request: requests.plain(), cache: NO_CACHE, log: SILENT });
  };

  const mint = async (installationId: number, scope: TokenScope): Promise<TokenAnswer> => {
    const auth = await authenticate();
    try {
      const { token } = await auth({ type: 'installation', installationId, refresh: true, ...narrow(scope) });
      return { kind: 'token', token };
    } catch (error) {
      return parseFailure(error, clock.now());
    }
  };
  const keep = (key: string, answer: Promise<TokenAnswer>): Promise<TokenAnswer> => {
    if (kept.size >= ROOM) for (const [old, entry] of kept) if (entry.until <= clock.now()) kept.delete(old);
    const entry: { readonly answer: Promise<TokenAnswer>; readonly until: Date; token?: string } = {
      answer,
      until: plus(clock.now(), LIFETIME),
    };
    kept.set(key, entry);
    const forget = (): void => {
      if (kept.get(key) === entry) kept.delete(key);
    };
    answer.then((result) => (result.kind === 'token' ? (entry.token = result.token) : forget()), forget);
    return answer;
  };

  return {
    // Concurrent callers share one request.
    get: (installationId, scope) => {
      const key = keyOf(installationId, scope);
      return fresh(key)?.answer ?? keep(key, mint(installationId, scope));
    },
    peek: (installationId, repository) => {
      const scopes: readonly TokenScope[] = [{ kind: 'organization' }, { kind: 'repository', ...repository }];
      return scopes.find((scope) => fresh(keyOf(installationId, scope))?.token !== undefined);
    },
    drop: (installationId, scope, token) => {
      const key = keyOf(installationId, scope);
      if (kept.get(key)?.token === token) kept.delete(key);
    },
    asApp: async () => (await (await authenticate())({ type: 'app' })).token,
  };
}

function keyOf(installationId: number, scope: TokenScope): string {
  return (
    `${installationId} ${scope.kind} ` +
    `${'repository' in scope ? (scope.repoId ?? scope.repository.toLowerCase()) : ''}`
  );
}

function narrow(scope: TokenScope) {
  const actions = 'read' as const;
  if (scope.kind === 'organization')
    return { permissions: { organization_self_hosted_runners: 'write', actions } } as const;
  if (scope.kind === 'checks') return { permissions: { checks: 'write' } } as const;
  if (scope.kind === 'jobs') return { permissions: { actions } } as const;
  const permissions = {
    repository: { administration: 'write', actions },
    contents: { contents: 'read' },
    workflows: { actions: 'write' },
    deployments: { deployments: 'write' },
    pulls: { pull_requests: 'read' },
  }[scope.kind];
  if (scope.repoId !== undefined) return { permissions, repositoryIds: [scope.repoId] };
  const name = scope.repository.split('/').at(-1) ?? scope.repository;
  return { permissions, repositoryNames: [name] };
}
