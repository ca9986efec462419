import { sign } from 'node:crypto';
import { SECOND } from '@multi-tenant-runner/core';

/** Seconds. GitHub refuses what was issued in the future, and clocks differ. */
const ISSUED_BEFORE = 60;
/** Seconds. GitHub allows ten minutes, counted by its own clock. */
const LIFETIME = 10 * 60;

/**
 * As GitHub asks for it: issued 60 seconds ago, at most ten minutes ahead.
 * https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app
 */
export function appJwt(appId: string, privateKey: string, now: Date): { readonly jwt: string; readonly expiresAt: string } {
  const issuedAt = Math.floor(now.getTime() / SECOND) - ISSUED_BEFORE;
  const expires = issuedAt + LIFETIME;
  const signed = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode({ iat: issuedAt, exp: expires, iss: appId })}`;
  // A key that was stored as one line has its line breaks escaped.
  const signature = sign('RSA-SHA256', Buffer.from(signed), privateKey.replaceAll('\\n', '\n')).toString('base64url');
  return { jwt: `${signed}.${signature}`, expiresAt: new Date(expires * SECOND).toISOString() };
}

function encode(part: Readonly<Record<string, unknown>>): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
