import { AwsClient } from 'aws4fetch';
import type { Emulator } from '../../lib/emulator';
import { createLeftOf } from './left';

export interface Received {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The two APIs, and what AWS has. */
export interface Platform {
  /** As an operator. */
  readonly api: (method: 'GET' | 'POST', path: string, body?: object) => Promise<Received>;
  /** As a workflow job, by its own token. */
  readonly asJob: (token: string, path: string, body: object) => Promise<Received>;
  /** Lets recovery look now, as its schedule does every two minutes. */
  readonly recover: () => Promise<void>;
  /** Calls of AWS since a time that gave rise to something at the load balancer. */
  readonly balancerCalls: (since: number) => Promise<readonly string[]>;
  /** `ALARM`, `OK` or `INSUFFICIENT_DATA`; nothing where there is no such alarm. */
  readonly alarmState: (name: string) => Promise<string | undefined>;
  /** For how many seconds ECS watches alarms once a version's tasks are steady. */
  readonly bake: (seconds: number) => Promise<void>;
  /** A preview's time is over, as after three days. */
  readonly expire: (app: string) => Promise<void>;
  /** Names of what is left of an app in AWS. */
  readonly leftOf: (app: string) => Promise<readonly string[]>;
}

export interface PlatformOptions extends Pick<Emulator, 'aws' | 'launcher'> {
  /** Addresses of the APIs, where the emulator answers for them. */
  readonly apis: { readonly operators: string; readonly tenants: string };
  readonly listenerArn: string;
}

const HEADERS = { 'x-reason': 'the sandbox tries it', 'content-type': 'application/json' };

export function createPlatform({ aws, launcher, apis, listenerArn }: PlatformOptions): Platform {
  const keys = { accessKeyId: aws.access_key_id, secretAccessKey: aws.secret_access_key, region: aws.region };
  const gateway = new AwsClient({ ...keys, service: 'execute-api' });
  return {
    api: async (method, path, body) => {
      const sent = { method, headers: HEADERS, ...(body !== undefined && { body: JSON.stringify(body) }) };
      return received(await gateway.fetch(`${apis.operators}${path}`, sent));
    },
    asJob: async (token, path, body) => {
      const headers = { ...HEADERS, authorization: `Bearer ${token}` };
      return received(await fetch(`${apis.tenants}${path}`, { method: 'POST', headers, body: JSON.stringify(body) }));
    },
    recover: async () => {
      const url = `${aws.endpoint_url}/2015-03-31/functions/apps-recovery/invocations`;
      const answer = await new AwsClient({ ...keys, service: 'lambda' }).fetch(url, { method: 'POST', body: '{}' });
      if (answer.status !== 200) throw new Error(`recovery answered ${answer.status}: ${await answer.text()}`);
    },
    balancerCalls: async (since) => {
      const url = `${launcher.url}/_sandbox/calls?since=${since}`;
      const answer = await fetch(url, { headers: { 'x-sandbox-token': launcher.token } });
      const calls = (await answer.json()) as readonly { readonly service: string; readonly operation: string }[];
      return calls.filter(({ service }) => /elastic|alb|elb/.test(service)).map(({ operation }) => operation);
    },
    alarmState: async (name) => {
      const body = `Action=DescribeAlarms&Version=2010-08-01&AlarmNames.member.1=${name}`;
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const client = new AwsClient({ ...keys, service: 'monitoring' });
      const text = await (await client.fetch(`${aws.endpoint_url}/`, { method: 'POST', headers, body })).text();
      return /<StateValue>(\w+)</.exec(text)?.[1];
    },
    bake: async (seconds) => {
      const headers = { 'x-sandbox-token': launcher.token };
      const url = `${launcher.url}/_sandbox/bake`;
      const { status } = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ seconds }) });
      if (status !== 200) throw new Error(`The launcher answered ${status} to ${url}`);
    },
    expire: async (app) => {
      const values = { ':past': { S: '2020-01-01T00:00:00.000Z' }, ':one': { N: '1' } };
      const update = {
        TableName: 'apps-apps',
        Key: { app: { S: app } },
        UpdateExpression: 'SET preview_of.expires_at = :past ADD asked :one',
        ConditionExpression: 'attribute_exists(preview_of)',
        ExpressionAttributeValues: values,
      };
      const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'DynamoDB_20120810.UpdateItem' };
      const client = new AwsClient({ ...keys, service: 'dynamodb' });
      const sent = { method: 'POST', headers, body: JSON.stringify(update) };
      const answer = await client.fetch(`${aws.endpoint_url}/`, sent);
      if (!answer.ok) throw new Error(`DynamoDB answered ${answer.status}: ${await answer.text()}`);
    },
    leftOf: createLeftOf(aws, listenerArn),
  };
}

const received = async (answer: Response): Promise<Received> => ({
  status: answer.status,
  body: (await answer.json()) as Received['body'],
});
