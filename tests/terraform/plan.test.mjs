// What can only be seen in a plan by the real provider: submodules, tags, policies and user data as AWS would get them.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { ROOT_FUNCTIONS } from '../../lambdas/functions.mjs';
import { PREFIX, planOnce, plan, resource, resourcesOf } from './render.mjs';

/** Where each function's resource is. */
const ADDRESSES = {
  webhook: 'module.webhook.aws_lambda_function.webhook',
  'scale-up': 'aws_lambda_function.scale_up',
  'scale-down': 'aws_lambda_function.scale_down',
  recovery: 'aws_lambda_function.recovery',
  'tenant-manager': 'aws_lambda_function.tenant_manager',
};

describe('a plan of the whole module', () => {
  let json;
  before(async () => {
    json = await planOnce();
  });

  it('tags everything that can be tagged with the environment and the operator’s tags', () => {
    const untagged = resourcesOf(json)
      .filter(({ values }) => 'tags' in values)
      .filter(
        ({ values }) =>
          values.tags?.['ghr:environment'] !== PREFIX ||
          values.tags?.Project !== 'plan-tests' ||
          values.tags?.['cost center'] !== '42',
      )
      .map(({ address }) => address);
    assert.deepEqual(untagged, []);
  });

  it('finds taggable resources of every kind', () => {
    const kinds = new Set(
      resourcesOf(json)
        .filter(({ values }) => 'tags' in values)
        .map(({ type }) => type),
    );
    assert.ok(kinds.size >= 14, `only ${[...kinds].join(', ')}`);
  });

  it('gives every function a log group, with retention, and a role of its own', () => {
    const groups = resourcesOf(json)
      .filter(({ type }) => type === 'aws_cloudwatch_log_group')
      .map(({ values }) => values);
    assert.deepEqual(
      groups.map(({ name }) => name).sort(),
      [
        `/aws/vendedlogs/${PREFIX}-webhook-access`,
        `/aws/vendedlogs/${PREFIX}-api-access`,
        ...ROOT_FUNCTIONS.map((name) => `/aws/lambda/${PREFIX}-${name}`),
      ].sort(),
    );
    assert.ok(groups.every(({ retention_in_days: days }) => days === 1));
    const roles = resourcesOf(json)
      .filter(({ type }) => type === 'aws_iam_role')
      .map(({ values }) => values.name);
    assert.deepEqual(roles.sort(), ROOT_FUNCTIONS.map((name) => `${PREFIX}-${name}`).sort());
  });

  it('lets the webhook answer within GitHub’s ten seconds', () => {
    const { timeout, memory_size: memory, runtime } = resource(json, ADDRESSES.webhook);
    assert.deepEqual({ timeout, memory, runtime }, { timeout: 10, memory: 256, runtime: 'nodejs22.x' });
  });

  it('throttles the API and takes nothing but deliveries and what machines say', () => {
    const [settings] = resource(json, 'module.webhook.aws_apigatewayv2_stage.default').default_route_settings;
    assert.equal(settings.throttling_burst_limit, 2000);
    assert.equal(settings.throttling_rate_limit, 1000);
    const routes = resourcesOf(json)
      .filter(({ type }) => type === 'aws_apigatewayv2_route')
      .map(({ values }) => values.route_key);
    assert.deepEqual(routes.sort(), [
      'ANY /v1/{proxy+}',
      'ANY /v1/{proxy+}',
      'POST /machine/claim',
      'POST /machine/report',
      'POST /webhook',
    ]);
  });

  it('lets no unsigned request through to the operators’ API', () => {
    const authorization = (api) =>
      resource(json, `module.api[0].aws_apigatewayv2_route.this["${api}"]`).authorization_type;
    assert.deepEqual([authorization('operators'), authorization('tenants')], ['AWS_IAM', 'NONE']);
  });

  it('stores the App’s secrets encrypted', () => {
    const parameters = resourcesOf(json)
      .filter(({ type }) => type === 'aws_ssm_parameter')
      .map(({ values }) => `${values.name} ${values.type}`);
    assert.deepEqual(parameters.sort(), [
      `/${PREFIX}/app/id SecureString`,
      `/${PREFIX}/app/key SecureString`,
      `/${PREFIX}/app/webhook-secret SecureString`,
    ]);
  });

  it('shows no secret outside the parameters', () => {
    const elsewhere = resourcesOf(json).filter(({ type }) => type !== 'aws_ssm_parameter');
    assert.doesNotMatch(JSON.stringify(elsewhere), /a-secret-of-the-plan-tests/);
    assert.doesNotMatch(JSON.stringify(json.planned_values.outputs), /a-secret-of-the-plan-tests/);
  });

  it('lets nothing into a machine', () => {
    const group = resource(json, 'module.runners.aws_security_group.runner');
    assert.deepEqual(group.ingress, []);
    assert.equal(group.egress.length, 1);
    assert.equal(resourcesOf(json).filter(({ type }) => /security_group.*rule/.test(type)).length, 0);
  });

  for (const tier of ['small', 'medium', 'large']) {
    it(`starts a ${tier} machine encrypted, on IMDSv2 with one hop, and gone after shutdown`, () => {
      const template = resource(json, `module.runners.aws_launch_template.tier["${tier}"]`);
      assert.equal(template.name, `${PREFIX}-${tier}`);
      const [metadata] = template.metadata_options;
      assert.deepEqual(
        [metadata.http_tokens, metadata.http_put_response_hop_limit, metadata.instance_metadata_tags],
        ['required', 1, 'enabled'],
      );
      const [
        {
          ebs: [disk],
        },
      ] = template.block_device_mappings;
      assert.deepEqual([disk.encrypted, disk.volume_type, disk.delete_on_termination], ['true', 'gp3', 'true']);
      assert.equal(template.instance_initiated_shutdown_behavior, 'terminate');
    });
  }

  it('leaves groups and interfaces out of the template, since each launch brings its tenant’s', () => {
    const template = resource(json, 'module.runners.aws_launch_template.tier["small"]');
    assert.deepEqual(template.network_interfaces, []);
    assert.equal(template.security_group_names ?? null, null);
    assert.equal(template.vpc_security_group_ids ?? null, null);
  });

  const queuePolicies = () =>
    resourcesOf(json)
      .filter(({ type }) => type === 'aws_sqs_queue')
      .map(({ address, values }) => [address, values.policy ? JSON.parse(values.policy).Statement : []]);

  it('lets EventBridge send to every queue that a rule names, for its rules only', () => {
    const account = 'arn:aws:events:us-east-1:123456789012:rule';
    const fromEc2 = [`${account}/${PREFIX}-instance-state`, `${account}/${PREFIX}-spot-interruption`];
    const expected = {
      'aws_sqs_queue.recovery_dlq': `${account}/${PREFIX}-recovery`,
      'aws_sqs_queue.runner_events': fromEc2,
      'aws_sqs_queue.runner_events_dlq': fromEc2,
      'aws_sqs_queue.sweep_dlq': `${account}/${PREFIX}-sweep`,
      'aws_sqs_queue.tenant_manager_dlq': `${account}/${PREFIX}/${PREFIX}-installation`,
    };
    const allowed = queuePolicies().flatMap(([address, statements]) =>
      statements.filter(({ Effect }) => Effect === 'Allow').map((statement) => [address, statement]),
    );
    assert.deepEqual(
      Object.fromEntries(
        allowed.map(([address, statement]) => [address, statement.Condition.ArnEquals['aws:SourceArn']]),
      ),
      expected,
    );
    assert.ok(
      allowed.every(
        ([, { Principal, Action }]) => Principal.Service === 'events.amazonaws.com' && Action === 'sqs:SendMessage',
      ),
    );
  });

  it('takes messages over TLS only, at every queue', () => {
    const policies = queuePolicies();
    assert.equal(policies.length, 14);
    const open = policies.filter(
      ([, statements]) =>
        !statements.some(
          ({ Effect, Principal, Action, Condition }) =>
            Effect === 'Deny' &&
            Principal === '*' &&
            Action === 'sqs:*' &&
            Condition.Bool['aws:SecureTransport'] === 'false',
        ),
    );
    assert.deepEqual(
      open.map(([address]) => address),
      [],
    );
  });

  it('says in each queue’s policy which queue it is of', () => {
    for (const [address, statements] of queuePolicies()) {
      const { name } = resource(json, address);
      for (const statement of statements)
        assert.equal(statement.Resource, `arn:aws:sqs:us-east-1:123456789012:${name}`);
    }
  });

  it('logs each call of the API, and nothing of its body or headers', () => {
    const stage = resource(json, 'module.webhook.aws_apigatewayv2_stage.default');
    const format = JSON.parse(stage.access_log_settings[0].format);
    assert.ok(['status', 'source_ip', 'route', 'request_id'].every((field) => field in format));
    assert.doesNotMatch(JSON.stringify(format), /header|body|authorizer/i);
  });
});

describe('the block of the README', () => {
  it('plans with nothing but its source changed', async () => {
    const { failed, output, json } = await plan({ example: 'basic' });
    assert.equal(failed, false, output);
    const { tenant_table: table, queues } = json.planned_values.outputs;
    assert.equal(
      json.resource_changes.find(({ address }) => address === 'module.multi_tenant_runners.aws_dynamodb_table.tenants')
        .change.after.name,
      'my-saas-tenants',
    );
    assert.ok(table && queues);
  });

  it('says in one error which zips are missing, and how to make them', async () => {
    const { failed, output } = await plan({ example: 'basic', zips: false });
    assert.ok(failed);
    assert.equal(output.match(/Error:/g).length, 1, output);
    const text = output.replace(/\s*\n[│\s]*/g, ' ');
    for (const name of ROOT_FUNCTIONS) assert.ok(text.includes(`lambdas/dist/${name}.zip`), output);
    assert.match(text, /run `npm run dist` in the module's checkout/);
  });
});
