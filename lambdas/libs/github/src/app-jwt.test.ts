import { generateKeyPairSync, verify } from 'node:crypto';
import { MINUTE } from '@multi-tenant-runner/core';
import { appJwt } from './app-jwt';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const NOW = new Date('2026-01-15T12:00:00.000Z');
const seconds = NOW.getTime() / 1_000;

function claims(jwt: string): Record<string, unknown> {
  const parsed: unknown = JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString());
  return Object.fromEntries(Object.entries(Object(parsed)));
}

describe("the App's JWT", () => {
  it('is issued 60 seconds back, so that GitHub takes it from a clock that is a minute fast', () => {
    const { jwt } = appJwt('4711', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), NOW);
    expect(claims(jwt)).toEqual({ iss: '4711', iat: seconds - 60, exp: seconds + 540 });
  });

  it('lives no longer than the ten minutes that GitHub allows', () => {
    const { expiresAt } = appJwt('4711', privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(), NOW);
    expect(Date.parse(expiresAt) - NOW.getTime()).toBeLessThan(10 * MINUTE);
  });

  it('is signed with a key that was stored as one line too', () => {
    const pem = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString().replaceAll('\n', '\\n');
    const [head = '', body = '', signature = ''] = appJwt('4711', pem, NOW).jwt.split('.');
    expect(verify('RSA-SHA256', Buffer.from(`${head}.${body}`), publicKey, Buffer.from(signature, 'base64url'))).toBe(true);
  });
});
