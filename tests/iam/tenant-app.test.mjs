// What the roles of modules/tenant-app may do, and what the bucket's policy refuses whatever they may: by the policies
// of a plan.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { runSimulation } from '@cloud-copilot/iam-simulate';
import { ACCOUNT, REGION } from '../terraform/render.mjs';
import { planSaas, valuesOf } from '../terraform/saas-plans.mjs';

const SUFFIX = 'synth101912368';
const bucket = (tenant) => `arn:aws:s3:::saas-platform-${tenant}-data-${SUFFIX}`;
const logs = (tenant) => `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:/ecs/tenant/${tenant}/${SUFFIX}:log-stream:app/1`;
const secret = (tenant) =>
  `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:rds/tenant/${tenant}/${SUFFIX}/password-a1B2c3`;
const [OWN, OTHER] = ['acme-corp', 'globex-inc'];
const EVERYTHING = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

/** [role, action, resource, verdict] */
const BY_RIGHTS = [
  ['task', 's3:ListBucket', bucket(OWN), 'Allowed'],
  ...['GetObject', 'PutObject', 'DeleteObject'].flatMap((call) => [
    ['task', `s3:${call}`, `${bucket(OWN)}/a/file`, 'Allowed'],
    ['task', `s3:${call}`, `${bucket(OTHER)}/a/file`, 'ImplicitlyDenied'],
  ]),
  ['task', 's3:ListBucket', bucket(OTHER), 'ImplicitlyDenied'],
  ['task', 's3:DeleteBucketPolicy', bucket(OWN), 'ImplicitlyDenied'],
  ['task', 'secretsmanager:GetSecretValue', secret(OWN), 'ImplicitlyDenied'],
  ['task', 'logs:PutLogEvents', logs(OWN), 'ImplicitlyDenied'],
  ['execution', 'logs:CreateLogStream', logs(OWN), 'Allowed'],
  ['execution', 'logs:PutLogEvents', logs(OWN), 'Allowed'],
  ['execution', 'logs:PutLogEvents', logs(OTHER), 'ImplicitlyDenied'],
  ['execution', 'secretsmanager:GetSecretValue', secret(OWN), 'Allowed'],
  ['execution', 'secretsmanager:GetSecretValue', secret(OTHER), 'ImplicitlyDenied'],
  ['execution', 's3:GetObject', `${bucket(OWN)}/a/file`, 'ImplicitlyDenied'],
];

/** A role that may do everything, at the bucket of acme-corp. [who, tags, TLS, verdict] */
const AT_THE_BUCKET = [
  ['the tenant’s own role', { tenant_id: OWN }, true, 'Allowed'],
  ['another tenant’s role', { tenant_id: OTHER }, true, 'ExplicitlyDenied'],
  ['a role whose tenant only begins alike', { tenant_id: `${OWN}-2` }, true, 'ExplicitlyDenied'],
  ['a role of the operator’s, which has no tenant', {}, true, 'Allowed'],
  ['the tenant’s own role in the clear', { tenant_id: OWN }, false, 'ExplicitlyDenied'],
];

describe('the app of a tenant', () => {
  let values;
  before(async () => {
    values = valuesOf(await planSaas('whole'));
  });
  const policy = (address) => JSON.parse(values.get(`module.tenant["${OWN}"].${address}`).policy);

  for (const [role, action, resource, verdict] of BY_RIGHTS) {
    const may = verdict === 'Allowed' ? 'may' : 'may not';
    it(`its ${role} role ${may} ${action} on ${resource.split(':').slice(5).join(':')}`, async () => {
      assert.equal(await judge({ role: policy(`aws_iam_role_policy.${role}`), action, resource }), verdict);
    });
  }

  it('has no action that no row here needs', () => {
    for (const role of ['task', 'execution']) {
      const held = policy(`aws_iam_role_policy.${role}`).Statement.flatMap(({ Action }) => Action);
      const used = BY_RIGHTS.filter(([who, , , verdict]) => who === role && verdict === 'Allowed');
      assert.deepEqual([...new Set(held)].sort(), [...new Set(used.map(([, action]) => action))].sort(), role);
    }
  });

  for (const [who, tags, tls, verdict] of AT_THE_BUCKET)
    for (const [action, path] of [
      ['s3:GetObject', '/a/file'],
      ['s3:PutObject', '/a/file'],
      ['s3:ListBucket', ''],
    ])
      it(`its bucket ${verdict === 'Allowed' ? 'lets' : 'does not let'} ${who} ${action}`, async () => {
        const atBucket = policy('aws_s3_bucket_policy.this');
        const context = {
          'aws:SecureTransport': String(tls),
          ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:PrincipalTag/${key}`, value])),
        };
        const resource = `${bucket(OWN)}${path}`;
        assert.equal(await judge({ role: EVERYTHING, action, resource, atBucket, context }), verdict);
      });

  it('has roles that tasks of this account alone take', () => {
    for (const role of ['task', 'execution']) {
      const { assume_role_policy: trust, tags } = values.get(`module.tenant["${OWN}"].aws_iam_role.${role}`);
      const [statement, ...others] = JSON.parse(trust).Statement;
      assert.deepEqual(others, []);
      assert.deepEqual(statement.Principal, { Service: 'ecs-tasks.amazonaws.com' });
      assert.deepEqual(statement.Condition, {
        StringEquals: { 'aws:SourceAccount': ACCOUNT },
        ArnLike: { 'aws:SourceArn': `arn:aws:ecs:${REGION}:${ACCOUNT}:*` },
      });
      // By this the buckets of others know it.
      assert.equal(tags.tenant_id, OWN);
    }
  });
});

async function judge({ role, action, resource, atBucket, context = {} }) {
  const result = await runSimulation(
    {
      request: {
        principal: `arn:aws:iam::${ACCOUNT}:role/one`,
        action,
        resource: { resource, accountId: ACCOUNT },
        contextVariables: context,
      },
      identityPolicies: [{ name: 'role', policy: role }],
      ...(atBucket && { resourcePolicy: atBucket }),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  );
  assert.notEqual(result.resultType, 'error', JSON.stringify(result.errors));
  return result.overallResult;
}
