import { createServer, type Server } from 'node:http';
import { createStubClient, jobEvent, jobMessage, lifecycleEvent } from '@multi-tenant-runner/testing';
import { createClientConfig } from './client-config';
import { createSqsClient } from './clients';
import { createEventBridgeBus } from './event-bus';
import { createSqsJobQueue } from './job-queue';

describe('the job queue', () => {
  it('sends a job to its tier, marked with its tenant', async () => {
    const client = createStubClient(() => ({}));
    const queue = createSqsJobQueue({
      client,
      tierQueueUrls: new Map([
        ['small', 'https://small'],
        ['large', 'https://large'],
      ]),
      runnerEventsQueueUrl: 'https://events',
    });
    await queue.sendJob(jobMessage({ tier: 'large' }));
    await queue.sendJobEvent(jobEvent());
    expect(client.sent.map(({ input }) => [input['QueueUrl'], input['MessageGroupId']])).toEqual([
      ['https://large', '1001'],
      ['https://events', '1001'],
    ]);
    expect(JSON.parse(String(client.sent[0]?.input['MessageBody']))).toMatchObject({
      v: 1,
      job_id: 7001,
      tier: 'large',
    });
  });

  it('says which tier has no queue', async () => {
    const queue = createSqsJobQueue({
      client: createStubClient(() => ({})),
      tierQueueUrls: new Map([['small', 'https://small']]),
    });
    await expect(queue.sendJob(jobMessage({ tier: 'huge' }))).rejects.toThrow(
      'There is no queue for tier huge of job 7001; TIER_QUEUE_URLS names small.',
    );
    await expect(queue.sendJobEvent(jobEvent())).rejects.toThrow('RUNNER_EVENTS_QUEUE_URL');
  });
});

describe('the event bus', () => {
  it("publishes under the module's source", async () => {
    const client = createStubClient(() => ({ FailedEntryCount: 0, Entries: [{ EventId: '1' }] }));
    await createEventBridgeBus({ client, busName: 'test' }).publishLifecycle('installation', lifecycleEvent());
    const [entry] = client.sent[0]?.input['Entries'] as Record<string, string>[];
    expect(entry).toMatchObject({ EventBusName: 'test', Source: 'multi-tenant-runner', DetailType: 'installation' });
    expect(JSON.parse(entry?.['Detail'] ?? '')).toMatchObject({ action: 'created', installation: { id: 1001 } });
  });

  it('does not take a success with a failed entry for one', async () => {
    const client = createStubClient(() => ({ FailedEntryCount: 1, Entries: [{ ErrorCode: 'InternalFailure' }] }));
    await expect(createEventBridgeBus({ client, busName: 'test' }).publish('workflow_job', {})).rejects.toThrow(
      'InternalFailure',
    );
  });
});

describe('a client', () => {
  const requests: { authorization: string; token: string | undefined }[] = [];
  let server: Server;
  let endpoint: string;
  let answer = true;

  beforeAll(async () => {
    server = createServer((request, response) => {
      requests.push({
        authorization: String(request.headers.authorization),
        token: request.headers['x-amz-security-token']?.toString(),
      });
      if (answer) response.setHeader('content-type', 'application/x-amz-json-1.0').end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    endpoint = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it('goes to the endpoint of the environment with the credentials of the moment', async () => {
    const env: Record<string, string> = {
      AWS_REGION: 'eu-west-1',
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: 'FIRST',
      AWS_SECRET_ACCESS_KEY: 's',
      AWS_SESSION_TOKEN: 'session',
    };
    const client = createSqsClient(createClientConfig(env));
    const queue = createSqsJobQueue({ client, tierQueueUrls: new Map([['small', `${endpoint}/queue`]]) });
    await queue.sendJob(jobMessage()).catch(() => undefined);
    env['AWS_ACCESS_KEY_ID'] = 'SECOND';
    await queue.sendJob(jobMessage()).catch(() => undefined);
    client.destroy();
    expect(
      requests.map(({ authorization }) => /Credential=(\w+)\/\d+\/([\w-]+)/.exec(authorization)?.slice(1)),
    ).toEqual([
      ['FIRST', 'eu-west-1'],
      ['SECOND', 'eu-west-1'],
    ]);
    expect(requests[0]?.token).toBe('session');
  });

  it('gives up an answer that does not come, as often as it may try', async () => {
    answer = false;
    const env = {
      AWS_REGION: 'eu-west-1',
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: 'a',
      AWS_SECRET_ACCESS_KEY: 's',
    };
    const client = createSqsClient(createClientConfig(env, { timeout: 100, attempts: 2 }));
    const queue = createSqsJobQueue({ client, tierQueueUrls: new Map([['small', `${endpoint}/queue`]]) });
    await expect(queue.sendJob(jobMessage())).rejects.toMatchObject({
      name: 'TimeoutError',
      $metadata: { attempts: 2 },
    });
    client.destroy();
  });

  it('says what the environment lacks', async () => {
    expect(() => createClientConfig({})).toThrow('AWS_REGION is missing');
    await expect(createClientConfig({ AWS_REGION: 'x' }).credentials()).rejects.toThrow(
      'AWS_ACCESS_KEY_ID or AWS_SECRET_ACCESS_KEY is missing',
    );
  });
});
