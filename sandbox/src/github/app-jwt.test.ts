import { createHmac, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { judgeAppJwt } from './app-jwt';

const NOW = 1_700_000_000;
const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs1', format: 'pem' } });
const segment = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function token(claims: Record<string, unknown>, header: Record<string, unknown> = { alg: 'RS256', typ: 'JWT' }): string {
  const body = `${segment(header)}.${segment(claims)}`;
  return `${body}.${sign('RSA-SHA256', Buffer.from(body), privateKey).toString('base64url')}`;
}

const judge = (jwt: string) => judgeAppJwt(jwt, 42, createPublicKey(publicKey), NOW * 1000);
const good = { iss: '42', iat: NOW - 60, exp: NOW + 540 };

it('takes a JWT of the App, with its id as text or number', () => {
  expect(judge(token(good))).toEqual({ ok: true });
  expect(judge(token({ ...good, iss: 42 }))).toEqual({ ok: true });
});

it.each<[string, Record<string, unknown>]>([
  ['another issuer', { ...good, iss: 43 }],
  ['no issuer', { iat: good.iat, exp: good.exp }],
  ['an end in the past', { ...good, exp: NOW }],
  ['an end more than ten minutes away', { ...good, exp: NOW + 601 }],
  ['no end', { iss: 42, iat: good.iat }],
  ['a beginning in the future', { ...good, iat: NOW + 1 }],
])('refuses %s', (_case, claims) => {
  expect(judge(token(claims))).toMatchObject({ ok: false });
});

it('refuses what is signed otherwise, or not at all', () => {
  const body = `${segment({ alg: 'HS256' })}.${segment(good)}`;
  expect(judge(`${body}.${createHmac('sha256', publicKey).update(body).digest('base64url')}`)).toMatchObject({ ok: false });
  expect(judge(`${segment({ alg: 'none' })}.${segment(good)}.`)).toMatchObject({ ok: false });
  expect(judge(token(good).replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')).slice(0, -5))).toMatchObject({ ok: false });
  expect(judge('ghs_token')).toMatchObject({ ok: false });
});
