// The few calls of STS and S3 that the test makes, signed as AWS asks for it.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
import { createHash, createHmac } from 'node:crypto';

export interface Credentials {
  readonly id: string;
  readonly secret: string;
  readonly token?: string;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** Answers the status of each call to S3; `path` starts with the bucket. */
export function askAws(endpoint: string): {
  put: (who: Credentials, path: string, body?: string) => Promise<number>;
  get: (who: Credentials, path: string) => Promise<number>;
  assume: (role: string, subject: string) => Promise<Credentials | string>;
} {
  const s3 = async (who: Credentials, method: string, path: string, body = ''): Promise<number> => {
    const url = new URL(`${endpoint}/${path}`);
    const init = { method, headers: signed(who, method, url, body), ...(body !== '' && { body }) };
    return (await fetch(url, init)).status;
  };
  return {
    put: async (who, path, body) => s3(who, 'PUT', path, body),
    get: async (who, path) => s3(who, 'GET', path),
    assume: async (role, subject) => {
      const token = [{ alg: 'RS256' }, { iss: ISSUER, sub: subject, aud: 'sts.amazonaws.com', exp: 4_000_000_000 }]
        .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
        .join('.');
      const form = {
        Action: 'AssumeRoleWithWebIdentity',
        Version: '2011-06-15',
        RoleArn: role,
        RoleSessionName: 'pod',
      };
      const body = new URLSearchParams({ ...form, WebIdentityToken: `${token}.signature` });
      const text = await (await fetch(endpoint, { method: 'POST', body })).text();
      const field = (name: string): string | undefined => new RegExp(`<${name}>([^<]+)<`).exec(text)?.[1];
      const [id, secret, session] = ['AccessKeyId', 'SecretAccessKey', 'SessionToken'].map(field);
      if (id !== undefined && secret !== undefined && session !== undefined) return { id, secret, token: session };
      return field('Code') ?? text;
    },
  };
}

const ISSUER = 'https://oidc.eks.us-east-1.amazonaws.com/id/EXAMPLE';

function signed(who: Credentials, method: string, url: URL, body: string): Record<string, string> {
  const time = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const headers: Record<string, string> = {
    host: url.host,
    'x-amz-content-sha256': sha256(body),
    'x-amz-date': time,
    ...(who.token !== undefined && { 'x-amz-security-token': who.token }),
  };
  const names = Object.keys(headers).sort();
  const query = url.search.slice(1).split('&').sort().join('&');
  const lines = names.map((name) => `${name}:${headers[name]}\n`).join('');
  const request = [method, url.pathname, query, lines, names.join(';'), sha256(body)].join('\n');
  const scope = `${time.slice(0, 8)}/us-east-1/s3/aws4_request`;
  const key = scope.split('/').reduce<string | Buffer>((from, part) => hmac(from, part), `AWS4${who.secret}`);
  const signature = hmac(key, ['AWS4-HMAC-SHA256', time, scope, sha256(request)].join('\n')).toString('hex');
  const { host: _, ...sent } = headers;
  return {
    ...sent,
    authorization:
      `AWS4-HMAC-SHA256 Credential=${who.id}/${scope}, SignedHeaders=${names.join(';')}, ` + `Signature=${signature}`,
  };
}
