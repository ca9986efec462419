// Events and the export of the audit trail: nothing without a wish, and only what is wished for.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { ACCOUNT, PREFIX, plan, planOnce, resource, resourcesOf } from './render.mjs';

const BUCKET = `${PREFIX}-audit-${ACCOUNT}`;
const TABLES = ['tenants', 'jobs', 'launches', 'usage', 'audit'];
const streamsOf = (json) => TABLES.filter((name) => resource(json, `aws_dynamodb_table.${name}`).stream_enabled);
const eventsOf = (json) => resourcesOf(json).filter(({ address }) => address.startsWith('module.events'));

describe('events', () => {
  let json;
  before(async () => {
    json = await planOnce();
  });
  const mapping = (name) => resource(json, `module.events[0].aws_lambda_event_source_mapping.this["${name}"]`);

  it('are read from the streams of all five tables, each until it is told or a day old', () => {
    assert.deepEqual(streamsOf(json), TABLES);
    for (const name of TABLES) {
      const { starting_position, maximum_record_age_in_seconds, function_response_types } = mapping(name);
      assert.deepEqual(
        { starting_position, maximum_record_age_in_seconds, function_response_types },
        {
          starting_position: 'LATEST',
          maximum_record_age_in_seconds: 86400,
          function_response_types: ['ReportBatchItemFailures'],
        },
      );
    }
  });

  it('cost no call for what DynamoDB forgets, for a sum of the ledger, or for what nobody may change', () => {
    const pattern = (name) => JSON.parse(mapping(name).filter_criteria[0].filter[0].pattern);
    assert.deepEqual(pattern('jobs'), { eventName: ['INSERT', 'MODIFY'] });
    assert.deepEqual(pattern('launches'), { eventName: ['INSERT', 'MODIFY'] });
    assert.deepEqual(pattern('usage'), {
      eventName: ['INSERT'],
      dynamodb: { Keys: { book: { S: [{ suffix: '/lives' }] } } },
    });
    assert.deepEqual(pattern('audit'), { eventName: ['INSERT'] });
    assert.deepEqual(mapping('tenants').filter_criteria ?? [], []);
  });

  it('that no endpoint of a tenant takes have a queue of dead letters, and two alarms', () => {
    const queue = (name) => resource(json, `module.events[0].aws_sqs_queue.${name}[0]`);
    assert.deepEqual(
      ['callbacks', 'callbacks_dlq'].map((name) => queue(name).message_retention_seconds),
      [86_400, 1_209_600],
    );
    const alarms = resourcesOf(json).filter(({ type }) => type === 'aws_cloudwatch_metric_alarm');
    const about = alarms.filter(({ address }) => /callbacks/.test(address)).map(({ values }) => values.metric_name);
    assert.deepEqual(about.sort(), ['ApproximateNumberOfMessagesVisible', 'CallbackGivenUp']);
  });

  it('keep the audit trail in a bucket that is encrypted, closed, and written once', () => {
    const of = (type) => resource(json, `module.events[0].${type}.audit[0]`);
    assert.equal(of('aws_s3_bucket').bucket, BUCKET);
    const closed = of('aws_s3_bucket_public_access_block');
    assert.ok(
      ['block_public_acls', 'block_public_policy', 'ignore_public_acls', 'restrict_public_buckets'].every(
        (name) => closed[name],
      ),
    );
    const [{ apply_server_side_encryption_by_default: encryption }] = of(
      'aws_s3_bucket_server_side_encryption_configuration',
    ).rule;
    assert.equal(encryption[0].sse_algorithm, 'AES256');
    const statements = JSON.parse(of('aws_s3_bucket_policy').policy).Statement;
    assert.deepEqual(
      statements.map(({ Sid, Effect, Principal }) => [Sid, Effect, Principal]),
      ['OnlyOverTls', 'WriteOnce', 'AppendOnly'].map((sid) => [sid, 'Deny', '*']),
    );
    assert.deepEqual(statements[1].Condition, { Null: { 's3:if-none-match': 'true' } });
  });
});

describe('without a wish for events', () => {
  it('there is no function, no stream but the one of tenants, no bucket and no alarm', async () => {
    const { failed, output, json } = await plan({ settings: '  events = {}\n  audit = {}\n' });
    assert.ok(!failed, output);
    assert.deepEqual(eventsOf(json), []);
    assert.deepEqual(streamsOf(json), ['tenants']);
    assert.ok(!resourcesOf(json).some(({ address }) => address.includes('events-behind')));
  });

  it('of a kind, that kind’s table alone is followed; and a bucket is as it was asked for', async () => {
    const [key, parameters] = ['0f0f', '1e1e'].map((id) => `arn:aws:kms:us-east-1:${ACCOUNT}:key/${id}`);
    const { failed, output, json } = await plan({
      settings: `
        events = { publish = ["job"], callbacks = { enable = true } }
        encryption = { parameters = "${parameters}" }
        audit  = { export = { enable = true, bucket_name = "our-trail", expire_days = 400, kms_key_arn = "${key}" } }
      `,
    });
    assert.ok(!failed, output);
    assert.deepEqual(streamsOf(json), ['tenants', 'jobs', 'audit']);
    const of = (type) => resource(json, `module.events[0].${type}.audit[0]`);
    assert.equal(of('aws_s3_bucket').bucket, 'our-trail');
    assert.equal(
      of('aws_s3_bucket_server_side_encryption_configuration').rule[0].apply_server_side_encryption_by_default[0]
        .kms_master_key_id,
      key,
    );
    assert.equal(of('aws_s3_bucket_lifecycle_configuration').rule[1].expiration[0].days, 400);
    const { Statement } = JSON.parse(
      resource(json, 'module.events[0].module.function.aws_iam_role_policy.this').policy,
    );
    const [followed, encrypts] = ['FollowTables', 'EncryptExport'].map((sid) =>
      Statement.find(({ Sid }) => Sid === sid),
    );
    // Tenants too: with a callback the clean-up of a tenant is of interest, whatever is published.
    assert.equal(followed.Resource.length, 3);
    assert.deepEqual([encrypts.Action, encrypts.Resource], ['kms:GenerateDataKey', key]);
    const callbacks = JSON.parse(
      resource(json, 'module.events[0].module.callbacks[0].aws_iam_role_policy.this').policy,
    );
    const decrypts = callbacks.Statement.find(({ Sid }) => Sid === 'DecryptSecrets');
    assert.deepEqual([decrypts.Action, decrypts.Resource], ['kms:Decrypt', parameters]);
    assert.equal(decrypts.Condition.StringEquals['kms:ViaService'], 'ssm.us-east-1.amazonaws.com');
  });
});
