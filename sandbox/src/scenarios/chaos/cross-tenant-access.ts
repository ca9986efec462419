import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import {
  CreateTagsCommand,
  DescribeInstancesCommand,
  DescribeTagsCommand,
  EC2Client,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { GetQueueUrlCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import {
  DeleteParameterCommand,
  GetParameterCommand,
  GetParametersByPathCommand,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import type { SandboxFile } from '../../lib/state';
import type { Launcher } from '../../machines/launcher';
import { object, text } from '../../lib/json';
import { experiment, createTenants, queueOne, ranOnOwnMachine, SMALL, type ChaosContext } from './chaos-context';

/** One call with a machine's own credentials, and its expected result. */
export interface Probe {
  readonly what: string;
  readonly allowed: boolean;
  readonly call: () => Promise<unknown>;
}

export interface ProbeResult {
  readonly what: string;
  readonly expected: 'allowed' | 'refused';
  readonly found: string;
}

const REFUSALS = new Set(['AccessDeniedException', 'AccessDenied', 'UnauthorizedOperation', 'AuthorizationError']);

/**
 * A job on one tenant's machine has that machine's credentials. The experiment tries them on the resources of another
 * tenant and on its own.
 */
export async function crossTenantAccess(
  context: ChaosContext,
  sandbox: SandboxFile,
  launcher: Launcher,
): Promise<readonly ProbeResult[]> {
  let results: readonly ProbeResult[] = [];
  await experiment(context, 'a job tries its machine’s credentials on another tenant', async () => {
    const tenants = await createTenants(context, ['curious', 'private']);
    for (const tenant of tenants)
      await context.operator.addFault('machines', { kind: 'never_boots', installation_id: tenant.id, times: 1 });
    const ids = await Promise.all(tenants.map((tenant) => queueOne(context, tenant, 1)));
    const found = await context.poller.until('two machines with their configurations', async () => {
      const names = (await Promise.all(tenants.map((tenant) => context.account.parameters(tenant.id)))).map(
        ([name]) => name,
      );
      return names.every((name) => name !== undefined) && (await context.operator.machineFaultsLeft()) === 0
        ? names.map(String)
        : undefined;
    });
    const [own = '', other = ''] = found;
    const machines = found.map((name) => name.split('/').at(-1) ?? '');
    const [mine = '', theirs = ''] = machines;
    results = await tryAll(
      probesOf(await clientsOf(sandbox, launcher, mine), {
        own,
        other,
        mine,
        theirs,
        prefix: sandbox.prefix,
        otherTenant: tenants[1]?.id ?? 0,
        queueUrl: await context.aws.queueUrl(SMALL),
      }),
    );
    for (const one of results)
      context.checks.check(
        `a machine ${one.expected === 'allowed' ? 'may' : 'may not'} ${one.what}`,
        one.found === one.expected,
        one.found,
      );
    await context.operator.endMachine(mine);
    const [curious, secretive] = tenants;
    if (curious === undefined || secretive === undefined) return;
    const ran = await ranOnOwnMachine(context, curious, ids[0] ?? 0);
    context.checks.check('a machine that deleted its own configuration and died is replaced', ran.held, ran.detail);
    await context.user.uninstall(secretive.id);
    await context.poller.until(`${secretive.login}: cleaned up`, async () =>
      (await context.account.tenant(secretive.id))?.cleanup === 'done' ? true : undefined,
    );
    const left = await context.account.parameters(secretive.id);
    context.checks.check(
      'an uninstall removes a configuration that no machine has fetched',
      left.length === 0,
      left.join(', '),
    );
  });
  return results;
}

interface Clients {
  readonly ssm: SSMClient;
  readonly ec2: EC2Client;
  readonly dynamodb: DynamoDBClient;
  readonly sqs: SQSClient;
}

async function clientsOf({ aws }: SandboxFile, launcher: Launcher, machine: string): Promise<Clients> {
  const session = object(await launcher.credentials(machine)) ?? {};
  const credentials = {
    accessKeyId: text(session['AccessKeyId']) ?? '',
    secretAccessKey: text(session['SecretAccessKey']) ?? '',
    sessionToken: text(session['Token']) ?? '',
  };
  const settings = { endpoint: aws.endpoint_url, region: aws.region, credentials, maxAttempts: 1 };
  return {
    ssm: new SSMClient(settings),
    ec2: new EC2Client(settings),
    dynamodb: new DynamoDBClient(settings),
    sqs: new SQSClient(settings),
  };
}

interface Targets {
  readonly own: string;
  readonly other: string;
  readonly mine: string;
  readonly theirs: string;
  readonly prefix: string;
  readonly otherTenant: number;
  readonly queueUrl: string;
}

/** Each refusal beside what is allowed, so that a machine that may do nothing at all can't pass. */
function probesOf(
  { ssm, ec2, dynamodb, sqs }: Clients,
  { own, other, mine, theirs, prefix, otherTenant, queueUrl }: Targets,
): readonly Probe[] {
  const may = (what: string, call: () => Promise<unknown>): Probe => ({ what, allowed: true, call });
  const mayNot = (what: string, call: () => Promise<unknown>): Probe => ({ what, allowed: false, call });
  const tag = (machine: string, key: string): Promise<unknown> =>
    ec2.send(new CreateTagsCommand({ Resources: [machine], Tags: [{ Key: key, Value: 'probe' }] }));
  const read = (name: string): Promise<unknown> =>
    ssm.send(new GetParameterCommand({ Name: name, WithDecryption: true }));
  return [
    mayNot("read another tenant's configuration", () => read(other)),
    may('read its own configuration', () => read(own)),
    mayNot("delete another tenant's configuration", () => ssm.send(new DeleteParameterCommand({ Name: other }))),
    mayNot('list configurations', () =>
      ssm.send(new GetParametersByPathCommand({ Path: `/${prefix}/tenants`, Recursive: true })),
    ),
    mayNot('write a configuration', () =>
      ssm.send(new PutParameterCommand({ Name: `${own}x`, Value: 'probe', Type: 'String' })),
    ),
    mayNot("read the App's private key", () => read(`/${prefix}/app/key`)),
    mayNot("tag another tenant's machine", () => tag(theirs, 'ghr:state')),
    may('tag itself with its state', () => tag(mine, 'ghr:state')),
    mayNot('change its own tenant', () => tag(mine, 'ghr:tenant_id')),
    mayNot('see machines', () => ec2.send(new DescribeInstancesCommand({}))),
    mayNot("see machines' tags", () => ec2.send(new DescribeTagsCommand({}))),
    mayNot("end another tenant's machine", () => ec2.send(new TerminateInstancesCommand({ InstanceIds: [theirs] }))),
    mayNot("read another tenant's row", () =>
      dynamodb.send(
        new GetItemCommand({ TableName: `${prefix}-tenants`, Key: { installation_id: { N: String(otherTenant) } } }),
      ),
    ),
    mayNot('find a queue', () => sqs.send(new GetQueueUrlCommand({ QueueName: `${prefix}-builds-small` }))),
    mayNot('send a job', () => sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: '{}' }))),
    mayNot('take a job', () => sqs.send(new ReceiveMessageCommand({ QueueUrl: queueUrl }))),
    may('delete its own configuration', () => ssm.send(new DeleteParameterCommand({ Name: own }))),
  ];
}

async function tryAll(probes: readonly Probe[]): Promise<readonly ProbeResult[]> {
  const results: ProbeResult[] = [];
  for (const { what, allowed, call } of probes) {
    const found = await call().then(
      () => 'allowed',
      (error: unknown) => (error instanceof Error && REFUSALS.has(error.name) ? 'refused' : String(error)),
    );
    results.push({ what, expected: allowed ? 'allowed' : 'refused', found });
  }
  return results;
}
