// Evaluates the policies of a plan, not copies of them. Each role may make the calls of its code, may not reach another
// tenant, another installation or another account's resources, and has no action that no row here needs.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { runSimulation } from '@cloud-copilot/iam-simulate';
import { ROOT_FUNCTIONS } from '../../lambdas/functions.mjs';
import { ACCOUNT, PREFIX, REGION, plan, planOnce, resource, resourcesOf } from '../terraform/render.mjs';

const POLICIES = {
  webhook: 'module.webhook.module.function.aws_iam_role_policy.this',
  'scale-up': 'module.scale_up.aws_iam_role_policy.this',
  'scale-down': 'module.scale_down.aws_iam_role_policy.this',
  'tenant-manager': 'module.tenant_manager.aws_iam_role_policy.this',
  recovery: 'module.recovery.aws_iam_role_policy.this',
  machine: 'module.machine.aws_iam_role_policy.this',
  api: 'module.api[0].module.function.aws_iam_role_policy.this',
  events: 'module.events[0].module.function.aws_iam_role_policy.this',
  callbacks: 'module.events[0].module.callbacks[0].aws_iam_role_policy.this',
};

const arn = (service, rest, { region = REGION, account = ACCOUNT } = {}) =>
  `arn:aws:${service}:${region}:${account}:${rest}`;
const table = (name) => arn('dynamodb', `table/${PREFIX}-${name}`);
const queue = (name) => arn('sqs', `${PREFIX}-${name}`);
const parameter = (name) => arn('ssm', `parameter${name}`);
const ec2 = (rest) => arn('ec2', rest);
const lambda = (name) => arn('lambda', `function:${PREFIX}-${name}`);
const MAPPING = arn('lambda', 'event-source-mapping:0f0f0f0f-0000-0000-0000-000000000000');
const logs = (name) => arn('logs', `log-group:/aws/lambda/${PREFIX}-${name}:log-stream:2026/11/21`);

const OWN = parameter(`/${PREFIX}/tenants/1/runners/7001-1`);
const MACHINE = ec2('instance/i-0aaa');
const OURS = { 'ec2:ResourceTag/ghr:environment': PREFIX };
const THEIRS = { 'ec2:ResourceTag/ghr:environment': 'other' };
const TENANTS_GROUP = { ...OURS, 'ec2:ResourceTag/ghr:tenant_id': '1' };
const TAGGED = { 'aws:RequestTag/ghr:environment': PREFIX };
/** The account that owns a shared network. */
const SHARING = { account: '999999999999' };
const TRAIL = `arn:aws:s3:::${PREFIX}-audit-${ACCOUNT}`;
const CALLBACK = parameter(`/${PREFIX}/callbacks/1`);
const HERE = { 'ec2:Region': REGION };

const LIVES = { 'dynamodb:LeadingKeys': ['1001/lives'] };
const CORRECTIONS = { 'dynamodb:LeadingKeys': ['1001/corrections'] };
const CORRECTION_IDS = { 'dynamodb:LeadingKeys': ['1001/correction-ids'] };
const SUMS = { 'dynamodb:LeadingKeys': ['1001/sums'] };
/** Of each function that ends launches. */
const LEDGER = [
  ['dynamodb:PutItem', table('usage'), LIVES],
  ['dynamodb:UpdateItem', table('usage'), SUMS],
  ['dynamodb:Query', table('usage'), SUMS],
];
const NOT_IN_THE_LEDGER = [
  ['change what a machine was and cost', 'dynamodb:UpdateItem', table('usage'), LIVES],
  ['replace the sums of a tenant', 'dynamodb:PutItem', table('usage'), SUMS],
  ['take a machine out of the ledger', 'dynamodb:DeleteItem', table('usage'), LIVES],
];

/** [action, resource, context] */
const ALLOWED = {
  webhook: [
    ['dynamodb:GetItem', table('tenants')],
    ...['PutItem', 'UpdateItem'].map((call) => [`dynamodb:${call}`, table('jobs')]),
    ...['builds-small', 'builds-medium', 'builds-large', 'runner-events'].map((name) => [
      'sqs:SendMessage',
      queue(name),
    ]),
    ['events:PutEvents', arn('events', `event-bus/${PREFIX}`)],
    ['ssm:GetParameters', parameter(`/${PREFIX}/app/id`)],
    ['ssm:GetParameters', parameter(`/${PREFIX}/app/webhook-secret`)],
  ],
  'scale-up': [
    ...LEDGER,
    ...['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes', 'ChangeMessageVisibility', 'SendMessage'].map(
      (call) => [`sqs:${call}`, queue('builds-small')],
    ),
    ...['GetItem', 'BatchGetItem', 'UpdateItem'].map((call) => [`dynamodb:${call}`, table('tenants')]),
    ...['GetItem', 'PutItem', 'UpdateItem'].flatMap((call) => [
      [`dynamodb:${call}`, table('jobs')],
      [`dynamodb:${call}`, table('launches')],
    ]),
    ['dynamodb:BatchGetItem', table('launches')],
    ['dynamodb:BatchGetItem', table('jobs')],
    ['dynamodb:Query', `${table('jobs')}/index/waiting-index`],
    ['dynamodb:Query', `${table('launches')}/index/open-index`],
    ['ssm:GetParameters', parameter(`/${PREFIX}/app/id`)],
    ['ssm:GetParameters', parameter(`/${PREFIX}/app/key`)],
    ...['PutParameter', 'AddTagsToResource', 'DeleteParameters'].map((call) => [`ssm:${call}`, OWN]),
    ...['instance', 'volume', 'network-interface'].flatMap((kind) => [
      ['ec2:RunInstances', ec2(`${kind}/*`), TAGGED],
      ['ec2:CreateTags', ec2(`${kind}/*`), { 'ec2:CreateAction': 'RunInstances' }],
    ]),
    ['ec2:RunInstances', ec2('subnet/subnet-0123456789abcdef0')],
    ['ec2:RunInstances', ec2('subnet/subnet-0123456789abcdef1')],
    // Shared by another account: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-sharing-service-behavior.html
    ['ec2:RunInstances', arn('ec2', 'subnet/subnet-0123456789abcdef0', SHARING)],
    ['ec2:RunInstances', ec2('security-group/sg-0aaa'), TENANTS_GROUP],
    ['ec2:RunInstances', ec2('security-group/sg-0shared'), OURS],
    ['ec2:RunInstances', ec2('launch-template/lt-0aaa'), OURS],
    ['ec2:RunInstances', arn('ec2', 'image/ami-0aaa', { account: '' })],
    ['ec2:TerminateInstances', MACHINE, OURS],
    ['ec2:DescribeLaunchTemplateVersions', '*', HERE],
    ['ec2:DescribeInstances', '*', HERE],
  ],
  'scale-down': [
    ...LEDGER,
    ...['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes', 'ChangeMessageVisibility'].map((call) => [
      `sqs:${call}`,
      queue('runner-events'),
    ]),
    ['sqs:SendMessage', queue('builds-large')],
    ['sqs:SendMessage', queue('sweep-dlq')],
    ...['GetItem', 'BatchGetItem', 'UpdateItem', 'Scan'].map((call) => [`dynamodb:${call}`, table('tenants')]),
    ...['GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem'].flatMap((call) => [
      [`dynamodb:${call}`, table('jobs')],
      [`dynamodb:${call}`, table('launches')],
    ]),
    ...['open-index', 'waiting-index', 'due-index', 'open-tenants-index'].map((index) => [
      'dynamodb:Query',
      `${table('jobs')}/index/${index}`,
    ]),
    ...['open-index', 'instance-index'].map((index) => ['dynamodb:Query', `${table('launches')}/index/${index}`]),
    ['dynamodb:Query', `${table('tenants')}/index/cleanup-index`],
    ['dynamodb:Query', `${table('tenants')}/index/open-tenants-index`],
    ['ssm:GetParameters', parameter(`/${PREFIX}/app/key`)],
    ['ssm:GetParametersByPath', parameter(`/${PREFIX}/tenants/1/runners`)],
    ['ssm:DeleteParameters', OWN],
    ['ec2:DescribeInstances', '*', HERE],
    ['ec2:DescribeSecurityGroups', '*', HERE],
    ['ec2:TerminateInstances', MACHINE, OURS],
    ['ec2:DeleteSecurityGroup', ec2('security-group/sg-0aaa'), TENANTS_GROUP],
  ],
  'tenant-manager': [
    ...LEDGER,
    ...['GetItem', 'BatchGetItem', 'UpdateItem'].map((call) => [`dynamodb:${call}`, table('tenants')]),
    ['dynamodb:Query', `${table('tenants')}/index/account-id-index`],
    ...['DescribeStream', 'GetRecords', 'GetShardIterator'].map((call) => [
      `dynamodb:${call}`,
      `${table('tenants')}/stream/2026-11-21T00:00:00.000`,
    ]),
    ['dynamodb:ListStreams', '*'],
    ...['BatchGetItem', 'UpdateItem'].map((call) => [`dynamodb:${call}`, table('jobs')]),
    ...['BatchGetItem', 'PutItem', 'UpdateItem'].map((call) => [`dynamodb:${call}`, table('launches')]),
    ['dynamodb:Query', `${table('jobs')}/index/waiting-index`],
    ['dynamodb:Query', `${table('jobs')}/index/open-index`],
    ['dynamodb:Query', `${table('launches')}/index/open-index`],
    ['sqs:SendMessage', queue('builds-medium')],
    ['dynamodb:PutItem', table('audit')],
    ...['GetItem', 'UpdateItem'].map((call) => [`dynamodb:${call}`, table('api')]),
    ['sqs:SendMessage', queue('tenant-manager-dlq')],
    ['ssm:GetParameters', parameter(`/${PREFIX}/app/id`)],
    ['ssm:GetParametersByPath', parameter(`/${PREFIX}/tenants/1/runners`)],
    ['ssm:DeleteParameters', OWN],
    ['ec2:DescribeInstances', '*', HERE],
    ['ec2:DescribeSecurityGroups', '*', HERE],
    ['ec2:TerminateInstances', MACHINE, OURS],
    ['ec2:CreateSecurityGroup', ec2('security-group/*'), TAGGED],
    ['ec2:CreateSecurityGroup', ec2('vpc/vpc-0123456789abcdef0')],
    ['ec2:CreateSecurityGroup', arn('ec2', 'vpc/vpc-0123456789abcdef0', SHARING)],
    ['ec2:CreateTags', ec2('security-group/*'), { 'ec2:CreateAction': 'CreateSecurityGroup' }],
    ...['AuthorizeSecurityGroupEgress', 'RevokeSecurityGroupEgress', 'DeleteSecurityGroup'].map((call) => [
      `ec2:${call}`,
      ec2('security-group/sg-0aaa'),
      TENANTS_GROUP,
    ]),
  ],
  recovery: [
    ...['GetItem', 'Scan'].map((call) => [`dynamodb:${call}`, table('tenants')]),
    ...['GetItem', 'PutItem', 'UpdateItem', 'Query'].flatMap((call) => [
      [`dynamodb:${call}`, table('jobs')],
      [`dynamodb:${call}`, table('recovery')],
    ]),
    ['dynamodb:Query', `${table('recovery')}/index/open-index`],
    ['events:PutEvents', arn('events', `event-bus/${PREFIX}`)],
    ['sqs:SendMessage', queue('builds-small')],
    ['sqs:SendMessage', queue('recovery-dlq')],
    ['ssm:GetParameters', parameter(`/${PREFIX}/app/id`)],
    ['ssm:GetParameters', parameter(`/${PREFIX}/app/key`)],
  ],
  machine: [
    ['dynamodb:Query', `${table('launches')}/index/instance-index`],
    ...['GetItem', 'UpdateItem'].map((call) => [`dynamodb:${call}`, table('launches')]),
    ...['GetParameters', 'DeleteParameters'].map((call) => [`ssm:${call}`, OWN]),
  ],
  api: [
    ...['GetItem', 'BatchGetItem', 'UpdateItem'].map((call) => [`dynamodb:${call}`, table('tenants')]),
    ...['account-id-index', 'open-tenants-index', 'org-name-index', 'status-index'].map((index) => [
      'dynamodb:Query',
      `${table('tenants')}/index/${index}`,
    ]),
    ...['GetItem', 'BatchGetItem', 'UpdateItem'].map((call) => [`dynamodb:${call}`, table('jobs')]),
    ['dynamodb:Query', table('jobs')],
    ['dynamodb:Query', `${table('jobs')}/index/open-index`],
    ['dynamodb:Query', `${table('jobs')}/index/open-tenants-index`],
    ...[SUMS, CORRECTIONS].map((book) => ['dynamodb:Query', table('usage'), book]),
    ['dynamodb:GetItem', table('usage'), LIVES],
    ...[CORRECTIONS, CORRECTION_IDS].map((book) => ['dynamodb:PutItem', table('usage'), book]),
    ['dynamodb:UpdateItem', table('usage'), SUMS],
    ['dynamodb:Query', `${table('usage')}/index/month-keys-index`],
    ['dynamodb:GetItem', table('recovery')],
    ...['GetParameters', 'PutParameter', 'DeleteParameters'].map((call) => [`ssm:${call}`, CALLBACK]),
    ['ssm:GetParameters', parameter(`/${PREFIX}/links`)],
    ...['GetItem', 'UpdateItem'].map((call) => [`dynamodb:${call}`, table('launches')]),
    ['dynamodb:Query', `${table('launches')}/index/open-index`],
    ['dynamodb:PutItem', table('audit')],
    ['dynamodb:Query', table('audit')],
    ['dynamodb:Query', `${table('audit')}/index/day-index`],
    ...['GetItem', 'PutItem', 'UpdateItem'].map((call) => [`dynamodb:${call}`, table('api')]),
    ['sqs:GetQueueAttributes', queue('sweep-dlq')],
    ...['StartMessageMoveTask', 'ReceiveMessage', 'DeleteMessage'].map((call) => [
      `sqs:${call}`,
      queue('builds-small-dlq'),
    ]),
    ['sqs:SendMessage', queue('builds-small')],
    ['lambda:UpdateEventSourceMapping', MAPPING, { 'lambda:FunctionArn': lambda('scale-up') }],
    ['lambda:InvokeFunction', lambda('tenant-manager')],
  ],
  events: [
    ...['tenants', 'jobs', 'launches', 'usage', 'audit'].flatMap((name) =>
      ['DescribeStream', 'GetRecords', 'GetShardIterator'].map((call) => [
        `dynamodb:${call}`,
        `${table(name)}/stream/2026-11-21T00:00:00.000`,
      ]),
    ),
    ['dynamodb:ListStreams', '*'],
    ['events:PutEvents', arn('events', `event-bus/${PREFIX}`)],
    ['s3:PutObject', `${TRAIL}/audit/day=2026-11-21/a.jsonl`],
    ['sqs:SendMessage', queue('events-dlq')],
    ['sqs:SendMessage', queue('callbacks')],
    ['dynamodb:GetItem', table('tenants')],
    ['ssm:DeleteParameters', CALLBACK],
  ],
  callbacks: [
    ['dynamodb:GetItem', table('tenants')],
    ['dynamodb:UpdateItem', table('recovery'), { 'dynamodb:LeadingKeys': ['callbacks/1001'] }],
    ...['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes', 'ChangeMessageVisibility'].map((call) => [
      `sqs:${call}`,
      queue('callbacks'),
    ]),
    ['ssm:GetParameters', CALLBACK],
  ],
};
for (const name of ROOT_FUNCTIONS) {
  ALLOWED[name].push(['logs:CreateLogStream', logs(name)], ['logs:PutLogEvents', logs(name)]);
}

/** [what it would do, action, resource, context] */
const DENIED = {
  webhook: [
    ['write a tenant', 'dynamodb:UpdateItem', table('tenants')],
    ['read a job', 'dynamodb:GetItem', table('jobs')],
    ['read the App’s private key', 'ssm:GetParameters', parameter(`/${PREFIX}/app/key`)],
    ['read a runner’s configuration', 'ssm:GetParameters', OWN],
    ['send to another installation’s queue', 'sqs:SendMessage', arn('sqs', 'other-builds-small')],
    ['take a job', 'sqs:ReceiveMessage', queue('builds-small')],
    ['speak on the default bus', 'events:PutEvents', arn('events', 'event-bus/default')],
    ['start a machine', 'ec2:RunInstances', ec2('instance/*'), TAGGED],
    ['write another function’s logs', 'logs:PutLogEvents', logs('scale-up')],
  ],
  'scale-up': [
    ...NOT_IN_THE_LEDGER,
    ['keep a message of another queue from others', 'sqs:ChangeMessageVisibility', queue('runner-events')],
    ['go through all jobs', 'dynamodb:Query', table('jobs')],
    ['go through the open jobs', 'dynamodb:Query', `${table('jobs')}/index/open-index`],
    ['find a launch by its machine', 'dynamodb:Query', `${table('launches')}/index/instance-index`],
    ['start a machine without its tags', 'ec2:RunInstances', ec2('instance/*')],
    [
      'start a machine as another installation’s',
      'ec2:RunInstances',
      ec2('instance/*'),
      { 'aws:RequestTag/ghr:environment': 'other' },
    ],
    ['make a disk without tags', 'ec2:RunInstances', ec2('volume/*')],
    ['make an interface without tags', 'ec2:RunInstances', ec2('network-interface/*')],
    ['start in another subnet', 'ec2:RunInstances', ec2('subnet/subnet-0fff')],
    ['start in another subnet that is shared', 'ec2:RunInstances', arn('ec2', 'subnet/subnet-0fff', SHARING)],
    [
      'use a group of the account that shares its network',
      'ec2:RunInstances',
      arn('ec2', 'security-group/sg-0aaa', SHARING),
      TENANTS_GROUP,
    ],
    [
      'use a key of disks where AWS has its own',
      'kms:CreateGrant',
      arn('kms', 'key/disks'),
      { 'kms:GrantIsForAWSResource': 'true', 'kms:ViaService': `ec2.${REGION}.amazonaws.com` },
    ],
    ['use a group of somebody else', 'ec2:RunInstances', ec2('security-group/sg-0fff'), THEIRS],
    ['use a group without tags', 'ec2:RunInstances', ec2('security-group/sg-0fff')],
    ['use a template of somebody else', 'ec2:RunInstances', ec2('launch-template/lt-0fff'), THEIRS],
    ['ask for spot where no tier does', 'ec2:RunInstances', ec2('spot-instances-request/*')],
    ['tag what exists', 'ec2:CreateTags', MACHINE],
    ['tag a security group', 'ec2:CreateTags', ec2('security-group/sg-0aaa'), { 'ec2:CreateAction': 'RunInstances' }],
    ['terminate an untagged machine', 'ec2:TerminateInstances', MACHINE],
    ['terminate another installation’s machine', 'ec2:TerminateInstances', MACHINE, THEIRS],
    [
      'pass another role',
      'iam:PassRole',
      arn('iam', `role/${PREFIX}-scale-up`, { region: '' }),
      { 'iam:PassedToService': 'ec2.amazonaws.com' },
    ],
    [
      'pass the role to Lambda',
      'iam:PassRole',
      arn('iam', `role/${PREFIX}-runner`, { region: '' }),
      { 'iam:PassedToService': 'lambda.amazonaws.com' },
    ],
    ['read the webhook secret', 'ssm:GetParameters', parameter(`/${PREFIX}/app/webhook-secret`)],
    ['change the App’s key', 'ssm:PutParameter', parameter(`/${PREFIX}/app/key`)],
    ['read a configuration back', 'ssm:GetParameter', OWN],
    ['write below another installation', 'ssm:PutParameter', parameter('/other/tenants/1/runners/i-0aaa')],
    ['remove a tenant', 'dynamodb:DeleteItem', table('tenants')],
    ['describe machines of another Region', 'ec2:DescribeInstances', '*', { 'ec2:Region': 'eu-north-1' }],
  ],
  'scale-down': [
    ...NOT_IN_THE_LEDGER,
    ['terminate an untagged machine', 'ec2:TerminateInstances', MACHINE],
    ['terminate another installation’s machine', 'ec2:TerminateInstances', MACHINE, THEIRS],
    ['start a machine', 'ec2:RunInstances', ec2('instance/*'), TAGGED],
    ['describe another Region’s machines', 'ec2:DescribeInstances', '*', { 'ec2:Region': 'eu-west-1' }],
    ['delete the shared group', 'ec2:DeleteSecurityGroup', ec2('security-group/sg-0shared'), OURS],
    [
      'delete another installation’s group',
      'ec2:DeleteSecurityGroup',
      ec2('security-group/sg-0aaa'),
      { ...THEIRS, 'ec2:ResourceTag/ghr:tenant_id': '1' },
    ],
    ['create a group', 'ec2:CreateSecurityGroup', ec2('security-group/*'), TAGGED],
    ['remove a row of a tenant', 'dynamodb:DeleteItem', table('tenants')],
    ['delete the App’s key', 'ssm:DeleteParameters', parameter(`/${PREFIX}/app/key`)],
    ['list the App’s secrets', 'ssm:GetParametersByPath', parameter(`/${PREFIX}/app`)],
    ['read the webhook secret', 'ssm:GetParameters', parameter(`/${PREFIX}/app/webhook-secret`)],
  ],
  'tenant-manager': [
    ...NOT_IN_THE_LEDGER,
    ['make or replace a tenant’s row', 'dynamodb:PutItem', table('tenants')],
    ['start a machine', 'ec2:RunInstances', ec2('instance/*'), TAGGED],
    ['terminate an untagged machine', 'ec2:TerminateInstances', MACHINE],
    ['create a group without tags', 'ec2:CreateSecurityGroup', ec2('security-group/*')],
    ['create a group in another VPC', 'ec2:CreateSecurityGroup', ec2('vpc/vpc-0fff')],
    ['create a group in another VPC that is shared', 'ec2:CreateSecurityGroup', arn('ec2', 'vpc/vpc-0fff', SHARING)],
    ['tag a group that exists', 'ec2:CreateTags', ec2('security-group/sg-0aaa')],
    ['open a group to the inside', 'ec2:AuthorizeSecurityGroupIngress', ec2('security-group/sg-0aaa'), TENANTS_GROUP],
    ['change the shared group', 'ec2:AuthorizeSecurityGroupEgress', ec2('security-group/sg-0shared'), OURS],
    [
      'change another installation’s group',
      'ec2:RevokeSecurityGroupEgress',
      ec2('security-group/sg-0aaa'),
      { ...THEIRS, 'ec2:ResourceTag/ghr:tenant_id': '1' },
    ],
    ['read every tenant', 'dynamodb:Scan', table('tenants')],
    ['remove a tenant’s row', 'dynamodb:DeleteItem', table('tenants')],
    ['delete the App’s key', 'ssm:DeleteParameters', parameter(`/${PREFIX}/app/key`)],
  ],
  recovery: [
    ['read a tenant’s launches', 'dynamodb:Query', table('launches')],
    ['change a tenant’s launch', 'dynamodb:UpdateItem', table('launches')],
    ['find a launch by its machine', 'dynamodb:Query', `${table('launches')}/index/instance-index`],
    ['read every launch', 'dynamodb:Scan', table('launches')],
    ['change a tenant', 'dynamodb:UpdateItem', table('tenants')],
    ['speak on the default bus', 'events:PutEvents', arn('events', 'event-bus/default')],
    ['send to another installation’s queue', 'sqs:SendMessage', arn('sqs', 'other-builds-small')],
    ['take a job', 'sqs:ReceiveMessage', queue('builds-small')],
    ['read the webhook secret', 'ssm:GetParameters', parameter(`/${PREFIX}/app/webhook-secret`)],
    ['read a runner’s configuration', 'ssm:GetParameters', OWN],
    ['start a machine', 'ec2:RunInstances', ec2('instance/*'), TAGGED],
    ['terminate a machine', 'ec2:TerminateInstances', MACHINE, OURS],
  ],
  api: [
    ['read every tenant', 'dynamodb:Scan', table('tenants')],
    ['make or replace a tenant’s row', 'dynamodb:PutItem', table('tenants')],
    ['remove a tenant’s row', 'dynamodb:DeleteItem', table('tenants')],
    ['make or replace a job', 'dynamodb:PutItem', table('jobs')],
    ['remove a job', 'dynamodb:DeleteItem', table('jobs')],
    ['read every job', 'dynamodb:Scan', table('jobs')],
    ['make a launch', 'dynamodb:PutItem', table('launches')],
    ['remove a launch', 'dynamodb:DeleteItem', table('launches')],
    ['read every launch', 'dynamodb:Scan', table('launches')],
    ['take a job', 'sqs:ReceiveMessage', queue('builds-small')],
    ['empty the dead letters that have no source', 'sqs:DeleteMessage', queue('sweep-dlq')],
    ['run another function', 'lambda:InvokeFunction', lambda('scale-up')],
    ['stop another function', 'lambda:UpdateEventSourceMapping', MAPPING, { 'lambda:FunctionArn': lambda('webhook') }],
    ...NOT_IN_THE_LEDGER,
    ['read what every machine was and cost', 'dynamodb:Query', table('usage'), LIVES],
    ['write a machine into the ledger', 'dynamodb:PutItem', table('usage'), LIVES],
    ['change what was corrected', 'dynamodb:UpdateItem', table('usage'), CORRECTIONS],
    ['change what recovery remembers', 'dynamodb:UpdateItem', table('recovery')],
    ['change the key of links', 'ssm:PutParameter', parameter(`/${PREFIX}/links`)],
    ['read the App’s key', 'ssm:GetParameters', parameter(`/${PREFIX}/app/key`)],
    ['read the webhook secret', 'ssm:GetParameters', parameter(`/${PREFIX}/app/webhook-secret`)],
    ['read a runner’s configuration', 'ssm:GetParameters', OWN],
    ['start a machine', 'ec2:RunInstances', ec2('instance/*'), TAGGED],
    ['end a machine', 'ec2:TerminateInstances', MACHINE, OURS],
    ['speak on the bus', 'events:PutEvents', arn('events', `event-bus/${PREFIX}`)],
    ['call itself', 'execute-api:Invoke', arn('execute-api', 'abcdef/$default/GET/v1/tenants')],
    ['take on another role', 'sts:AssumeRole', `arn:aws:iam::${ACCOUNT}:role/${PREFIX}-scale-up`],
  ],
  machine: [
    ['read the App’s key', 'ssm:GetParameters', parameter(`/${PREFIX}/app/key`)],
    ['read another installation’s configuration', 'ssm:GetParameters', parameter('/other/tenants/1/runners/7001-1')],
    ['list configurations', 'ssm:GetParametersByPath', parameter(`/${PREFIX}/tenants/1/runners`)],
    ['write a configuration', 'ssm:PutParameter', OWN],
    ['make a launch', 'dynamodb:PutItem', table('launches')],
    ['delete a launch', 'dynamodb:DeleteItem', table('launches')],
    ['go through a tenant’s launches', 'dynamodb:Query', `${table('launches')}/index/open-index`],
    ['read the registry', 'dynamodb:GetItem', table('tenants')],
    ['read a job', 'dynamodb:GetItem', table('jobs')],
    ['change a job', 'dynamodb:UpdateItem', table('jobs')],
    ['take configurations of the table that is not there', 'dynamodb:DeleteItem', table('configurations')],
    ['start a machine', 'ec2:RunInstances', ec2('instance/*'), TAGGED],
    ['end a machine', 'ec2:TerminateInstances', MACHINE, OURS],
    ['tag a machine', 'ec2:CreateTags', MACHINE, OURS],
    ['see machines', 'ec2:DescribeInstances', '*', HERE],
    ['send a job', 'sqs:SendMessage', queue('builds-small')],
    ['speak on the bus', 'events:PutEvents', arn('events', `event-bus/${PREFIX}`)],
    ['write a metric', 'cloudwatch:PutMetricData', '*'],
    ['write another function’s logs', 'logs:PutLogEvents', logs('webhook')],
  ],
  callbacks: [
    ['change a tenant', 'dynamodb:UpdateItem', table('tenants')],
    [
      'move where recovery continues',
      'dynamodb:UpdateItem',
      table('recovery'),
      { 'dynamodb:LeadingKeys': ['bookmarks'] },
    ],
    ['read a job', 'dynamodb:GetItem', table('jobs')],
    ['remove a secret', 'ssm:DeleteParameters', CALLBACK],
    ['change a secret', 'ssm:PutParameter', CALLBACK],
    ['read the App’s key', 'ssm:GetParameters', parameter(`/${PREFIX}/app/key`)],
    ['read a runner’s configuration', 'ssm:GetParameters', OWN],
    ['read another installation’s secrets', 'ssm:GetParameters', parameter('/other/callbacks/1')],
    ['send itself an event', 'sqs:SendMessage', queue('callbacks')],
    ['take a job', 'sqs:ReceiveMessage', queue('builds-small')],
    ['speak on the bus', 'events:PutEvents', arn('events', `event-bus/${PREFIX}`)],
  ],
  events: [
    ['read a secret', 'ssm:GetParameters', CALLBACK],
    ['read a job', 'dynamodb:GetItem', table('jobs')],
    ['change a tenant', 'dynamodb:UpdateItem', table('tenants')],
    ['follow runners’ configurations', 'dynamodb:GetRecords', `${table('configurations')}/stream/2026`],
    ['follow another installation', 'dynamodb:GetRecords', arn('dynamodb', 'table/other-tenants/stream/2026')],
    ['write an entry of the audit trail', 'dynamodb:PutItem', table('audit')],
    ['read an exported entry', 's3:GetObject', `${TRAIL}/audit/day=2026-11-21/a.jsonl`],
    ['remove an exported entry', 's3:DeleteObject', `${TRAIL}/audit/day=2026-11-21/a.jsonl`],
    ['write beside the trail', 's3:PutObject', `${TRAIL}/else/a.jsonl`],
    ['write into another bucket', 's3:PutObject', 'arn:aws:s3:::other/audit/a.jsonl'],
    ['speak on the default bus', 'events:PutEvents', arn('events', 'event-bus/default')],
    ['send a job', 'sqs:SendMessage', queue('builds-small')],
    ['read the App’s key', 'ssm:GetParameters', parameter(`/${PREFIX}/app/key`)],
  ],
};

const asList = (value) => (Array.isArray(value) ? value : [value]);

const policiesOf = (json) =>
  Object.fromEntries(
    Object.entries(POLICIES).map(([role, address]) => [role, JSON.parse(resource(json, address).policy)]),
  );

/** AWS's default key policy, which delegates to IAM. Without it IAM policies have no effect on the key. */
const KEY_POLICY = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'kms:*', Resource: '*' }],
};

async function evaluateWith(policies, role, action, target, context = {}) {
  const result = await runSimulation(
    {
      request: {
        principal: `arn:aws:iam::${ACCOUNT}:role/${PREFIX}-${role}`,
        action,
        resource: { resource: target, accountId: ACCOUNT },
        contextVariables: context,
      },
      identityPolicies: [{ name: role, policy: policies[role] }],
      ...(action.startsWith('kms:') && { resourcePolicy: KEY_POLICY }),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  );
  assert.notEqual(result.resultType, 'error', JSON.stringify(result.errors));
  return { verdict: result.overallResult, ignored: result.result?.ignoredContextKeys ?? [] };
}

describe('the policies of a plan', () => {
  let policies;
  let json;
  before(async () => {
    json = await planOnce();
    policies = policiesOf(json);
  });
  const judge = (...row) => evaluateWith(policies, ...row);

  for (const [role, rows] of Object.entries(ALLOWED)) {
    describe(`${role} may`, () => {
      for (const [action, target, context] of rows) {
        it(`${action} on ${target.replace(/^arn:aws:[^:]*:[^:]*:[^:]*:/, '')}`, async () => {
          const { verdict, ignored } = await judge(role, action, target, context);
          assert.equal(verdict, 'Allowed');
          // With a context key that AWS does not set for this call, the policy would work only here.
          assert.deepEqual(ignored, []);
        });
      }
    });

    it(`${role} holds no action that it does not need`, () => {
      const granted = new Set(policies[role].Statement.flatMap(({ Action }) => asList(Action)));
      const needed = new Set(rows.map(([action]) => action));
      assert.deepEqual([...granted].sort(), [...needed].sort());
    });
  }

  for (const [role, rows] of Object.entries(DENIED)) {
    describe(`${role} may not`, () => {
      for (const [what, action, target, context] of rows) {
        it(what, async () => {
          const { verdict } = await judge(role, action, target, context);
          assert.equal(verdict, 'ImplicitlyDenied');
        });
      }
    });
  }

  it('grants nothing on every resource without a condition, but what knows neither', () => {
    const open = Object.entries(policies).flatMap(([role, { Statement }]) =>
      Statement.filter(({ Resource, Condition }) => asList(Resource).includes('*') && !Condition).map(
        ({ Action }) => `${role}: ${Action}`,
      ),
    );
    assert.deepEqual(open, ['tenant-manager: dynamodb:ListStreams', 'events: dynamodb:ListStreams']);
  });

  // Not simulated above: the simulator does not support ARNs without an account, as AWS's public parameters have.
  it('lets scale-up resolve the image that the launch templates name, and no other', () => {
    const { Resource } = policies['scale-up'].Statement.find(({ Sid }) => Sid === 'ResolveImage');
    const { image_id: image } = resource(json, 'module.runners.aws_launch_template.tier["small"]');
    assert.equal(`resolve:ssm:${Resource.split(':parameter')[1]}`, image);
    assert.ok(Resource.startsWith(`arn:aws:ssm:${REGION}::parameter/aws/service/`));
  });

  // Documented only for string keys; ForAllValues is true for an absent key, so a number might open the whole table.
  it('leaves only tables whose keys are strings to dynamodb:LeadingKeys, as installations are numbers', () => {
    const statements = Object.values(policies).flatMap(({ Statement }) => asList(Statement));
    for (const { Condition, Resource, Action } of statements) {
      if (!/dynamodb:LeadingKeys/i.test(JSON.stringify(Condition ?? {}))) continue;
      const [resource, ...others] = asList(Resource);
      assert.ok([table('usage'), table('recovery')].includes(resource), resource);
      assert.deepEqual(others, []);
      // Each of these names one key, so the condition's key is never absent.
      for (const call of asList(Action)) assert.match(call, /^dynamodb:(GetItem|PutItem|UpdateItem|Query)$/);
    }
  });

  it('lets no role change or remove an entry of the audit trail', async () => {
    for (const role of Object.keys(POLICIES))
      for (const call of ['UpdateItem', 'DeleteItem', 'BatchWriteItem', 'PartiQLUpdate', 'PartiQLDelete']) {
        const { verdict } = await judge(role, `dynamodb:${call}`, table('audit'));
        assert.equal(verdict, 'ImplicitlyDenied', `${role} ${call}`);
      }
  });

  it('lets the table of the audit trail keep everyone from that', () => {
    const { policy } = resource(json, 'aws_dynamodb_resource_policy.audit');
    const [{ Effect, Principal, Action }] = asList(JSON.parse(policy).Statement);
    assert.deepEqual([Effect, Principal], ['Deny', { AWS: '*' }]);
    assert.ok(['dynamodb:UpdateItem', 'dynamodb:DeleteItem'].every((action) => Action.includes(action)));
  });

  it('uses no wildcard in an action', () => {
    const wild = Object.entries(policies).flatMap(([role, { Statement }]) =>
      Statement.flatMap(({ Action }) => asList(Action))
        .filter((action) => action.includes('*'))
        .map((action) => `${role}: ${action}`),
    );
    assert.deepEqual(wild, []);
  });

  it('has no role policies except those evaluated here', () => {
    const all = resourcesOf(json)
      .filter(({ type }) => /^aws_iam_(role_)?policy/.test(type))
      .map(({ address }) => address);
    assert.deepEqual(all.sort(), Object.values(POLICIES).sort());
  });
});

describe('the policies with a customer key and spot', () => {
  const KEY = arn('kms', 'key/0f0f0f0f-0000-0000-0000-000000000000');
  const BY_SSM = { 'kms:ViaService': `ssm.${REGION}.amazonaws.com` };
  let policies;
  before(async () => {
    const { failed, output, json } = await plan({
      settings: `  check_runs = true
  encryption = { parameters = "${KEY}" }
  runner_tiers = {
    small = {
      runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium"]
      max_runners = 2, labels = ["small"], capacity = "spot"
    }
  }`,
    });
    assert.equal(failed, false, output);
    policies = policiesOf(json);
  });

  for (const [role, action, context, verdict] of [
    ['webhook', 'kms:Decrypt', BY_SSM, 'Allowed'],
    ['scale-up', 'kms:Decrypt', BY_SSM, 'Allowed'],
    ['scale-up', 'kms:GenerateDataKey', BY_SSM, 'Allowed'],
    ['scale-down', 'kms:Decrypt', BY_SSM, 'Allowed'],
    ['tenant-manager', 'kms:Decrypt', BY_SSM, 'Allowed'],
    ['recovery', 'kms:Decrypt', BY_SSM, 'Allowed'],
    ['webhook', 'kms:Decrypt', {}, 'ImplicitlyDenied'],
    ['scale-down', 'kms:GenerateDataKey', BY_SSM, 'ImplicitlyDenied'],
  ]) {
    it(
      `${verdict === 'Allowed' ? 'allow' : 'deny'} ${role} ${action} with ` +
        `${Object.keys(context).join(' and ') || 'nothing said'}`,
      async () => {
        assert.equal((await evaluateWith(policies, role, action, KEY, context)).verdict, verdict);
      },
    );
  }

  // Not simulated: the simulator does not support context keys with a variable part, as those of an encryption context.
  it('let the function of the machines decrypt runners’ configurations, and not the App’s secrets', () => {
    const { Resource, Condition } = policies.machine.Statement.find(({ Action }) => Action === 'kms:Decrypt');
    assert.equal(Resource, KEY);
    assert.deepEqual(Condition, {
      StringEquals: BY_SSM,
      StringLike: { 'kms:EncryptionContext:PARAMETER_ARN': parameter(`/${PREFIX}/tenants/*/runners/*`) },
    });
  });

  it('allow scale-down to find jobs with checks, and no other function', async () => {
    for (const role of Object.keys(policies)) {
      const { verdict } = await evaluateWith(policies, role, 'dynamodb:Query', `${table('jobs')}/index/checks-index`);
      assert.equal(verdict, role === 'scale-down' ? 'Allowed' : 'ImplicitlyDenied', role);
    }
  });

  it('allow scale-up to ask for spot, and not to tag the request', async () => {
    assert.equal(
      (await evaluateWith(policies, 'scale-up', 'ec2:RunInstances', ec2('spot-instances-request/*'))).verdict,
      'Allowed',
    );
    assert.equal(
      (
        await evaluateWith(policies, 'scale-up', 'ec2:CreateTags', ec2('spot-instances-request/*'), {
          'ec2:CreateAction': 'RunInstances',
        })
      ).verdict,
      'ImplicitlyDenied',
    );
  });
});

/** A call that gives a machine of nobody its tenant. */
const BLANK = {
  'aws:ResourceTag/ghr:environment': PREFIX,
  'aws:ResourceTag/ghr:blank_id': '0a1b',
  'aws:RequestTag/ghr:tenant_id': '1001',
  'aws:TagKeys': ['ghr:tenant_id', 'ghr:tenant_tier', 'ghr:launch_id'],
};
const { 'aws:RequestTag/ghr:tenant_id': _tenant, 'aws:TagKeys': _keys, ...STANDING } = BLANK;
const INTERFACE = ec2('network-interface/eni-0aaa');

describe('the policies where tenants share calls, without a pool', () => {
  const SHARED = { ...BLANK, 'aws:ResourceTag/ghr:blank_id': 'order-0a1b' };
  const GROUP = ec2('security-group/sg-0shared');
  let policies;
  let json;
  before(async () => {
    const planned = await plan({ settings: '  launch_rate = { shared_calls = { sizes = ["small"] } }' });
    assert.equal(planned.failed, false, planned.output);
    json = planned.json;
    policies = policiesOf(json);
  });

  for (const [role, what, action, target, context, verdict] of [
    ['scale-up', 'start in the shared group', 'ec2:RunInstances', GROUP, OURS, 'Allowed'],
    ['scale-up', 'look at a machine', 'ec2:DescribeInstances', '*', HERE, 'Allowed'],
    ['scale-up', 'tag a machine of nobody', 'ec2:CreateTags', MACHINE, SHARED, 'Allowed'],
    ['scale-up', 'set its group', 'ec2:ModifyNetworkInterfaceAttribute', INTERFACE, STANDING, 'Allowed'],
    [
      ...['scale-up', 'give a machine of one tenant to another', 'ec2:CreateTags', MACHINE],
      ...[{ ...SHARED, 'aws:ResourceTag/ghr:tenant_id': '1002' }, 'ImplicitlyDenied'],
    ],
    [
      ...['scale-up', 'tag a machine of a call of its tenant’s own', 'ec2:CreateTags', MACHINE],
      ...[{ ...SHARED, 'aws:ResourceTag/ghr:blank_id': undefined }, 'ImplicitlyDenied'],
    ],
    [
      ...['scale-up', 'set the group of such a machine', 'ec2:ModifyNetworkInterfaceAttribute', INTERFACE],
      ...[{ 'aws:ResourceTag/ghr:environment': PREFIX }, 'ImplicitlyDenied'],
    ],
    ...['scale-up', 'scale-down', 'machine'].map((one) => [
      ...[one, 'read places of a pool', 'dynamodb:Query', table('pool'), {}, 'ImplicitlyDenied'],
    ]),
    ...['machine', 'scale-down', 'webhook'].map((one) => [
      ...[one, 'give a machine a tenant', 'ec2:CreateTags', MACHINE, SHARED, 'ImplicitlyDenied'],
    ]),
  ]) {
    it(`${verdict === 'Allowed' ? 'let' : 'do not let'} ${role} ${what}: ${action}`, async () => {
      const known = Object.fromEntries(Object.entries(context).filter(([, value]) => value !== undefined));
      assert.equal((await evaluateWith(policies, role, action, target, known)).verdict, verdict);
    });
  }

  it('make no table of a pool', () => {
    assert.deepEqual(
      resourcesOf(json).filter(({ address }) => address.startsWith('aws_dynamodb_table.pool')),
      [],
    );
  });
});

describe('the policies with a pool', () => {
  const GROUP = ec2('security-group/sg-0aaa');
  const without = (name) => Object.fromEntries(Object.entries(BLANK).filter(([key]) => key !== name));
  let policies;
  let json;
  before(async () => {
    const planned = await plan({
      settings: `  runner_tiers = {
    small = {
      runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium"]
      max_runners = 2, labels = ["small"], pool = { size = 2, dedicated = { "1001" = 3 } }
    }
  }`,
    });
    assert.equal(planned.failed, false, planned.output);
    json = planned.json;
    policies = policiesOf(json);
  });

  for (const [role, what, action, target, context, verdict] of [
    ...['Query', 'PutItem', 'UpdateItem', 'DeleteItem'].map((call) => [
      ...['scale-up', 'fill and take places', `dynamodb:${call}`, table('pool'), {}, 'Allowed'],
    ]),
    ...['Scan', 'Query', 'DeleteItem'].map((call) => [
      ...['scale-down', 'clear places', `dynamodb:${call}`, table('pool'), {}, 'Allowed'],
    ]),
    ...['GetItem', 'UpdateItem'].map((call) => [
      ...['machine', 'announce machines', `dynamodb:${call}`, table('pool'), {}, 'Allowed'],
    ]),
    ['machine', 'take a place', 'dynamodb:DeleteItem', table('pool'), {}, 'ImplicitlyDenied'],
    ['scale-down', 'fill a place', 'dynamodb:PutItem', table('pool'), {}, 'ImplicitlyDenied'],
    ['api', 'see places', 'dynamodb:Scan', table('pool'), {}, 'ImplicitlyDenied'],
    ['scale-up', 'look at a machine', 'ec2:DescribeInstances', '*', HERE, 'Allowed'],
    ['scale-up', 'tag a machine of nobody', 'ec2:CreateTags', MACHINE, BLANK, 'Allowed'],
    ['scale-up', 'tag its disk', 'ec2:CreateTags', ec2('volume/vol-0aaa'), BLANK, 'Allowed'],
    ['scale-up', 'tag its interface', 'ec2:CreateTags', INTERFACE, BLANK, 'Allowed'],
    [
      ...['scale-up', 'tag it again for the same tenant', 'ec2:CreateTags', MACHINE],
      ...[{ ...BLANK, 'aws:ResourceTag/ghr:tenant_id': '1001' }, 'Allowed'],
    ],
    [
      ...['scale-up', 'give a machine of one tenant to another', 'ec2:CreateTags', MACHINE],
      ...[{ ...BLANK, 'aws:ResourceTag/ghr:tenant_id': '1002' }, 'ImplicitlyDenied'],
    ],
    [
      ...['scale-up', 'tag a machine that no pool started', 'ec2:CreateTags', MACHINE],
      ...[without('aws:ResourceTag/ghr:blank_id'), 'ImplicitlyDenied'],
    ],
    [
      ...['scale-up', 'tag a machine of another installation', 'ec2:CreateTags', MACHINE],
      ...[{ ...BLANK, 'aws:ResourceTag/ghr:environment': 'other' }, 'ImplicitlyDenied'],
    ],
    [
      ...['scale-up', 'make a machine another installation’s', 'ec2:CreateTags', MACHINE],
      ...[{ ...BLANK, 'aws:TagKeys': ['ghr:environment', 'ghr:tenant_id'] }, 'ImplicitlyDenied'],
    ],
    ['scale-up', 'set its group', 'ec2:ModifyNetworkInterfaceAttribute', INTERFACE, STANDING, 'Allowed'],
    ['scale-up', 'set it to a group of ours', 'ec2:ModifyNetworkInterfaceAttribute', GROUP, STANDING, 'Allowed'],
    [
      ...['scale-up', 'set it to a group of somebody else', 'ec2:ModifyNetworkInterfaceAttribute', GROUP],
      ...[{ 'aws:ResourceTag/ghr:environment': 'other' }, 'ImplicitlyDenied'],
    ],
    [
      ...['scale-up', 'set the group of a machine that no pool started', 'ec2:ModifyNetworkInterfaceAttribute'],
      ...[INTERFACE, { 'aws:ResourceTag/ghr:environment': PREFIX }, 'ImplicitlyDenied'],
    ],
    [
      ...['scale-up', 'open a machine’s attributes', 'ec2:ModifyInstanceAttribute', MACHINE],
      ...[STANDING, 'ImplicitlyDenied'],
    ],
  ]) {
    it(`${verdict === 'Allowed' ? 'let' : 'do not let'} ${role} ${what}: ${action}`, async () => {
      const result = await evaluateWith(policies, role, action, target, context);
      assert.equal(result.verdict, verdict);
    });
  }

  it('makes the table of the pools, which no plan without one has', async () => {
    const tables = (planned) => resourcesOf(planned).filter(({ address }) => address === 'aws_dynamodb_table.pool[0]');
    assert.equal(tables(json).length, 1);
    assert.equal(tables(await planOnce()).length, 0);
  });

  it('lets machines ask as often as all that wait do', () => {
    const { default_route_settings: [{ throttling_rate_limit: rate }] = [] } = resource(
      json,
      'aws_apigatewayv2_stage.machine',
    );
    assert.equal(rate, 210);
  });
});

describe("the policies with the App's secrets in Secrets Manager", () => {
  const secret = (name) => arn('secretsmanager', `secret:github/${name}`);
  const [KEY, HOOK] = [secret('key-a1B2c3'), secret('hook-d4E5f6')];
  const CMK = arn('kms', 'key/0f0f0f0f-0000-0000-0000-000000000000');
  const READS = 'secretsmanager:GetSecretValue';
  let policies;
  before(async () => {
    const { failed, output, json } = await plan({
      settings: `github_app = {
        id                    = "4711"
        key_base64_secret     = { arn = "${KEY}", kms_key_arn = "${CMK}" }
        webhook_secret_secret = { arn = "${HOOK}" }
      }`,
    });
    assert.equal(failed, false, output);
    policies = policiesOf(json);
  });

  const OF_THE_KEY = ['scale-up', 'scale-down', 'tenant-manager', 'recovery'];
  for (const [role, action, resource, verdict] of [
    ...OF_THE_KEY.map((role) => [role, READS, KEY, 'Allowed']),
    ['webhook', READS, HOOK, 'Allowed'],
    ...OF_THE_KEY.map((role) => [role, READS, HOOK, 'ImplicitlyDenied']),
    ['webhook', READS, KEY, 'ImplicitlyDenied'],
    // A name that only begins so: each secret has six characters of its own.
    ['scale-up', READS, secret('key-Z9y8X7'), 'ImplicitlyDenied'],
    ['scale-up', READS, secret('key-a1B2c3-d4E5f6'), 'ImplicitlyDenied'],
    ['webhook', READS, arn('secretsmanager', 'secret:other/hook-d4E5f6'), 'ImplicitlyDenied'],
    ['webhook', 'secretsmanager:PutSecretValue', HOOK, 'ImplicitlyDenied'],
    ['scale-up', 'secretsmanager:ListSecrets', '*', 'ImplicitlyDenied'],
    ['machine', READS, KEY, 'ImplicitlyDenied'],
    ['api', READS, KEY, 'ImplicitlyDenied'],
    ['events', READS, HOOK, 'ImplicitlyDenied'],
    // There is no parameter of the key, so nobody may read one.
    ['scale-up', 'ssm:GetParameters', parameter(`/${PREFIX}/app/key`), 'ImplicitlyDenied'],
    ['scale-up', 'ssm:GetParameters', parameter(`/${PREFIX}/app/id`), 'Allowed'],
  ]) {
    it(`${verdict === 'Allowed' ? 'allow' : 'deny'} ${role} ${action} at ${resource}`, async () => {
      assert.equal((await evaluateWith(policies, role, action, resource, {})).verdict, verdict);
    });
  }

  // Not simulated: the simulator does not support context keys with a variable part, as those of an encryption context.
  it('let who reads the key decrypt that secret alone, through Secrets Manager, and nobody the other', () => {
    for (const role of OF_THE_KEY) {
      const [{ Resource, Condition }] = policies[role].Statement.filter(({ Action }) => Action === 'kms:Decrypt');
      assert.equal(Resource, CMK);
      assert.deepEqual(Condition, {
        StringEquals: {
          'kms:ViaService': `secretsmanager.${REGION}.amazonaws.com`,
          'kms:EncryptionContext:SecretARN': KEY,
        },
      });
    }
    assert.deepEqual(
      policies.webhook.Statement.filter(({ Action }) => Action === 'kms:Decrypt'),
      [],
    );
  });
});

describe('the policies of an API that has apps', () => {
  const PUSH = `arn:aws:iam::${ACCOUNT}:role/${PREFIX}-app-push`;
  const REPOSITORY = arn('ecr', `repository/${PREFIX}/apps/shop`);
  let policies;
  before(async () => {
    const named = ['apps', 'deployments'].map(
      (name) => `${name} = { name = "${PREFIX}-${name}", arn = "${table(name)}" }`,
    );
    const { failed, output, json } = await plan({
      settings: `  api = { enable = true, apps = { tables = { ${named.join(', ')} }, push_role_arn = "${PUSH}" } }`,
    });
    assert.equal(failed, false, output);
    policies = policiesOf(json);
  });

  for (const [action, resource, verdict] of [
    ...['GetItem', 'PutItem', 'UpdateItem'].flatMap((call) => [
      [`dynamodb:${call}`, table('apps'), 'Allowed'],
      [`dynamodb:${call}`, table('deployments'), 'Allowed'],
    ]),
    ['dynamodb:Query', `${table('apps')}/index/tenant-index`, 'Allowed'],
    ['dynamodb:Query', table('deployments'), 'Allowed'],
    ['lambda:InvokeFunction', lambda('webhook'), 'Allowed'],
    ['sts:AssumeRole', PUSH, 'Allowed'],
    ['secretsmanager:CreateSecret', arn('secretsmanager', `secret:${PREFIX}/apps/shop/KEY/0f0f0f0f-a1B2c3`), 'Allowed'],
    ['secretsmanager:TagResource', arn('secretsmanager', `secret:${PREFIX}/apps/shop/KEY/0f0f0f0f-a1B2c3`), 'Allowed'],
    // It writes values that it can't read again, change or delete.
    ...['GetSecretValue', 'PutSecretValue', 'DeleteSecret'].map((call) => [
      `secretsmanager:${call}`,
      arn('secretsmanager', `secret:${PREFIX}/apps/shop/KEY/0f0f0f0f-a1B2c3`),
      'ImplicitlyDenied',
    ]),
    ['secretsmanager:ListSecrets', '*', 'ImplicitlyDenied'],
    ['secretsmanager:CreateSecret', arn('secretsmanager', 'secret:other/apps/shop/KEY-a1B2c3'), 'ImplicitlyDenied'],
    ['dynamodb:Scan', table('apps'), 'ImplicitlyDenied'],
    ['dynamodb:DeleteItem', table('apps'), 'ImplicitlyDenied'],
    ['dynamodb:DeleteItem', table('deployments'), 'ImplicitlyDenied'],
    ['dynamodb:Query', `${table('apps')}/index/due-index`, 'ImplicitlyDenied'],
    ['lambda:InvokeFunction', lambda('scale-up'), 'ImplicitlyDenied'],
    ['sts:AssumeRole', `arn:aws:iam::${ACCOUNT}:role/${PREFIX}-scale-up`, 'ImplicitlyDenied'],
    // It hands out the right to push, and has none itself.
    ['ecr:PutImage', REPOSITORY, 'ImplicitlyDenied'],
    ['ecr:GetAuthorizationToken', '*', 'ImplicitlyDenied'],
    ['elasticloadbalancing:CreateRule', '*', 'ImplicitlyDenied'],
  ]) {
    it(`${verdict === 'Allowed' ? 'allow' : 'deny'} it ${action} at ${resource}`, async () => {
      assert.equal((await evaluateWith(policies, 'api', action, resource, {})).verdict, verdict);
    });
  }
});

describe('the policies with keys for queues, tables and disks, and with functions in a VPC', () => {
  const KEYS = Object.fromEntries(['queues', 'tables', 'disks'].map((use) => [use, arn('kms', `key/${use}`)]));
  const by = (service) => ({ 'kms:ViaService': `${service}.${REGION}.amazonaws.com` });
  const WITH_DATA_KEYS = ['webhook', 'scale-up', 'scale-down', 'tenant-manager', 'api'];
  let policies;
  before(async () => {
    const { failed, output, json } = await plan({
      settings: `  encryption = { ${Object.entries(KEYS)
        .map(([use, key]) => `${use} = "${key}"`)
        .join(', ')} }
  lambda = { vpc = { subnet_ids = ["subnet-0bbb"], security_group_ids = ["sg-0bbb"] } }`,
    });
    assert.equal(failed, false, output);
    policies = policiesOf(json);
  });

  for (const [roles, action, use, context, verdict] of [
    [WITH_DATA_KEYS, 'kms:Decrypt', 'queues', by('sqs'), 'Allowed'],
    [WITH_DATA_KEYS, 'kms:GenerateDataKey', 'queues', by('sqs'), 'Allowed'],
    [WITH_DATA_KEYS, 'kms:Decrypt', 'queues', {}, 'ImplicitlyDenied'],
    [WITH_DATA_KEYS, 'kms:Decrypt', 'tables', by('dynamodb'), 'Allowed'],
    [WITH_DATA_KEYS, 'kms:Decrypt', 'tables', by('sqs'), 'ImplicitlyDenied'],
    [['scale-up'], 'kms:GenerateDataKeyWithoutPlaintext', 'disks', by('ec2'), 'Allowed'],
    [['scale-up'], 'kms:CreateGrant', 'disks', { ...by('ec2'), 'kms:GrantIsForAWSResource': 'true' }, 'Allowed'],
    [
      ['scale-up'],
      'kms:CreateGrant',
      'disks',
      { ...by('ec2'), 'kms:GrantIsForAWSResource': 'false' },
      'ImplicitlyDenied',
    ],
    [['webhook', 'scale-down', 'tenant-manager', 'machine'], 'kms:Decrypt', 'disks', by('ec2'), 'ImplicitlyDenied'],
    [['machine'], 'kms:Decrypt', 'tables', by('dynamodb'), 'Allowed'],
    [['machine'], 'kms:Decrypt', 'queues', by('sqs'), 'ImplicitlyDenied'],
  ]) {
    it(
      `${verdict === 'Allowed' ? 'allow' : 'deny'} ${roles.join(', ')} ${action} with the key of ${use} ` +
        `${JSON.stringify(context)}`,
      async () => {
        for (const role of roles)
          assert.equal((await evaluateWith(policies, role, action, KEYS[use], context)).verdict, verdict, role);
      },
    );
  }

  for (const [what, action, target, context, verdict] of [
    ['make an interface in its subnet', 'ec2:CreateNetworkInterface', ec2('subnet/subnet-0bbb'), {}, 'Allowed'],
    ['make an interface with its group', 'ec2:CreateNetworkInterface', ec2('security-group/sg-0bbb'), {}, 'Allowed'],
    [
      'make an interface in its subnet, which is shared',
      'ec2:CreateNetworkInterface',
      arn('ec2', 'subnet/subnet-0bbb', SHARING),
      {},
      'Allowed',
    ],
    [
      'make an interface in another subnet',
      'ec2:CreateNetworkInterface',
      ec2('subnet/subnet-0fff'),
      {},
      'ImplicitlyDenied',
    ],
    ['remove an interface', 'ec2:DeleteNetworkInterface', ec2('network-interface/eni-0aaa'), {}, 'Allowed'],
    ['describe interfaces here', 'ec2:DescribeNetworkInterfaces', '*', HERE, 'Allowed'],
    [
      'describe interfaces elsewhere',
      'ec2:DescribeNetworkInterfaces',
      '*',
      { 'ec2:Region': 'eu-west-1' },
      'ImplicitlyDenied',
    ],
  ]) {
    it(`${verdict === 'Allowed' ? 'let' : 'do not let'} Lambda ${what} for a function`, async () => {
      for (const role of ROOT_FUNCTIONS)
        assert.equal((await evaluateWith(policies, role, action, target, context)).verdict, verdict, role);
    });
  }

  // Not simulated: the simulator lacks context keys that only Lambda sets.
  it('deny the same to the functions’ code', () => {
    for (const role of ROOT_FUNCTIONS) {
      const { Effect, Action, Condition } = policies[role].Statement.find(({ Sid }) => Sid === 'NotByTheCode');
      assert.equal(Effect, 'Deny');
      assert.ok(
        ['ec2:CreateNetworkInterface', 'ec2:DeleteNetworkInterface', 'ec2:DescribeNetworkInterfaces'].every((action) =>
          Action.includes(action),
        ),
      );
      assert.deepEqual(Condition, {
        ArnEquals: { 'lambda:SourceFunctionArn': arn('lambda', `function:${PREFIX}-${role}`) },
      });
    }
  });
});

describe('the machines’ role', () => {
  const ROLE = arn('iam', `role/${PREFIX}-runner`, { region: '' });
  const TO_EC2 = { 'iam:PassedToService': 'ec2.amazonaws.com' };
  const rolesOf = (json) => resourcesOf(json).filter(({ address }) => address.startsWith('module.runners.aws_iam_'));

  it('is not there by default, nor is a right to pass it', async () => {
    const json = await planOnce();
    assert.deepEqual(rolesOf(json), []);
    assert.equal(
      (await evaluateWith(policiesOf(json), 'scale-up', 'iam:PassRole', ROLE, TO_EC2)).verdict,
      'ImplicitlyDenied',
    );
  });

  it('has the operator’s policies alone, where there are any', async () => {
    const { failed, output, json } = await plan({
      settings: '  runner = { policy_arns = ["arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"] }',
    });
    assert.equal(failed, false, output);
    assert.deepEqual(
      rolesOf(json)
        .map(({ type }) => type)
        .sort(),
      ['aws_iam_instance_profile', 'aws_iam_role', 'aws_iam_role_policy_attachment'],
    );
    const policies = policiesOf(json);
    assert.equal((await evaluateWith(policies, 'scale-up', 'iam:PassRole', ROLE, TO_EC2)).verdict, 'Allowed');
    assert.equal((await evaluateWith(policies, 'scale-up', 'iam:PassRole', ROLE)).verdict, 'ImplicitlyDenied');
  });
});

describe('the policies with configurations in DynamoDB', () => {
  let policies;
  before(async () => {
    const { failed, output, json } = await plan({ settings: '  runner = { config_store = "dynamodb" }' });
    assert.equal(failed, false, output);
    policies = policiesOf(json);
  });

  for (const [role, action, verdict] of [
    ['scale-up', 'PutItem', 'Allowed'],
    ['scale-up', 'DeleteItem', 'Allowed'],
    ['scale-up', 'GetItem', 'ImplicitlyDenied'],
    ['machine', 'DeleteItem', 'Allowed'],
    ['machine', 'PutItem', 'ImplicitlyDenied'],
    ['machine', 'Query', 'ImplicitlyDenied'],
    ...['scale-down', 'tenant-manager'].flatMap((one) => [
      [one, 'Query', 'Allowed'],
      [one, 'DeleteItem', 'Allowed'],
      [one, 'GetItem', 'ImplicitlyDenied'],
    ]),
  ]) {
    it(`${verdict === 'Allowed' ? 'allow' : 'deny'} ${role} ${action} on their table`, async () => {
      const answer = await evaluateWith(policies, role, `dynamodb:${action}`, table('configurations'));
      assert.equal(answer.verdict, verdict);
    });
  }

  it('leave no right on runners’ parameters', async () => {
    for (const role of ['scale-up', 'scale-down', 'tenant-manager', 'machine'])
      for (const action of ['PutParameter', 'GetParameters', 'DeleteParameters'])
        assert.equal((await evaluateWith(policies, role, `ssm:${action}`, OWN)).verdict, 'ImplicitlyDenied', role);
  });
});

describe('the policies in an account whose default key of EBS is a customer’s, with an image that has another', () => {
  const [DISKS, IMAGES] = ['disks', 'images'].map((name) => arn('kms', `key/${name}`));
  const BY_EC2 = { 'kms:ViaService': `ec2.${REGION}.amazonaws.com` };
  let policies;
  before(async () => {
    const { failed, output, json } = await plan({
      aws: { defaultKey: DISKS },
      settings: `  encryption = { images = ["${IMAGES}"] }`,
    });
    assert.equal(failed, false, output);
    policies = policiesOf(json);
  });

  for (const key of [DISKS, IMAGES]) {
    it(`let scale-up make and read disks with ${key.split('/')[1]}, for EC2 alone`, async () => {
      for (const action of [
        'kms:Decrypt',
        'kms:ReEncryptFrom',
        'kms:GenerateDataKeyWithoutPlaintext',
        'kms:DescribeKey',
      ]) {
        assert.equal((await evaluateWith(policies, 'scale-up', action, key, BY_EC2)).verdict, 'Allowed', action);
      }
      assert.equal(
        (
          await evaluateWith(policies, 'scale-up', 'kms:CreateGrant', key, {
            ...BY_EC2,
            'kms:GrantIsForAWSResource': 'true',
          })
        ).verdict,
        'Allowed',
      );
      assert.equal((await evaluateWith(policies, 'scale-up', 'kms:Decrypt', key)).verdict, 'ImplicitlyDenied');
      for (const role of ['webhook', 'scale-down', 'tenant-manager', 'recovery', 'machine']) {
        assert.equal(
          (await evaluateWith(policies, role, 'kms:Decrypt', key, BY_EC2)).verdict,
          'ImplicitlyDenied',
          role,
        );
      }
    });
  }
});
