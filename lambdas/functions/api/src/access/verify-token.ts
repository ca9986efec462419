import { MINUTE, SECOND, isObject, type Clock } from '@multi-tenant-runner/core';
import { createRemoteJWKSet, customFetch, decodeJwt, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import type { Issuer } from './issuers';

export interface VerifiedToken {
  readonly issuer: Issuer;
  readonly claims: JWTPayload;
}

/** Answers undefined for a token that proves nothing; it throws where an issuer's keys can't be had. */
export type TokenVerifier = (token: string) => Promise<VerifiedToken | undefined>;

export interface VerifierDeps {
  readonly issuers: readonly Issuer[];
  readonly clock: Clock;
  readonly fetch: typeof fetch;
}

/** Keys of a pair alone: with a shared key whoever checks a token could make one. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
/** How far apart two clocks may be. */
const CLOCK_SKEW = 30;
const FETCH_TIMEOUT = 3 * SECOND;
/** A token with an unknown key fetches the keys again at most this often. */
const COOLDOWN = 30 * SECOND;
const KEYS_LIFETIME = 10 * MINUTE;

/** Checks signature, issuer, audience and times of tokens. Keys are fetched once and kept. */
export function createTokenVerifier({ issuers, clock, fetch }: VerifierDeps): TokenVerifier {
  const known = new Map(issuers.map((issuer) => [issuer.issuer, { issuer, keys: keysOf(issuer, fetch) }]));
  return async (token) => {
    const named = issuerNamedIn(token);
    const found = named === undefined ? undefined : known.get(named);
    if (found === undefined) return undefined;
    const { issuer } = found;
    const keys = await found.keys();
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer: issuer.issuer,
        audience: issuer.audience,
        algorithms: ALGORITHMS,
        requiredClaims: ['exp', 'sub'],
        clockTolerance: CLOCK_SKEW,
        currentDate: clock.now(),
      });
      return { issuer, claims: payload };
    } catch (error) {
      if (isAboutToken(error)) return undefined;
      throw error;
    }
  };
}

/** Of a token that nothing has checked yet: it only chooses the keys to check it with. */
function issuerNamedIn(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}

/** Everything but a failure to fetch the keys says something of the token. */
function isAboutToken(error: unknown): boolean {
  const code = isObject(error) || error instanceof Error ? Object(error).code : undefined;
  return typeof code === 'string' && code.startsWith('ERR_J') && code !== 'ERR_JWKS_TIMEOUT';
}

/** https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig */
function keysOf({ issuer }: Issuer, fetchDocument: typeof fetch): () => Promise<JWTVerifyGetKey> {
  let keys: Promise<JWTVerifyGetKey> | undefined;
  const discover = async (): Promise<JWTVerifyGetKey> => {
    const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const answer = await fetchDocument(url, { signal: AbortSignal.timeout(FETCH_TIMEOUT), redirect: 'error' });
    const document: unknown = answer.ok ? await answer.json() : undefined;
    const { issuer: itself, jwks_uri: address } = isObject(document) ? document : {};
    if (itself !== issuer || typeof address !== 'string')
      throw new Error(`${url} is not the configuration of that issuer.`);
    return createRemoteJWKSet(new URL(address), {
      timeoutDuration: FETCH_TIMEOUT,
      cooldownDuration: COOLDOWN,
      cacheMaxAge: KEYS_LIFETIME,
      [customFetch]: fetchDocument,
    });
  };
  return () =>
    (keys ??= discover().catch((error: unknown) => {
      keys = undefined;
      throw error;
    }));
}
