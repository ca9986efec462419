import { AwsClient } from 'aws4fetch';
import { object } from '../../lib/json';
import type { SandboxFile } from '../../lib/state';
import type { ScenarioContext, Tenant } from '../kit/scenario-context';

type Json = Readonly<Record<string, unknown>>;

/** A rule of an operator's own with a queue behind it, as docs/events.md has them. */
export interface Listener {
  /** All events so far, each as it came: copies too. */
  readonly heard: () => Promise<readonly Json[]>;
  /** All entries of the audit trail that are in its bucket. */
  readonly exported: () => Promise<readonly Json[]>;
  readonly stop: () => Promise<void>;
}

export async function listenToEvents({ aws, prefix }: SandboxFile): Promise<Listener> {
  const name = `${prefix}-heard`;
  const call = createCalls(aws);
  const { QueueUrl: url } = await call.json('sqs', 'AmazonSQS.CreateQueue', { QueueName: name });
  const { Attributes } = await call.json('sqs', 'AmazonSQS.GetQueueAttributes', {
    QueueUrl: url,
    AttributeNames: ['QueueArn'],
  });
  const arn = object(Attributes)?.['QueueArn'];
  const statement = { Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'sqs:SendMessage' };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [{ ...statement, Resource: arn }] });
  await call.json('sqs', 'AmazonSQS.SetQueueAttributes', { QueueUrl: url, Attributes: { Policy } });
  const rule = { EventBusName: prefix, Rule: name };
  await call.json('events', 'AWSEvents.PutRule', {
    Name: name,
    EventBusName: prefix,
    EventPattern: JSON.stringify({
      source: ['multi-tenant-runner'],
      'detail-type': ['tenant.', 'job.', 'runner.', 'usage.'].map((prefixed) => ({ prefix: prefixed })),
    }),
  });
  await call.json('events', 'AWSEvents.PutTargets', { ...rule, Targets: [{ Id: 'queue', Arn: arn }] });
  const events: Json[] = [];
  const [, bucket = ''] = new RegExp(`<Name>(${prefix}-audit-[^<]+)</Name>`).exec(await call.text('s3', '/')) ?? [];
  return {
    heard: async () => {
      for (;;) {
        const found = await call.json('sqs', 'AmazonSQS.ReceiveMessage', { QueueUrl: url, MaxNumberOfMessages: 10 });
        const messages = Array.isArray(found['Messages']) ? found['Messages'].map((one) => object(one) ?? {}) : [];
        if (messages.length === 0) return events;
        for (const { Body, ReceiptHandle } of messages) {
          events.push(object(object(JSON.parse(String(Body)))?.['detail']) ?? {});
          await call.json('sqs', 'AmazonSQS.DeleteMessage', { QueueUrl: url, ReceiptHandle });
        }
      }
    },
    exported: async () => {
      const listed = await call.text('s3', `/${bucket}?list-type=2&prefix=audit/`);
      const keys = [...listed.matchAll(/<Key>([^<]+)<\/Key>/g)].map(([, key]) => String(key));
      const lines = await Promise.all(
        keys.map((key) => call.text('s3', `/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`)),
      );
      return lines.map((line) => object(JSON.parse(line)) ?? {});
    },
    stop: async () => {
      await call.json('events', 'AWSEvents.RemoveTargets', { ...rule, Ids: ['queue'] });
      await call.json('events', 'AWSEvents.DeleteRule', { Name: name, EventBusName: prefix });
      await call.json('sqs', 'AmazonSQS.DeleteQueue', { QueueUrl: url });
    },
  };
}

function createCalls(aws: SandboxFile['aws']) {
  const { access_key_id: accessKeyId, secret_access_key: secretAccessKey, region, endpoint_url: url } = aws;
  const client = (service: string): AwsClient =>
    new AwsClient({ accessKeyId, secretAccessKey, region, service, retries: 0 });
  const answered = async (response: Response): Promise<string> => {
    const content = await response.text();
    if (!response.ok) throw new Error(`AWS answered ${response.status}: ${content}`);
    return content;
  };
  return {
    json: async (service: string, target: string, body: object): Promise<Json> => {
      const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': target };
      const init = { method: 'POST', headers, body: JSON.stringify(body) };
      const content = await answered(await client(service).fetch(url, init));
      return content === '' ? {} : (object(JSON.parse(content)) ?? {});
    },
    text: async (service: string, path: string) => answered(await client(service).fetch(`${url}${path}`)),
  };
}

/** What must have been heard of a tenant that was changed, ran jobs and was offboarded. */
const EXPECTED = [
  'tenant.created',
  'tenant.changed',
  'tenant.suspended',
  'tenant.activated',
  'tenant.offboarded',
  'tenant.cleaned-up',
  'job.parked',
  'job.running',
  'job.completed',
  'runner.launching',
  'runner.running',
  'runner.busy',
  'runner.ended',
  'usage.recorded',
];

export async function expectEvents(
  { checks, poller }: ScenarioContext,
  { id }: Tenant,
  { heard, exported }: Listener,
): Promise<void> {
  const mine = async (): Promise<readonly Json[]> =>
    (await heard()).filter(({ installation_id: installation }) => installation === id);
  const typesOf = (events: readonly Json[]): Set<unknown> => new Set(events.map(({ type }) => type));
  const what = `the bus has an event of each kind: ${EXPECTED.join(', ')}`;
  await poller.until(what, async () => {
    const types = typesOf(await mine());
    return EXPECTED.every((type) => types.has(type)) ? true : undefined;
  });
  checks.check(what, true);
  const events = await mine();
  checks.check(
    'each event says whose it is, which version it has, and its place in the order',
    events.every(({ version, sequence }) => version === 1 && /^\d{40}$/.test(String(sequence))),
  );
  const reason = 'the sandbox tries it';
  const kept = 'the exported audit trail has what mtr changed, and why';
  await poller.until(kept, async () =>
    (await exported()).some((entry) => entry['installation_id'] === id && entry['reason'] === reason)
      ? true
      : undefined,
  );
  checks.check(kept, true);
}
