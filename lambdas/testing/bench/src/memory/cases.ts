import { PutItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { toAttributes } from '@multi-tenant-runner/aws';
import { CALLBACK_ATTRIBUTE, RECOVERY_SOURCE, SWEEP_SOURCE, encodeJobMessage } from '@multi-tenant-runner/core';
import { jobMessage, tenantRow } from '@multi-tenant-runner/testing';
import { SECRET, delivery, workflowJob } from '@multi-tenant-runner/webhook/test/deliveries';
import { createHash } from 'node:crypto';
import { PARAMETERS } from '../launch-rate/container';
import type { MemoryCase } from './beside';
import { CALLBACKS, CALLBACK_PARAMETERS, CALLBACK_URL } from './callbacks-case';
import { DEPLOYER } from './deployer-case';
import { PREFIX, TENANT } from './names';

export const CASES: readonly MemoryCase[] = [
  {
    name: 'webhook',
    event: 'a job is queued',
    make: (count) => delivery('workflow_job', workflowJob({ job: { id: 10_000 + count } })),
  },
  { name: 'scale-up', event: 'a job', make: (count) => ({ Records: [jobRecord(count)] }) },
  {
    name: 'machine',
    event: 'a machine asks',
    make: (count) => ({
      rawPath: '/machine/claim',
      body: JSON.stringify({ instance_id: `i-${id(count)}`, secret: SECRET_OF_MACHINE, nonce: SECRET_OF_MACHINE }),
      requestContext: { http: { sourceIp: `10.0.${count}.1` } },
    }),
  },
  {
    name: 'scale-down',
    event: 'a sweep of what is idle',
    make: () => ({ source: SWEEP_SOURCE }),
  },
  {
    name: 'tenant-manager',
    event: 'a change of slots',
    make: (count) => ({
      Records: [tenantRecord(count, { slots_held: 2 }, { slots_held: 1 })],
    }),
  },
  { name: 'recovery', event: 'a look at GitHub', make: () => ({ source: RECOVERY_SOURCE }) },
  {
    name: 'api',
    event: 'a list of tenants',
    make: () => ({
      rawPath: '/v1/tenants',
      rawQueryString: 'status=active',
      requestContext: {
        requestId: 'request-1',
        http: { method: 'GET', sourceIp: '10.0.0.1' },
        authorizer: { iam: { userArn: 'arn:aws:iam::123456789012:user/ops' } },
      },
    }),
  },
  {
    name: 'events',
    event: 'a tenant is active',
    make: (count) => ({ Records: [tenantRecord(count, { status: 'suspended' }, { status: 'active' })] }),
  },
  CALLBACKS,
  DEPLOYER,
];

const SECRET_OF_MACHINE = 'a-secret-of-a-machine-0123456789';
/** None that the loopback gives a machine. */
const id = (count: number): string => `f${count.toString(16).padStart(16, '0')}`;

function jobRecord(count: number) {
  const queuedAt = new Date().toISOString();
  return {
    messageId: `message-${count}`,
    body: encodeJobMessage(jobMessage({ installationId: TENANT, jobId: 20_000 + count, queuedAt })),
    attributes: { ApproximateReceiveCount: '1', MessageGroupId: String(TENANT) },
  };
}

type Row = Readonly<Record<string, unknown>>;

function tenantRecord(count: number, before: Row, after: Row) {
  const image = (row: Row) => toAttributes(tenantRow({ installation_id: TENANT, max_runners: 2, ...row }));
  return {
    eventID: `event-${count}`,
    eventName: 'MODIFY',
    eventSourceARN: `arn:aws:dynamodb:us-east-1:123456789012:table/${PREFIX}-tenants/stream/2026-01-15T12:00:00.000`,
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(Date.now() / 1_000),
      SequenceNumber: String(count + 1),
      Keys: toAttributes({ installation_id: TENANT }),
      OldImage: image(before),
      NewImage: image(after),
    },
  };
}

export async function writeTenant(client: Pick<DynamoDBClient, 'send'>): Promise<void> {
  const row = tenantRow({ installation_id: TENANT, max_runners: 1_000, [CALLBACK_ATTRIBUTE]: CALLBACK_URL });
  await client.send(new PutItemCommand({ TableName: `${PREFIX}-tenants`, Item: toAttributes(row) }));
}

/** The SDK compares it with what it sent. */
const sent = (body: string): unknown => {
  const { MessageBody } = JSON.parse(body) as { readonly MessageBody: string };
  return { MessageId: 'message', MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex') };
};

const xml = (name: string, inside: string): string =>
  `<${name} xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">${inside}</${name}>`;

/** As an installation answers on which nothing else happens. */
export const ANSWERS: Readonly<Record<string, unknown>> = {
  'AmazonSQS:SendMessage': sent,
  'AWSEvents:PutEvents': { FailedEntryCount: 0, Entries: [{ EventId: 'event' }] },
  'ec2:DescribeInstances': xml('DescribeInstancesResponse', '<reservationSet/>'),
  'ec2:DescribeSecurityGroups': xml('DescribeSecurityGroupsResponse', '<securityGroupInfo/>'),
  'AmazonSSM:DescribeParameters': { Parameters: [] },
  'AmazonSSM:GetParametersByPath': { Parameters: [] },
  'github:GET /app': { id: Number(PARAMETERS['/bench/app-id']) },
  'github:GET /app/hook/deliveries': [],
  'github:GET /app/installations': [
    { id: TENANT, target_type: 'Organization', account: { id: 501, login: 'acme', type: 'Organization' } },
  ],
  'github:GET /installation/repositories': { total_count: 0, repositories: [] },
};

export const SECRETS: Readonly<Record<string, string>> = {
  ...PARAMETERS,
  ...CALLBACK_PARAMETERS,
  '/bench/webhook-secret': SECRET,
};

/** What the functions have beside scale-up's environment. */
export const ENVIRONMENT: Readonly<Record<string, string>> = {
  RUNNER_EVENTS_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/123456789012/memory-events',
  EVENT_BUS_NAME: PREFIX,
  PUBLISH_EVENTS: '[]',
  WEBHOOK_SECRET_PARAMETER: '/bench/webhook-secret',
  ALLOWED_SOURCE_CIDRS: '[]',
  TENANT_RATE: '25',
  TENANT_BURST: '2000',
  TENANT_RATES_BY_TIER: '{}',
  VPC_ID: 'vpc-0123456789abcdef0',
  BOOT_TIMEOUT_MINUTES: '10',
  IDLE_TIMEOUT_MINUTES: '5',
  MAX_LIFETIME_MINUTES: '360',
  AUDIT_TABLE: `${PREFIX}-audit`,
  RECOVERY_TABLE: `${PREFIX}-recovery`,
  EGRESS_RULES: '[]',
  ONBOARDING_MODE: 'automatic',
  ALLOWED_ACCOUNTS: '{"ids":[],"logins":[]}',
  EVENT_KINDS: '["tenant"]',
  TABLES: JSON.stringify(
    Object.fromEntries(
      ['tenants', 'jobs', 'launches', 'audit', 'api', 'usage', 'recovery'].map((name) => [name, `${PREFIX}-${name}`]),
    ),
  ),
  ENDPOINTS: JSON.stringify({ operators: 'https://api.example.com', tenants: null }),
  TOKEN_ISSUERS: '[]',
  RATES: '{"caller":12000,"tenant":60000}',
  QUEUE_URLS: '[]',
  LAUNCH_TRIGGERS: '[]',
  TENANT_MANAGER: `${PREFIX}-tenant-manager`,
  PLACES: JSON.stringify({ github_api_url: 'https://api.github.com', region: 'us-east-1', prefix: PREFIX }),
};
