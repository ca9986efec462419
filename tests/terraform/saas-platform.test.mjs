// examples/saas-platform, figure by figure, in plans by the real provider.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { PASSWORD } from './offline-aws.mjs';
import { ROOT } from './render.mjs';
import { planSaas, valuesOf } from './saas-plans.mjs';

const TENANTS = ['acme-corp', 'globex-inc', 'initech-llc'];
const SUFFIX = 'synth101912368';
const picked = (values, names) => Object.fromEntries(names.map((name) => [name, values[name]]));

/** What holds the name of a resource. */
const NAMES = ['bucket', 'cluster_identifier', 'identifier', 'name'];
/** What is named within something that has the suffix, or whose name is an address. */
const PARTS = ['aws_iam_role_policy.', 'aws_appautoscaling_policy.', 'aws_route53', 'aws_s3_bucket_', 'aws_subnet'];

/** Which subnets the configuration gives to a resource. */
function subnetsNamedBy(json, address, argument) {
  const resource = json.configuration.root_module.resources.find((one) => one.address === address);
  const { references } = resource.expressions[argument];
  return [...new Set(references.filter((one) => /^aws_subnet\.\w+$/.test(one)))];
}

describe('the platform as it stands', () => {
  let json, values;
  before(async () => {
    json = await planSaas('whole');
    values = valuesOf(json);
  });
  const of = (type) => [...values].filter(([address]) => new RegExp(`(^|\\.)${type}\\.`).test(address));

  it('has a VPC of 10.0.0.0/16 with DNS, and six subnets in three zones', () => {
    assert.deepEqual(picked(values.get('aws_vpc.this'), ['cidr_block', 'enable_dns_support', 'enable_dns_hostnames']), {
      cidr_block: '10.0.0.0/16',
      enable_dns_support: true,
      enable_dns_hostnames: true,
    });
    const subnets = of('aws_subnet').map(([address, one]) => [
      /\.(\w+)\[/.exec(address)[1],
      one.availability_zone,
      one.cidr_block,
    ]);
    assert.deepEqual(subnets.sort(), [
      ['private', 'us-east-1a', '10.0.11.0/24'],
      ['private', 'us-east-1b', '10.0.12.0/24'],
      ['private', 'us-east-1c', '10.0.13.0/24'],
      ['public', 'us-east-1a', '10.0.1.0/24'],
      ['public', 'us-east-1b', '10.0.2.0/24'],
      ['public', 'us-east-1c', '10.0.3.0/24'],
    ]);
    assert.equal(of('aws_nat_gateway').length, 3);
    assert.equal(of('aws_internet_gateway').length, 1);
  });

  it('has Aurora PostgreSQL with one writer, which keeps nothing when it goes', () => {
    const names = ['engine', 'engine_version', 'database_name', 'deletion_protection', 'skip_final_snapshot'];
    assert.deepEqual(picked(values.get('aws_rds_cluster.this'), names), {
      engine: 'aurora-postgresql',
      engine_version: '15.8',
      database_name: 'saasdb',
      deletion_protection: false,
      skip_final_snapshot: true,
    });
    assert.deepEqual(
      of('aws_rds_cluster_instance').map(([address, one]) => [address, one.instance_class]),
      [['aws_rds_cluster_instance.this["writer"]', 'db.t3.medium']],
    );
    const { family, parameter } = values.get('aws_rds_cluster_parameter_group.this');
    assert.equal(family, 'aurora-postgresql15');
    assert.deepEqual(
      parameter.map(({ name, value }) => [name, value]),
      [['shared_preload_libraries', 'pg_stat_statements']],
    );
  });

  it('keeps every password out of the plan', () => {
    assert.equal(values.get('aws_rds_cluster.this').manage_master_user_password, true);
    assert.equal(values.get('aws_rds_cluster.this').master_password ?? null, null);
    for (const tenant of TENANTS) {
      const version = values.get(`module.tenant["${tenant}"].aws_secretsmanager_secret_version.password[0]`);
      assert.equal(version.secret_string ?? null, null);
      assert.equal(version.secret_string_wo ?? null, null);
      assert.equal(version.secret_string_wo_version, 1);
    }
    assert.equal(JSON.stringify(json).includes(PASSWORD), false);
  });

  it('encrypts the database, and rotates no tenant’s password by itself', () => {
    assert.equal(values.get('aws_rds_cluster.this').storage_encrypted, true);
    assert.equal(of('aws_secretsmanager_secret').length, TENANTS.length);
    assert.deepEqual(of('aws_secretsmanager_secret_rotation'), []);
  });

  it('has its suffix in the name of all that has a name, and the tenant’s id in that of all that is a tenant’s', () => {
    const named = [...values].flatMap(([address, one]) =>
      NAMES.map((key) => one[key])
        .filter((name) => typeof name === 'string')
        .map((name) => [address, name]),
    );
    assert.ok(named.length > 35, `only ${named.length}`);
    const without = named.filter(
      ([address, name]) => !name.includes(SUFFIX) && !PARTS.some((part) => address.includes(part)),
    );
    assert.deepEqual(without, []);
    for (const [address, name] of named) {
      const tenant = /^module\.tenant\["(.+?)"\]/.exec(address)?.[1];
      // A role's inline policy is named within its role.
      if (tenant !== undefined && !PARTS.some((part) => address.includes(part)))
        assert.ok(name.includes(tenant), `${address}: ${name}`);
    }
  });

  it('has nothing in public but the load balancer', () => {
    for (const tenant of TENANTS) {
      const [network] = values.get(`module.tenant["${tenant}"].aws_ecs_service.this`).network_configuration;
      assert.equal(network.assign_public_ip, false);
    }
    assert.equal(values.get('aws_rds_cluster_instance.this["writer"]').publicly_accessible ?? false, false);
    assert.deepEqual(subnetsNamedBy(json, 'aws_db_subnet_group.this', 'subnet_ids'), ['aws_subnet.private']);
    assert.deepEqual(subnetsNamedBy(json, 'aws_lb.this', 'subnets'), ['aws_subnet.public']);
  });

  it("lets the tenants' tasks alone reach the database, at 5432", () => {
    const rules = [...values].filter(([address]) =>
      address.startsWith('aws_vpc_security_group_ingress_rule.database['),
    );
    assert.deepEqual(
      rules.map(([address, one]) => [/"(.+)"/.exec(address)[1], one.from_port, one.to_port, one.cidr_ipv4 ?? null]),
      TENANTS.map((tenant) => [tenant, 5432, 5432, null]),
    );
    assert.equal(
      [...values.keys()].some((address) => address.includes('rule.operator')),
      false,
    );
  });

  it('has a load balancer for everybody at port 80, which knows no tenant unless a rule does', () => {
    assert.deepEqual(picked(values.get('aws_lb.this'), ['internal', 'load_balancer_type']), {
      internal: false,
      load_balancer_type: 'application',
    });
    const open = of('aws_vpc_security_group_ingress_rule').filter(([, one]) => one.cidr_ipv4 === '0.0.0.0/0');
    assert.deepEqual(
      open.map(([address, one]) => [address, one.from_port]),
      [['aws_vpc_security_group_ingress_rule.load_balancer["80"]', 80]],
    );
    const [action] = values.get('aws_lb_listener.http').default_action;
    assert.deepEqual(
      [action.type, action.fixed_response[0].status_code, action.fixed_response[0].message_body],
      ['fixed-response', '404', 'Invalid tenant'],
    );
    const rules = of('aws_lb_listener_rule').map(([, one]) => [one.priority, one.condition[0].host_header[0].values]);
    assert.deepEqual(
      rules.map(([priority, hosts]) => [priority, hosts.sort()]),
      TENANTS.map((tenant, index) => [index + 1, [`*.${tenant}.example.com`, `${tenant}.example.com`]]),
    );
  });

  it('gives each tenant its own bucket, emptied when it goes, secret, logs and service', () => {
    for (const tenant of TENANTS) {
      const own = (address) => values.get(`module.tenant["${tenant}"].${address}`);
      assert.deepEqual(picked(own('aws_s3_bucket.this'), ['bucket', 'force_destroy']), {
        bucket: `saas-platform-${tenant}-data-${SUFFIX}`,
        force_destroy: true,
      });
      assert.equal(own('aws_secretsmanager_secret.password').name, `rds/tenant/${tenant}/${SUFFIX}/password`);
      assert.equal(own('aws_secretsmanager_secret.password').recovery_window_in_days, 0);
      assert.equal(own('aws_cloudwatch_log_group.this').name, `/ecs/tenant/${tenant}/${SUFFIX}`);
      assert.equal(own('aws_appautoscaling_target.this').min_capacity, 2);
    }
  });

  it('says on everything where it comes from, and on what is a tenant’s whose it is', () => {
    const taggable = [...values].filter(([, one]) => one.tags_all !== undefined);
    assert.ok(taggable.length > 70, `only ${taggable.length}`);
    const common = {
      Environment: SUFFIX,
      Repository: 'acme/platform',
      Author: 'jane',
      PRNumber: '7',
      Team: 'platform',
      CreatedAt: '2026-11-29T12:00:00Z',
    };
    for (const [address, { tags_all: tags }] of taggable) {
      const tenant = /^(?:module\.tenant|aws_vpc_security_group_ingress_rule\.database)\["(.+?)"\]/.exec(address)?.[1];
      const whose = tenant === undefined ? {} : { tenant_id: tenant, cost_center: tenant };
      const { Name: _, ...rest } = tags;
      assert.deepEqual(rest, { ...common, ...whose }, address);
    }
  });

  it('has the outputs that its readers know', () => {
    assert.deepEqual(Object.keys(json.planned_values.outputs).sort(), [
      'alb_dns_name',
      'aurora_cluster_endpoint',
      'aurora_cluster_reader_endpoint',
      'aurora_master_secret_arn',
      'tenants',
      'vpc_id',
    ]);
  });

  it('has a README that says how to run it and how to remove it', () => {
    const readme = readFileSync(join(ROOT, 'examples', 'saas-platform', 'README.md'), 'utf8');
    assert.match(readme, /terraform apply/);
    assert.match(readme, /terraform destroy/);
  });
});

describe('the platform without one tenant, and with one NAT gateway', () => {
  let whole, fewer;
  before(async () => {
    [whole, fewer] = [valuesOf(await planSaas('whole')), valuesOf(await planSaas('fewer'))];
  });

  it('lacks that tenant’s keys and two gateways, and nothing else', () => {
    const gone = [...whole.keys()].filter((address) => !fewer.has(address));
    assert.deepEqual(
      [...fewer.keys()].filter((address) => !whole.has(address)),
      [],
    );
    assert.deepEqual(gone.filter((address) => !address.includes('["globex-inc"]')).sort(), [
      'aws_eip.nat["us-east-1b"]',
      'aws_eip.nat["us-east-1c"]',
      'aws_nat_gateway.this["us-east-1b"]',
      'aws_nat_gateway.this["us-east-1c"]',
    ]);
    assert.equal(gone.filter((address) => address.includes('["globex-inc"]')).length, 21);
  });

  it('leaves every other resource as it was: no priority moves', () => {
    for (const [address, values] of fewer) assert.deepEqual(values, whole.get(address), address);
  });
});

describe('the platform in production', () => {
  let json, values, before_;
  before(async () => {
    json = await planSaas('production');
    values = valuesOf(json);
    before_ = valuesOf(await planSaas('whole'));
  });
  const all = (pattern) => [...values].filter(([address]) => pattern.test(address)).map(([, one]) => one);

  it('brings what development lacks', () => {
    const added = [...values.keys()].filter((address) => !before_.has(address)).map((one) => one.split('[')[0]);
    const ofTenants = [...values.keys()].filter((one) => !before_.has(one) && one.startsWith('module.tenant'));
    assert.deepEqual([...new Set(added)].filter((one) => !one.startsWith('module.')).sort(), [
      'aws_backup_plan.this',
      'aws_backup_selection.this',
      'aws_backup_vault.this',
      'aws_cloudwatch_metric_alarm.database',
      'aws_iam_role.backup',
      'aws_iam_role.monitoring',
      'aws_iam_role_policy_attachment.backup',
      'aws_iam_role_policy_attachment.monitoring',
      'aws_kms_alias.this',
      'aws_kms_key.this',
      'aws_lb_listener.https',
      'aws_rds_cluster_instance.this',
      'aws_route53_record.database',
      'aws_route53_zone.private',
      'aws_security_group.endpoints',
      'aws_vpc_endpoint.interface',
      'aws_vpc_endpoint.s3',
      'aws_vpc_security_group_ingress_rule.endpoints',
      'aws_vpc_security_group_ingress_rule.load_balancer',
      'aws_wafv2_web_acl.this',
      'aws_wafv2_web_acl_association.this',
    ]);
    // Five alarms, versions, encryption and lifecycle of the bucket, for each of three.
    assert.equal(ofTenants.length, 3 * 8);
  });

  it('keeps the database from being deleted, with backups, readers and close monitoring', () => {
    const names = ['deletion_protection', 'skip_final_snapshot', 'final_snapshot_identifier'];
    assert.deepEqual(picked(values.get('aws_rds_cluster.this'), [...names, 'backup_retention_period']), {
      deletion_protection: true,
      skip_final_snapshot: false,
      final_snapshot_identifier: `saas-${SUFFIX}-final`,
      backup_retention_period: 35,
    });
    assert.deepEqual(
      all(/^aws_rds_cluster_instance/).map((one) => [
        one.identifier,
        one.monitoring_interval,
        one.performance_insights_enabled,
      ]),
      ['reader-1', 'reader-2', 'writer'].map((name) => [`saas-${SUFFIX}-${name}`, 60, true]),
    );
    const [rule] = values.get('aws_backup_plan.this[0]').rule;
    assert.equal(rule.copy_action[0].destination_vault_arn, 'arn:aws:backup:eu-west-1:123456789012:backup-vault:copy');
  });

  it('has database and passwords under its own key, which is known once it is made', async () => {
    const waits = (plan, address, field) =>
      plan.resource_changes.find((one) => one.address === address).change.after_unknown[field] === true;
    const under = [
      ['aws_rds_cluster.this', 'kms_key_id'],
      ...TENANTS.map((tenant) => [`module.tenant["${tenant}"].aws_secretsmanager_secret.password`, 'kms_key_id']),
    ];
    const secret = under[1];
    assert.equal(values.get('aws_rds_cluster.this').storage_encrypted, true);
    for (const [address, field] of under) assert.ok(waits(json, address, field), address);
    // In development the secret has none, which a plan knows.
    assert.equal(waits(await planSaas('whole'), ...secret), false);
  });

  it('has its own key, and asks for TLS at the database and at the load balancer', () => {
    assert.equal(values.get('aws_kms_key.this[0]').enable_key_rotation, true);
    const { parameter } = values.get('aws_rds_cluster_parameter_group.this');
    assert.ok(parameter.some(({ name, value }) => name === 'rds.force_ssl' && value === '1'));
    const [{ type, redirect }] = values.get('aws_lb_listener.http').default_action;
    assert.deepEqual([type, redirect[0].protocol, redirect[0].status_code], ['redirect', 'HTTPS', 'HTTP_301']);
    const https = values.get('aws_lb_listener.https[0]');
    assert.deepEqual(picked(https, ['port', 'protocol']), { port: 443, protocol: 'HTTPS' });
    assert.equal(https.default_action[0].fixed_response[0].message_body, 'Invalid tenant');
    assert.equal(values.get('aws_lb.this').enable_deletion_protection, true);
  });

  it('has a WAF with a rate and two groups of rules, and endpoints for what tasks call', () => {
    const rules = values.get('aws_wafv2_web_acl.this[0]').rule.map(({ name }) => name);
    assert.deepEqual(rules.sort(), ['AWSManagedRulesCommonRuleSet', 'AWSManagedRulesKnownBadInputsRuleSet', 'rate']);
    assert.deepEqual(
      all(/^aws_vpc_endpoint\./).map((one) => one.service_name.replace('com.amazonaws.us-east-1.', '')),
      ['ecr.api', 'ecr.dkr', 'logs', 'secretsmanager', 'xray', 's3'],
    );
  });

  it('gives each tenant three tasks at least, traces, alarms, and a bucket that outlives a destroy', () => {
    for (const tenant of TENANTS) {
      const own = (address) => values.get(`module.tenant["${tenant}"].${address}`);
      assert.equal(own('aws_appautoscaling_target.this').min_capacity, 3);
      assert.equal(own('aws_s3_bucket.this').force_destroy, false);
      assert.equal(own('aws_s3_bucket_versioning.this[0]').versioning_configuration[0].status, 'Enabled');
      assert.equal(own('aws_secretsmanager_secret.password').recovery_window_in_days, 30);
      const alarms = all(new RegExp(`^module.tenant\\["${tenant}"\\].aws_cloudwatch_metric_alarm`));
      assert.deepEqual(
        alarms.map((one) => one.alarm_actions),
        Array(5).fill(['arn:aws:sns:us-east-1:123456789012:alerts']),
      );
    }
    assert.equal(all(/^aws_cloudwatch_metric_alarm.database/).length, 4);
    const insights = (plan) => plan.get('aws_ecs_cluster.this').setting[0].value;
    assert.deepEqual([insights(before_), insights(values)], ['disabled', 'enabled']);
  });
});
