import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { paginateListQueues, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { paginateGetParametersByPath, SSMClient } from '@aws-sdk/client-ssm';
import { object, texts } from '../../../lib/json';
import type { SandboxFile, SandboxPaths } from '../../../lib/state';
import type { Place } from './search';
import { placesOfState } from './state';

const TABLES = ['tenants', 'jobs', 'launches', 'recovery'];

/** Everything that a run leaves behind where an operator, a bill or a bug report could carry it away. */
export async function placesOf(
  sandbox: SandboxFile,
  paths: SandboxPaths,
  lambdaLogs: readonly string[],
): Promise<readonly Place[]> {
  const remote = await Promise.all([
    tables(sandbox),
    queues(sandbox),
    parameters(sandbox),
    controlAnswers(sandbox.github.control_url),
  ]);
  const state: unknown = JSON.parse(readFileSync(join(paths.terraform, 'terraform.tfstate'), 'utf8'));
  return [
    { name: "the functions' logs", text: lambdaLogs.join('\n') },
    ...files(paths.logs),
    ...remote.flat(),
    ...placesOfState(state),
  ];
}

function files(folder: string): readonly Place[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({ name: file, text: readFileSync(file, 'utf8') }));
}

async function tables({ aws, prefix }: SandboxFile): Promise<readonly Place[]> {
  const client = new DynamoDBClient(settingsOf(aws));
  const places: Place[] = [];
  for (const table of TABLES) {
    const items: string[] = [];
    for await (const page of paginateScan({ client }, { TableName: `${prefix}-${table}` }))
      items.push(...(page.Items ?? []).map((item) => JSON.stringify(item)));
    places.push({ name: `table ${prefix}-${table}`, text: items.join('\n') });
  }
  return places;
}

/** Without hiding a message from whom it is for. */
async function queues({ aws, prefix }: SandboxFile): Promise<readonly Place[]> {
  const client = new SQSClient(settingsOf(aws));
  const places: Place[] = [];
  for await (const page of paginateListQueues({ client }, { QueueNamePrefix: `${prefix}-` })) {
    for (const url of page.QueueUrls ?? []) {
      const { Messages } = await client.send(
        new ReceiveMessageCommand({
          QueueUrl: url,
          MaxNumberOfMessages: 10,
          VisibilityTimeout: 0,
          MessageAttributeNames: ['All'],
        }),
      );
      places.push({ name: `queue ${url.split('/').at(-1) ?? ''}`, text: JSON.stringify(Messages ?? []) });
    }
  }
  return places;
}

/** All but the App's own and the key of links, which are what is looked for. */
async function parameters({ aws, prefix }: SandboxFile): Promise<readonly Place[]> {
  const client = new SSMClient(settingsOf(aws));
  const found: string[] = [];
  for await (const page of paginateGetParametersByPath(
    { client },
    { Path: `/${prefix}`, Recursive: true, WithDecryption: true },
  )) {
    found.push(
      ...(page.Parameters ?? [])
        .filter(({ Name = '' }) => !Name.startsWith(`/${prefix}/app/`) && Name !== `/${prefix}/links`)
        .map((one) => JSON.stringify(one)),
    );
  }
  return [{ name: 'parameters', text: found.join('\n') }];
}

async function controlAnswers(controlUrl: string): Promise<readonly Place[]> {
  const get = async (path: string): Promise<string> => (await fetch(`${controlUrl}${path}`)).text();
  const routes = texts(object(JSON.parse(await get('')))?.['routes']) ?? [];
  const plain = routes
    .filter((route) => route.startsWith('GET ') && !route.includes('{'))
    .map((route) => route.slice('GET /_control'.length));
  return Promise.all(plain.map(async (path) => ({ name: `control API, ${path}`, text: await get(path) })));
}

function settingsOf(aws: SandboxFile['aws']) {
  return {
    endpoint: aws.endpoint_url,
    region: aws.region,
    credentials: { accessKeyId: aws.access_key_id, secretAccessKey: aws.secret_access_key },
  };
}
