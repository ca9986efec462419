// Verifies signature version 4 as AWS does, so that a call with a wrong signature is refused here too.
import { createHash, createHmac } from 'node:crypto';

const MAX_SKEW_MS = 5 * 60_000;
const SCOPE = '([^/]+)/([0-9]{8})/([^/]+)/([^/]+)/aws4_request';
const AUTHORIZATION = new RegExp(
  `^AWS4-HMAC-SHA256 Credential=${SCOPE}, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$`,
);
const hmac = (key, text) => createHmac('sha256', key).update(text).digest();
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** Returns `{ service }`, or `{ problem }` for a call that AWS would refuse. Supports only calls without a query. */
export function checkSignature({ method, path, headers, body }, { credentials, region, now = Date.now() }) {
  const parts = AUTHORIZATION.exec(headers.authorization ?? '');
  if (parts === null) return { problem: 'no signature of version 4' };
  const [, keyId, date, signedRegion, service, signedHeaders, signature] = parts;
  if (keyId !== credentials.AccessKeyId) return { problem: 'an unknown access key' };
  if (headers['x-amz-security-token'] !== credentials.Token) return { problem: 'not the session token of the role' };
  if (signedRegion !== region) return { problem: `signed for ${signedRegion}` };
  const names = signedHeaders.split(';');
  const unsigned = Object.keys(headers).filter(
    (name) => (name === 'host' || name.startsWith('x-amz-')) && !names.includes(name),
  );
  if (unsigned.length > 0) return { problem: `headers that are not signed: ${unsigned.join(', ')}` };
  const at = headers['x-amz-date'];
  const sent = Date.parse(at.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (!(Math.abs(sent - now) < MAX_SKEW_MS)) return { problem: `signed at ${at}` };
  const canonical = [
    method,
    path,
    '',
    ...names.map((name) => `${name}:${headers[name].trim().replace(/ +/g, ' ')}`),
    '',
    signedHeaders,
    sha256(body),
  ].join('\n');
  const scope = `${date}/${region}/${service}/aws4_request`;
  const key = [date, region, service, 'aws4_request'].reduce(hmac, `AWS4${credentials.SecretAccessKey}`);
  const expected = hmac(key, ['AWS4-HMAC-SHA256', at, scope, sha256(canonical)].join('\n')).toString('hex');
  return expected === signature ? { service } : { problem: 'a signature that does not fit the call' };
}
