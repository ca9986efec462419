// Every optional setting away from its default, in one plan by the real provider: each must show where it has its
// effect.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { PREFIX, ROOT, bootScriptOf, plan, resource, resourcesOf } from './render.mjs';

const key = (name) => `arn:aws:kms:us-east-1:123456789012:key/${name}`;
const BOUNDARY = 'arn:aws:iam::123456789012:policy/boundary';
const POLICY = 'arn:aws:iam::123456789012:policy/read-artifacts';
const CERTIFICATE = 'arn:aws:acm:us-east-1:123456789012:certificate/0f0f';
const X64 = 'runner_os = "linux", runner_architecture = "x64"';
const ARM = 'runner_os = "linux", runner_architecture = "arm64"';
const SETTINGS = `
  runner_tiers = {
    small  = { ${X64}, instance_types = ["t3.medium"], max_runners = 2, labels = ["small"] }
    medium = {
      ${X64}, instance_types = ["t3.large"], max_runners = 5, labels = ["medium"]
      subnet_ids = ["subnet-0aaa"], disk = { size_gb = 200, type = "io2", iops = 5000 }
    }
    arm = {
      ${ARM}, instance_types = ["t4g.large"], max_runners = 5, labels = ["arm"]
      image = { id = "ami-0abc", root_device_name = "/dev/sda1" }
    }
  }
  runner = {
    image       = { ssm_parameter = "/golden/runner" }
    disk        = { size_gb = 50, iops = 4000, throughput = 250 }
    timeouts    = { boot = 4, idle = 2, lifetime = 120 }
    policy_arns = ["${POLICY}"]
    hooks       = { before_runner = "echo 'it is $GHR_TENANT_ID'", job_completed = "echo \\"bye\\"" }
  }
  lambda = {
    architecture         = "x86_64"
    memory_mb            = { webhook = 256, scale_up = 1024, scale_down = 2048, tenant_manager = 300, recovery = 384 }
    timeout_seconds      = { scale_up = 90, scale_down = 120, tenant_manager = 300, recovery = 90 }
    scale_up_concurrency = 3
    vpc                  = { subnet_ids = ["subnet-0bbb"], security_group_ids = ["sg-0bbb"] }
  }
  webhook = {
    throttle             = { rate_limit = 7, burst_limit = 9 }
    custom_domain        = { name = "runners.example.com", certificate_arn = "${CERTIFICATE}" }
    allowed_source_cidrs = ["192.30.252.0/22", "2a0a:a440::/29"]
  }
  observability = { log_level = "debug", log_retention_days = 365, log_class = "INFREQUENT_ACCESS" }
  encryption = {
    parameters = "${key('parameters')}", queues = "${key('queues')}", tables = "${key('tables')}"
    logs       = "${key('logs')}", disks = "${key('disks')}"
  }
  iam    = { permissions_boundary = "${BOUNDARY}", path = "/platform/" }
  tables = { deletion_protection = false, point_in_time_recovery = false }
  onboarding = { mode = "allow_list", allowed_accounts = { ids = [9919], logins = ["acme"] } }
`;

describe('a plan with every setting away from its default', () => {
  let json;
  const of = (address) => resource(json, address);
  const all = (type) =>
    resourcesOf(json)
      .filter((candidate) => candidate.type === type)
      .map(({ values }) => values);
  const functions = () => all('aws_lambda_function');
  const named = (values, name) => values.find(({ function_name: given }) => given === `${PREFIX}-${name}`);
  const template = (tier) => of(`module.runners.aws_launch_template.tier["${tier}"]`);

  before(async () => {
    const planned = await plan({ settings: SETTINGS });
    assert.equal(planned.failed, false, planned.output);
    json = planned.json;
  });

  it('bounds every role and puts it below the path', () => {
    const roles = all('aws_iam_role');
    assert.ok(roles.length >= 5);
    for (const role of roles)
      assert.deepEqual([role.name, role.permissions_boundary, role.path], [role.name, BOUNDARY, '/platform/']);
    assert.equal(of('module.runners.aws_iam_instance_profile.runner[0]').path, '/platform/');
  });

  it('lets scale-up pass the role of that path', () => {
    const policy = JSON.parse(of('module.scale_up.aws_iam_role_policy.this').policy);
    assert.equal(
      policy.Statement.find(({ Sid }) => Sid === 'PassRunnerRole').Resource,
      `arn:aws:iam::123456789012:role/platform/${PREFIX}-runner`,
    );
  });

  it('encrypts tables, queues, parameters, logs and disks with their keys', () => {
    for (const table of all('aws_dynamodb_table'))
      assert.deepEqual(table.server_side_encryption, [{ enabled: true, kms_key_arn: key('tables') }]);
    for (const queue of all('aws_sqs_queue')) assert.equal(queue.kms_master_key_id, key('queues'));
    for (const parameter of all('aws_ssm_parameter')) assert.equal(parameter.key_id, key('parameters'));
    for (const group of all('aws_cloudwatch_log_group')) assert.equal(group.kms_key_id, key('logs'));
    for (const {
      block_device_mappings: [
        {
          ebs: [disk],
        },
      ],
    } of all('aws_launch_template'))
      assert.equal(disk.kms_key_id, key('disks'));
  });

  it('keeps logs as long as said, and the cheap class away from logs that carry metrics', () => {
    const groups = all('aws_cloudwatch_log_group');
    assert.ok(groups.every(({ retention_in_days: days }) => days === 365));
    const cheap = groups.filter(({ log_group_class: kind }) => kind === 'INFREQUENT_ACCESS').map(({ name }) => name);
    assert.deepEqual(cheap.sort(), [
      `/aws/lambda/${PREFIX}-api`,
      `/aws/lambda/${PREFIX}-machine`,
      `/aws/vendedlogs/${PREFIX}-api-access`,
      `/aws/vendedlogs/${PREFIX}-webhook-access`,
    ]);
  });

  it('gives each function its memory, time-out, processor, log level and network', () => {
    const expected = {
      webhook: [256, 10],
      'scale-up': [1024, 90],
      'scale-down': [2048, 120],
      'tenant-manager': [300, 300],
      recovery: [384, 90],
    };
    for (const [name, settings] of Object.entries(expected)) {
      const values = named(functions(), name);
      assert.deepEqual([values.memory_size, values.timeout], settings, name);
      assert.deepEqual(values.architectures, ['x86_64']);
      assert.deepEqual(
        [values.vpc_config[0].subnet_ids, values.vpc_config[0].security_group_ids],
        [['subnet-0bbb'], ['sg-0bbb']],
        name,
      );
    }
  });

  it('hides a message six times as long as the function that reads it may run', () => {
    assert.equal(of('aws_sqs_queue.tier_builds["arm"]').visibility_timeout_seconds, 540);
    assert.equal(of('aws_sqs_queue.runner_events').visibility_timeout_seconds, 720);
  });

  it('lets each function into its network, and its code not', () => {
    for (const role of [
      'module.webhook.module.function',
      'module.scale_up',
      'module.scale_down',
      'module.tenant_manager',
      'module.recovery',
    ]) {
      const { Statement } = JSON.parse(of(`${role}.aws_iam_role_policy.this`).policy);
      const create = Statement.find(({ Sid }) => Sid === 'CreateNetworkInterfaces');
      assert.deepEqual(create.Resource.map((arn) => arn.split(':').at(-1)).sort(), [
        'network-interface/*',
        'security-group/sg-0bbb',
        'subnet/subnet-0bbb',
      ]);
      const deny = Statement.find(({ Sid }) => Sid === 'NotByTheCode');
      assert.equal(deny.Effect, 'Deny');
      assert.match(deny.Condition.ArnEquals['lambda:SourceFunctionArn'], new RegExp(`:function:${PREFIX}-`));
    }
  });

  it('serves the webhook under its own name alone, throttled as said', () => {
    assert.equal(of('module.webhook.aws_apigatewayv2_api.this').disable_execute_api_endpoint, true);
    const domain = of('module.webhook.aws_apigatewayv2_domain_name.this[0]');
    assert.equal(domain.domain_name, 'runners.example.com');
    assert.deepEqual(
      [domain.domain_name_configuration[0].certificate_arn, domain.domain_name_configuration[0].security_policy],
      [CERTIFICATE, 'TLS_1_2'],
    );
    const [limits] = of('module.webhook.aws_apigatewayv2_stage.default').default_route_settings;
    assert.deepEqual([limits.throttling_rate_limit, limits.throttling_burst_limit], [7, 9]);
  });

  it('takes each tier’s image and disk from the tier, then from runner', () => {
    assert.deepEqual(
      ['small', 'medium', 'arm'].map((tier) => template(tier).image_id),
      ['resolve:ssm:/golden/runner', 'resolve:ssm:/golden/runner', 'ami-0abc'],
    );
    const disk = (tier) => {
      const [
        {
          device_name: device,
          ebs: [ebs],
        },
      ] = template(tier).block_device_mappings;
      return [device, ebs.volume_size, ebs.volume_type, ebs.iops, ebs.throughput];
    };
    assert.deepEqual(disk('small'), ['/dev/xvda', 50, 'gp3', 4000, 250]);
    assert.deepEqual(disk('arm'), ['/dev/sda1', 50, 'gp3', 4000, 250]);
  });

  it('lets scale-up read the one image parameter, and start in the subnets of every tier', () => {
    const { Statement } = JSON.parse(of('module.scale_up.aws_iam_role_policy.this').policy);
    assert.equal(
      Statement.find(({ Sid }) => Sid === 'ResolveImage').Resource,
      'arn:aws:ssm:us-east-1:123456789012:parameter/golden/runner',
    );
    assert.ok(
      Statement.find(({ Sid }) => Sid === 'LaunchInSubnets').Resource.includes(
        'arn:aws:ec2:us-east-1:*:subnet/subnet-0aaa',
      ),
    );
  });

  it('adds the operator’s policies to the machines’ role', () => {
    assert.equal(of(`module.runners.aws_iam_role_policy_attachment.runner[0]`).policy_arn, POLICY);
  });

  it('carries the operator’s hooks in the user data, whatever quotes they hold', () => {
    const script = bootScriptOf(json, 'small');
    for (const hook of ["echo 'it is $GHR_TENANT_ID'", 'echo "bye"'])
      assert.ok(script.includes(`'${Buffer.from(hook).toString('base64')}'`), hook);
  });

  it('unprotects the tables where that is asked for', () => {
    // What the API keeps for a minute or a day has neither.
    for (const table of all('aws_dynamodb_table').filter(({ name }) => name !== `${PREFIX}-api`))
      assert.deepEqual([table.deletion_protection_enabled, table.point_in_time_recovery[0].enabled], [false, false]);
  });

  it('bounds how many scale-ups work on one queue', () => {
    for (const tier of ['small', 'medium', 'arm'])
      assert.equal(
        of(`aws_lambda_event_source_mapping.tier_builds["${tier}"]`).scaling_config[0].maximum_concurrency,
        3,
      );
  });
});

describe('refusals that only a plan by the real provider shows', () => {
  it('names the io2 disk that lacks its iops and throughput that io2 does not take', async () => {
    const { failed, output } = await plan({
      settings: `
  runner       = { disk = { throughput = 250 } }
  runner_tiers = {
    small = {
      ${X64}, instance_types = ["t3.medium"], max_runners = 2, labels = ["small"]
      disk = { type = "io2" }
    }
  }`,
    });
    assert.ok(failed);
    assert.match(
      output.replace(/\s*\n[│\s]*/g, ' '),
      /EC2 does not support the disk settings of these tiers, [^:]*: small/,
    );
  });

  it(
    'names subnets that are not in the VPC, types of another architecture or Region, and disks smaller than ' +
      'their image',
    async () => {
      const { failed, output } = await plan({
        aws: {
          subnets: { 'subnet-0123456789abcdef0': 'vpc-0123456789abcdef0', 'subnet-0aaa': 'vpc-0fff' },
          noTypes: ['m99.large'],
          images: { 'golden-*': [{ id: 'ami-0abc', gigabytes: 100 }] },
        },
        settings: `
  runner_tiers = {
    small = {
      ${X64}, instance_types = ["t3.medium", "m99.large"], max_runners = 2, labels = ["small"]
      subnet_ids = ["subnet-0aaa"]
    }
    arm    = { ${ARM}, instance_types = ["t3.medium", "t4g.medium"], max_runners = 2, labels = ["arm"] }
    golden = {
      ${X64}, instance_types = ["t3.medium"], max_runners = 2, labels = ["golden"]
      image = { filter = { name = "golden-*", owners = ["self"] } }
    }
  }`,
      });
      assert.ok(failed);
      const text = output.replace(/\s*\n[│\s]*/g, ' ');
      assert.match(
        text,
        /does not contain these subnets, or they are not visible in us-east-1: subnet-0123456789abcdef1, subnet-0aaa\./,
      );
      assert.match(text, /us-east-1 has no t3\.medium with the architecture arm64\. Invalid tiers: arm\./);
      assert.match(text, /us-east-1 has no m99\.large with the architecture x64\. Invalid tiers: small\./);
      assert.match(text, /The disk of tier golden has 30 GB, but the snapshot of its image ami-0abc needs 100/);
    },
  );
});

describe('the complete example, by the real provider', () => {
  it('lets spot use the key of its disks, with what docs/security.md says', async () => {
    const { failed, output, json } = await plan({ example: 'complete' });
    assert.equal(failed, false, output);
    const policy = JSON.parse(
      json.planned_values.root_module.resources.find(({ address }) => address === 'aws_kms_key.this').values.policy,
    );
    const guide = readFileSync(join(ROOT, 'docs', 'security.md'), 'utf8');
    const documented = [...guide.matchAll(/```json\n([\s\S]*?)```/g)].flatMap(
      ([, text]) => JSON.parse(text).Statement ?? [],
    );
    for (const sid of ['DisksOfSpotMachines', 'GrantsForSpotMachines']) {
      const [written, used] = [documented, policy.Statement].map((statements) =>
        statements.find(({ Sid }) => Sid === sid),
      );
      const parts = ({ Principal, Action, Condition }) => [Principal, [Action].flat().sort(), Condition];
      assert.deepEqual(parts(used), parts(written), sid);
    }
  });
});
