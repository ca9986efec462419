import { AwsClient } from 'aws4fetch';
import type { Emulator } from '../../lib/emulator';

type Ask = (service: string, body: string, headers: Readonly<Record<string, string>>) => Promise<string>;

const [ECR, ECS] = ['AmazonEC2ContainerRegistry_V20150921', 'AmazonEC2ContainerServiceV20141113'];
/** What tells of things of an app, by service: calls of JSON, and calls of queries. */
const JSON_CALLS = [
  ['ecr', `${ECR}.DescribeRepositories`, {}],
  ['ecs', `${ECS}.ListServices`, { cluster: 'apps' }],
  ['ecs', `${ECS}.ListTasks`, { cluster: 'apps' }],
  ['ecs', `${ECS}.ListTaskDefinitions`, { status: 'ACTIVE' }],
  ['ecs', `${ECS}.ListTaskDefinitions`, { status: 'INACTIVE' }],
  ['logs', 'Logs_20140328.DescribeLogGroups', {}],
  ['secretsmanager', 'secretsmanager.ListSecrets', {}],
] as const;
const QUERIES = [
  ['elasticloadbalancing', 'Action=DescribeTargetGroups&Version=2015-12-01'],
  ['ec2', 'Action=DescribeSecurityGroups&Version=2016-11-15'],
  ['iam', 'Action=ListRoles&Version=2010-05-08'],
  ['monitoring', 'Action=DescribeAlarms&Version=2010-08-01&MaxRecords=100'],
] as const;

/** The names of what AWS has of an app, in every place where the deployer makes something. */
export function createLeftOf(aws: Emulator['aws'], listenerArn: string): (app: string) => Promise<readonly string[]> {
  const keys = { accessKeyId: aws.access_key_id, secretAccessKey: aws.secret_access_key, region: aws.region };
  const ask: Ask = async (service, body, headers) => {
    const client = new AwsClient({ ...keys, service });
    const answer = await client.fetch(`${aws.endpoint_url}/`, { method: 'POST', headers, body });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${service} answered ${answer.status} to ${body}: ${text.slice(0, 200)}`);
    return text;
  };
  const rules = `Action=DescribeRules&Version=2015-12-01&ListenerArn=${encodeURIComponent(listenerArn)}`;
  return async (app) => {
    const found = new Set<string>();
    const look = (text: string): void => {
      // A word of its own: between slashes, dots or hyphens. A repository's name has no two dashes.
      const named = new RegExp(`(^|[/.-])(${app}|${app.replace('--', '[.]')})($|[/.:-])`);
      for (const part of text.split(/[<>"\s]/)) if (named.test(part)) found.add(part);
    };
    for (const [service, target, body] of JSON_CALLS)
      look(
        await ask(service, JSON.stringify(body), {
          'content-type': 'application/x-amz-json-1.1',
          'x-amz-target': target,
        }),
      );
    for (const [service, body] of [...QUERIES, ['elasticloadbalancing', rules] as const])
      look(await ask(service, body, { 'content-type': 'application/x-www-form-urlencoded' }));
    const s3 = new AwsClient({ ...keys, service: 's3' });
    const objects = await s3.fetch(
      `${aws.endpoint_url}/${await sourcesOf(s3, aws)}?list-type=2&prefix=tenants/${app}/`,
    );
    look(await objects.text());
    // The listing says what it was asked for.
    found.delete(`tenants/${app}/`);
    return [...found];
  };
}

async function sourcesOf(s3: AwsClient, aws: Emulator['aws']): Promise<string> {
  const text = await (await s3.fetch(`${aws.endpoint_url}/`)).text();
  const name = [...text.matchAll(/<Name>([^<]+)<\/Name>/g)]
    .map(([, one = '']) => one)
    .find((one) => /source/.test(one));
  if (name === undefined) throw new Error(`There is no bucket of sources: ${text}`);
  return name;
}
