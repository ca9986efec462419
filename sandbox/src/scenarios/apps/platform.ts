import { AwsClient } from 'aws4fetch';
import type { Emulator } from '../../lib/emulator';
import { emulatedEndpoint } from '../../lib/webhook-address';

export interface Received {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The operators' API, and what AWS has. */
export interface Platform {
  readonly api: (method: 'GET' | 'POST', path: string, body?: object) => Promise<Received>;
  /** Calls of AWS since a time that gave rise to something at the load balancer. */
  readonly balancerCalls: (since: number) => Promise<readonly string[]>;
  /** Names of what is left of an app in AWS. */
  readonly leftOf: (app: string) => Promise<readonly string[]>;
}

export function createPlatform({ aws, launcher }: Pick<Emulator, 'aws' | 'launcher'>, endpoint: string): Platform {
  const keys = { accessKeyId: aws.access_key_id, secretAccessKey: aws.secret_access_key, region: aws.region };
  const gateway = new AwsClient({ ...keys, service: 'execute-api' });
  const base = emulatedEndpoint(endpoint, aws.endpoint_url);
  const ask = async (service: string, target: string, body: object): Promise<Readonly<Record<string, unknown>>> => {
    const answer = await new AwsClient({ ...keys, service }).fetch(`${aws.endpoint_url}/`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target },
      body: JSON.stringify(body),
    });
    return (await answer.json()) as Readonly<Record<string, unknown>>;
  };
  return {
    api: async (method, path, body) => {
      const headers = { 'x-reason': 'the sandbox tries it', 'content-type': 'application/json' };
      const sent = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
      const answer = await gateway.fetch(`${base}${path}`, sent);
      return { status: answer.status, body: (await answer.json()) as Received['body'] };
    },
    balancerCalls: async (since) => {
      const url = `${launcher.url}/_sandbox/calls?since=${since}`;
      const answer = await fetch(url, { headers: { 'x-sandbox-token': launcher.token } });
      const calls = (await answer.json()) as readonly { readonly service: string; readonly operation: string }[];
      return calls.filter(({ service }) => /elastic|alb|elb/.test(service)).map(({ operation }) => operation);
    },
    leftOf: async (app) => {
      const named = (value: unknown): readonly string[] =>
        [...JSON.stringify(value).matchAll(/"([^"]*)"/g)]
          .map(([, text = '']) => text)
          .filter((text) => text.includes(app));
      const ecr = 'AmazonEC2ContainerRegistry_V20150921';
      const ecs = 'AmazonEC2ContainerServiceV20141113';
      return [
        ...named((await ask('ecr', `${ecr}.DescribeRepositories`, {}))['repositories']),
        ...named((await ask('ecs', `${ecs}.ListServices`, { cluster: 'apps' }))['serviceArns']),
        ...named((await ask('logs', 'Logs_20140328.DescribeLogGroups', {}))['logGroups']),
      ];
    },
  };
}
