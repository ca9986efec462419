import { AwsClient } from 'aws4fetch';
import type { SandboxFile } from '../../lib/state';

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

export type ApiClient = (method: string, path: string, init?: ApiInit) => Promise<ApiAnswer>;

export interface ApiInit {
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Signs as an identity of the emulator's IAM. */
export function signedClient(url: string, { aws }: SandboxFile, who?: Credentials): ApiClient {
  const { accessKeyId, secretAccessKey } = who ?? {
    accessKeyId: aws.access_key_id,
    secretAccessKey: aws.secret_access_key,
  };
  const client = new AwsClient({
    accessKeyId,
    secretAccessKey,
    region: aws.region,
    service: 'execute-api',
    retries: 0,
  });
  return (method, path, init) => answered(client.fetch(`${url}${path}`, requestOf(method, init)));
}

export function bearerClient(url: string, token: string | undefined): ApiClient {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return (method, path, init) =>
    answered(fetch(`${url}${path}`, requestOf(method, { ...init, headers: { ...authorization, ...init?.headers } })));
}

function requestOf(method: string, { body, headers }: ApiInit = {}): RequestInit {
  return {
    method,
    headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  };
}

async function answered(response: Promise<Response>): Promise<ApiAnswer> {
  const { status, headers } = await response;
  const content = await (await response).text();
  return { status, headers, body: content === '' ? undefined : JSON.parse(content) };
}

/** A user of the emulator's account that has one policy and nothing else. */
export async function createUser({ aws }: SandboxFile, name: string, policy: string): Promise<Credentials> {
  const { access_key_id: accessKeyId, secret_access_key: secretAccessKey, region, endpoint_url: url } = aws;
  const client = new AwsClient({ accessKeyId, secretAccessKey, region, service: 'iam', retries: 0 });
  const call = async (parameters: Readonly<Record<string, string>>): Promise<string> => {
    const body = new URLSearchParams({ Version: '2010-05-08', UserName: name, ...parameters }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return (await client.fetch(url, { method: 'POST', headers, body })).text();
  };
  await call({ Action: 'CreateUser' });
  await call({ Action: 'PutUserPolicy', PolicyName: 'api', PolicyDocument: policy });
  const answer = await call({ Action: 'CreateAccessKey' });
  const field = (tag: string): string => new RegExp(`<${tag}>([^<]+)</${tag}>`).exec(answer)?.[1] ?? '';
  return { accessKeyId: field('AccessKeyId'), secretAccessKey: field('SecretAccessKey') };
}
