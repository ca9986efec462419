import { INSTALLATION } from '@multi-tenant-runner/testing';
import { SignJWT, exportJWK, generateKeyPair, type JWTPayload } from 'jose';
import type { Issuer } from '../src/access/issuers';

export const CLAIMS_ISSUER: Issuer = {
  issuer: 'https://login.example.test',
  audience: 'runners',
  kind: 'claims',
  tenantClaim: 'tenant_id',
  roleClaim: 'role',
};
export const GITHUB_ISSUER: Issuer = {
  ...CLAIMS_ISSUER,
  issuer: 'https://token.actions.githubusercontent.com',
  audience: 'https://runners.example.test',
  kind: 'github',
};

export interface SignOptions {
  /** Seconds since 1970; `null` leaves it out. */
  readonly expires?: number | null;
  readonly keyId?: string;
}

/** Issuers with keys of their own, and the documents that they publish. */
export interface TestIssuers {
  readonly fetch: typeof fetch;
  /** The addresses that were fetched, in order. */
  readonly fetched: readonly string[];
  sign(claims: JWTPayload, options?: SignOptions): Promise<string>;
  /** Signs with a key that no issuer publishes. */
  forge(claims: JWTPayload): Promise<string>;
  /** The issuers answer nothing from now on. */
  stop(): void;
}

/** Made once: a key takes longer than all else that a test does. */
const PAIRS = Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256')]);

export async function createTestIssuers(now: Date): Promise<TestIssuers> {
  const [{ publicKey, privateKey }, stranger] = await PAIRS;
  const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256', use: 'sig' }] };
  const fetched: string[] = [];
  const soon = Math.floor(now.getTime() / 1000) + 300;
  let isUp = true;
  const signed = (claims: JWTPayload, key: typeof privateKey, { expires = soon, keyId = 'one' }: SignOptions = {}) => {
    const token = new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: keyId });
    return (expires === null ? token : token.setExpirationTime(expires)).sign(key);
  };
  return {
    fetched,
    fetch: async (input) => {
      const url = new URL(input instanceof Request ? input.url : input);
      fetched.push(url.href);
      if (!isUp) return new Response('', { status: 503 });
      if (url.pathname === '/keys') return Response.json(keys);
      return Response.json({ issuer: url.origin, jwks_uri: `${url.origin}/keys` });
    },
    sign: (claims, options) => signed(claims, privateKey, options),
    forge: (claims) => signed(claims, stranger.privateKey),
    stop: () => {
      isUp = false;
    },
  };
}

export function claims(more: Readonly<Record<string, unknown>> = {}, installationId = INSTALLATION) {
  const { issuer: iss, audience: aud } = CLAIMS_ISSUER;
  return { iss, aud, sub: 'jane', tenant_id: String(installationId), role: 'tenant-viewer', ...more };
}

/** https://docs.github.com/en/actions/reference/security/oidc */
export function jobClaims(more: Readonly<Record<string, unknown>> = {}) {
  const { issuer: iss, audience: aud } = GITHUB_ISSUER;
  return {
    iss,
    aud,
    sub: 'repo:acme/app:ref:refs/heads/main',
    repository: 'acme/app',
    repository_id: '74',
    repository_owner: 'acme',
    repository_owner_id: '501',
    ref: 'refs/heads/main',
    event_name: 'push',
    ...more,
  };
}
