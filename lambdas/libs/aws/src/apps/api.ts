import { isObject, isThrottle } from '@multi-tenant-runner/core';
import { sendInTime } from '@multi-tenant-runner/runtime';
import { AwsClient } from 'aws4fetch';
import { setTimeout as wait } from 'node:timers/promises';
import type { ClientConfig } from '../client-config';
import { parseXml, textIn, type XmlNode } from './xml';

/** An answer of AWS's that is no success; its name is AWS's code. */
export class AwsRefusal extends Error {
  constructor(
    override readonly name: string,
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

export function isAwsRefusal(error: unknown, ...codes: readonly string[]): error is AwsRefusal {
  return error instanceof AwsRefusal && codes.includes(error.name);
}

/** The answer, or undefined where AWS refuses with one of these codes. */
export async function unless<T>(codes: readonly string[], ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (isAwsRefusal(error, ...codes)) return undefined;
    throw error;
  }
}

interface JsonService {
  readonly host: string;
  readonly target: string;
  /** Of the protocol; 1.1 unless it is said. */
  readonly version?: string;
}

/** Where a service is, and the start of its targets: https://docs.aws.amazon.com/general/latest/gr/rande.html */
const JSON_SERVICES = {
  ecs: { host: 'ecs', target: 'AmazonEC2ContainerServiceV20141113' },
  ecr: { host: 'api.ecr', target: 'AmazonEC2ContainerRegistry_V20150921' },
  codebuild: { host: 'codebuild', target: 'CodeBuild_20161006' },
  logs: { host: 'logs', target: 'Logs_20140328' },
  secretsmanager: { host: 'secretsmanager', target: 'secretsmanager' },
  monitoring: { host: 'monitoring', target: 'GraniteServiceVersion20100801', version: '1.0' },
  sqs: { host: 'sqs', target: 'AmazonSQS', version: '1.0' },
} as const satisfies Record<string, JsonService>;
const QUERY_SERVICES = {
  elasticloadbalancing: '2015-12-01',
  ec2: '2016-11-15',
  iam: '2010-05-08',
} as const;
/** IAM is one for all Regions of a partition, and its requests are signed for this one. */
const GLOBAL: Readonly<Record<string, string>> = { iam: 'us-east-1' };

export type JsonAnswer = Readonly<Record<string, unknown>>;
/** Those of a list in an answer. */
export const objects = (value: unknown): readonly JsonAnswer[] => (Array.isArray(value) ? value.filter(isObject) : []);

/**
 * The calls of services that the deployer makes, signed and without the SDK: ten of its clients would double the
 * function's size. What they share is here; each answer is parsed where it is read.
 */
export interface AwsApi {
  json(service: keyof typeof JSON_SERVICES, action: string, input: object): Promise<JsonAnswer>;
  /** Parameters as AWS flattens them: `Tags.member.1.Key`. */
  query(
    service: keyof typeof QUERY_SERVICES,
    action: string,
    parameters: Readonly<Record<string, string | undefined>>,
  ): Promise<XmlNode>;
  s3(method: 'GET' | 'HEAD' | 'PUT' | 'DELETE', place: S3Place, body?: Uint8Array): Promise<XmlNode>;
}

export interface S3Place {
  readonly bucket: string;
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
}

export interface AwsApiDeps {
  readonly config: ClientConfig;
  readonly fetch: typeof fetch;
  /** Milliseconds; tests wait for nothing. */
  readonly pause?: number;
}

export interface Patience {
  /** In total, where AWS has a failure of its own. */
  readonly attempts: number;
  /** Milliseconds before the second attempt, at most; twice as long before each one after it. */
  readonly pause: number;
  readonly wait: (milliseconds: number) => Promise<unknown>;
  /** From 0 up to, not including, 1. */
  readonly random: () => number;
}

/**
 * An account's buckets refill by the second: some five seconds in all on average. Who waits longer holds a place that
 * another app needs, and is better taken up by the next sweep.
 */
const THROTTLED_ATTEMPTS = 6;
/** Doublings of the pause. */
const LONGEST = 4;

/** A throttle or an error of AWS's own is asked again; every call of the deployer's may be made twice. */
export async function askAgain<T>(ask: () => Promise<T>, { attempts, pause, wait, random }: Patience): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await ask();
    } catch (error) {
      const isTooOften = isThrottle(error);
      const isPassing = isTooOften || (error instanceof AwsRefusal && BUSY.has(error.status));
      if (!isPassing || tried >= (isTooOften ? THROTTLED_ATTEMPTS : attempts)) throw error;
      await wait(pause * 2 ** Math.min(tried, LONGEST) * random());
    }
  }
}

const BUSY: ReadonlySet<number> = new Set([429, 500, 502, 503, 504]);

export function createAwsApi({ config, fetch, pause = 200 }: AwsApiDeps): AwsApi {
  const { region, requestHandler, maxAttempts } = config;
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  const given = 'endpoint' in config && typeof config.endpoint === 'string' ? config.endpoint : undefined;
  const urlOf = (host: string): string =>
    given?.replace(/\/+$/, '') ?? `https://${host in GLOBAL ? host : `${host}.${region}`}.${suffix}`;

  const attempt = async (service: string, url: string, init: RequestInit): Promise<Response> => {
    const { accessKeyId, secretAccessKey, sessionToken } = await config.credentials();
    const session = sessionToken === undefined ? {} : { sessionToken };
    const client = new AwsClient({
      accessKeyId,
      secretAccessKey,
      ...session,
      service,
      region: GLOBAL[service] ?? region,
      retries: 0,
    });
    const request = await client.sign(url, init);
    return sendInTime(requestHandler.requestTimeout, (signal) => fetch(request, signal && { signal }));
  };
  const patience: Patience = { attempts: maxAttempts, pause, wait, random: Math.random };
  const send = (service: string, url: string, init: RequestInit): Promise<string> =>
    askAgain(async () => {
      const response = await attempt(service, url, init);
      const text = await response.text();
      if (response.ok) return text;
      throw refusalOf(response, text);
    }, patience);
  return {
    json: async (service, action, input) => {
      const { host, target, version = '1.1' }: JsonService = JSON_SERVICES[service];
      const headers = { 'content-type': `application/x-amz-json-${version}`, 'x-amz-target': `${target}.${action}` };
      const text = await send(service, `${urlOf(host)}/`, { method: 'POST', headers, body: JSON.stringify(input) });
      return text === '' ? {} : (JSON.parse(text) as JsonAnswer);
    },
    query: async (service, action, parameters) => {
      const known = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined);
      const body = new URLSearchParams([['Action', action], ['Version', QUERY_SERVICES[service]], ...known]).toString();
      const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
      return parseXml(await send(service, `${urlOf(service)}/`, { method: 'POST', headers, body }));
    },
    s3: async (method, { bucket, key = '', query }, body) => {
      const base = given === undefined ? `https://${bucket}.s3.${region}.${suffix}` : `${urlOf('s3')}/${bucket}`;
      const path = key.split('/').map(encodeURIComponent).join('/');
      const url = `${base}/${path}${query === undefined ? '' : `?${new URLSearchParams(query).toString()}`}`;
      return parseXml(await send('s3', url, { method, ...(body && { body: new Uint8Array(body) }) }));
    },
  };
}

/** JSON services name the code in `__type`, the others in XML; the answer to a HEAD has no body. */
function refusalOf(response: Response, text: string): AwsRefusal {
  const { status } = response;
  if (text.startsWith('{')) {
    const { __type: type, message, Message } = JSON.parse(text) as Record<string, unknown>;
    const code = String(type ?? response.headers.get('x-amzn-errortype') ?? status);
    return new AwsRefusal(code.split('#').at(-1)?.split(':')[0] ?? code, String(message ?? Message ?? ''), status);
  }
  const error = parseXml(text);
  return new AwsRefusal(textIn(error, 'Code') ?? String(status), textIn(error, 'Message') ?? '', status);
}
