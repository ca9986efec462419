import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { object, parse, whole } from './json';

/**
 * GitHub refuses a JWT that lives longer, and by its own clock one of the future: that is why it asks for an `iat` 60 seconds back.
 * https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app
 */
const LONGEST_LIFE = 600;

export type JwtVerdict = { readonly ok: true } | { readonly ok: false; readonly message: string };

export function publicKeyOf(pem: string): KeyObject {
  return createPublicKey(pem);
}

/** Judges an App's JWT as GitHub does: RS256 by the App's key, the right issuer, not expired, alive for ten minutes at most. */
export function judgeAppJwt(token: string, appId: number, key: KeyObject, now: number): JwtVerdict {
  const [head, claims, signature, rest] = token.split('.');
  if (!head || !claims || !signature || rest !== undefined) return refused('A JSON web token could not be decoded');
  const header = object(parse(Buffer.from(head, 'base64url')));
  const body = object(parse(Buffer.from(claims, 'base64url')));
  if (header?.['alg'] !== 'RS256' || body === undefined) return refused('A JSON web token could not be decoded');
  if (!verify('RSA-SHA256', Buffer.from(`${head}.${claims}`), key, Buffer.from(signature, 'base64url'))) {
    return refused('A JSON web token could not be decoded');
  }
  return judgeClaims(body, appId, Math.floor(now / 1000));
}

function judgeClaims(claims: Readonly<Record<string, unknown>>, appId: number, now: number): JwtVerdict {
  if (String(claims['iss']) !== String(appId)) return refused("'Issuer' claim ('iss') must be an Integer");
  const issued = whole(claims['iat']);
  const expires = whole(claims['exp']);
  if (issued === undefined || issued > now) {
    return refused("'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued");
  }
  if (expires === undefined || expires <= now) {
    return refused("'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires");
  }
  if (expires - now > LONGEST_LIFE) return refused("'Expiration time' claim ('exp') is too far in the future");
  return { ok: true };
}

function refused(message: string): JwtVerdict {
  return { ok: false, message };
}
