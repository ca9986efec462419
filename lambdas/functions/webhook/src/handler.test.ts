import { INSTALLATION } from '@multi-tenant-runner/testing';
import {
  SECRET_PARAMETER,
  delivery,
  installationPayload,
  sign,
  createWebhookHarness,
  workflowJob,
  type WebhookHarness,
} from '../test/deliveries';

function nothingIsStored(harness: WebhookHarness): void {
  expect(harness.state.jobs.all()).toEqual([]);
  expect(harness.state.queue.jobs).toEqual([]);
  expect(harness.state.queue.events).toEqual([]);
  expect(harness.state.bus.published).toEqual([]);
}

describe('the signature', () => {
  const forged: readonly [string, Record<string, string | undefined>][] = [
    ['missing', { 'x-hub-signature-256': undefined }],
    ['blank', { 'x-hub-signature-256': ' ' }],
    ['of another secret', { 'x-hub-signature-256': sign(JSON.stringify(workflowJob()), 'guessed') }],
    ['of another body', { 'x-hub-signature-256': sign('{}') }],
    ['without its prefix', { 'x-hub-signature-256': sign(JSON.stringify(workflowJob())).slice('sha256='.length) }],
    ['shortened', { 'x-hub-signature-256': sign(JSON.stringify(workflowJob())).slice(0, -2) }],
    [
      'of SHA-1',
      { 'x-hub-signature-256': undefined, 'x-hub-signature': 'sha1=0000000000000000000000000000000000000000' },
    ],
  ];

  it.each(forged)('%s: is answered 401, and nothing is stored', async (_name, headers) => {
    const harness = createWebhookHarness();
    harness.addTenant();
    const response = await harness.send(delivery('workflow_job', workflowJob(), { headers }));
    expect(response.statusCode).toBe(401);
    nothingIsStored(harness);
    expect(harness.metrics.counted).toEqual([
      { name: 'WebhookRefused', value: 1, properties: { reason: 'signature' } },
    ]);
  });

  it('lets nothing of a forged body into the log', async () => {
    const harness = createWebhookHarness();
    await harness.send(delivery('workflow_job', workflowJob({ job: { name: 'forged words' } }), { secret: 'guessed' }));
    expect(JSON.stringify([harness.log.lines, harness.metrics.counted])).not.toMatch(
      /forged words|acme|guessed|sha256=/,
    );
  });

  it('is checked over the raw bytes of an encoded body', async () => {
    const harness = createWebhookHarness();
    harness.addTenant();
    const payload = workflowJob({ job: { name: 'größer → \u2028' } });
    expect((await harness.send(delivery('workflow_job', payload, { base64: true }))).statusCode).toBe(202);
    expect((await harness.send(delivery('workflow_job', payload))).statusCode).toBe(202);
    expect(harness.state.queue.jobs).toHaveLength(2);
  });

  it('may be of any of the secrets while they are rotated', async () => {
    const harness = createWebhookHarness();
    harness.secrets.set(SECRET_PARAMETER, 'new secret\r\nold secret\n\n');
    expect((await harness.send(delivery('ping', {}, { secret: 'new secret' }))).statusCode).toBe(200);
    expect((await harness.send(delivery('ping', {}, { secret: 'old secret' }))).statusCode).toBe(200);
    expect((await harness.send(delivery('ping', {}, { secret: '' }))).statusCode).toBe(401);
  });

  it('of a secret that was just set is accepted', async () => {
    const harness = createWebhookHarness();
    await harness.send(delivery('ping', {}));
    harness.secrets.set(SECRET_PARAMETER, 'new secret');
    expect((await harness.send(delivery('ping', {}, { secret: 'new secret' }))).statusCode).toBe(200);
    expect((await harness.send(delivery('ping', {}))).statusCode).toBe(401);
  });

  it('makes the secret be read again once a minute at most', async () => {
    const harness = createWebhookHarness();
    for (let count = 0; count < 20; count += 1) await harness.send(delivery('ping', {}, { secret: 'guessed' }));
    expect(harness.reads).toBe(2);
    harness.clock.advance(60_000);
    await harness.send(delivery('ping', {}, { secret: 'guessed' }));
    expect(harness.reads).toBe(3);
  });

  it('of a secret that was taken out is refused after five minutes', async () => {
    const harness = createWebhookHarness();
    await harness.send(delivery('ping', {}));
    harness.secrets.set(SECRET_PARAMETER, 'new secret');
    harness.clock.advance(5 * 60_000);
    expect((await harness.send(delivery('ping', {}))).statusCode).toBe(401);
  });

  it('that can not be checked is answered 503, and the next delivery tries again', async () => {
    const harness = createWebhookHarness();
    harness.secrets.set(SECRET_PARAMETER, '\n');
    expect((await harness.send(delivery('ping', {}))).statusCode).toBe(503);
    harness.secrets.set(SECRET_PARAMETER, 'fixed');
    expect((await harness.send(delivery('ping', {}, { secret: 'fixed' }))).statusCode).toBe(200);
  });
});

describe('bad input', () => {
  const cases: readonly [string, number, Parameters<typeof delivery>, RegExp][] = [
    ['text that is not JSON', 400, ['workflow_job', 'hello'], /not JSON/],
    ['an empty body', 400, ['workflow_job', ''], /not JSON/],
    ['null', 400, ['workflow_job', 'null'], /not a JSON object/],
    ['a list', 400, ['installation', '[]'], /not a JSON object/],
    [
      'a form',
      415,
      ['workflow_job', 'payload=%7B%7D', { headers: { 'content-type': 'application/x-www-form-urlencoded' } }],
      /application\/json/,
    ],
    ['a form without its content type', 415, ['workflow_job', 'payload=%7B%7D'], /application\/json/],
    ['a delivery without event', 400, ['', workflowJob()], /X-GitHub-Event/],
    [
      'a hook of a repository',
      403,
      ['workflow_job', workflowJob(), { headers: { 'x-github-hook-installation-target-type': 'repository' } }],
      /repository/,
    ],
    [
      'a hook of another App',
      403,
      ['workflow_job', workflowJob(), { headers: { 'x-github-hook-installation-target-id': '999' } }],
      /App 999.*App 12345/,
    ],
    [
      'a large workflow_job',
      413,
      ['workflow_job', workflowJob({ job: { name: 'x'.repeat(1_000_000) } })],
      /limit is 1000000/,
    ],
    ['a job without id', 400, ['workflow_job', workflowJob({ job: { id: undefined } })], /workflow_job\.id is missing/],
    [
      'a job of nobody',
      400,
      ['workflow_job', workflowJob({ repository: { owner: null } })],
      /repository\.owner is missing/,
    ],
    ['labels that are no list', 400, ['workflow_job', workflowJob({ job: { labels: 'small' } })], /labels/],
  ];

  it.each(cases)('%s is answered %d with the reason, counted, and not stored', async (_name, status, args, message) => {
    const harness = createWebhookHarness({ publishEvents: [] });
    harness.addTenant();
    const response = await harness.send(delivery(...args));
    expect(response.statusCode).toBe(status);
    expect(response.message).toMatch(message);
    expect(harness.metrics.total('WebhookRefused')).toBe(1);
    nothingIsStored(harness);
  });

  it('without target headers is accepted: they are not documented by GitHub', async () => {
    const harness = createWebhookHarness();
    harness.addTenant();
    const headers = {
      'x-github-hook-installation-target-type': undefined,
      'x-github-hook-installation-target-id': undefined,
    };
    expect((await harness.send(delivery('workflow_job', workflowJob(), { headers }))).statusCode).toBe(202);
    expect(harness.state.queue.jobs).toHaveLength(1);
  });

  it('a large installation event is no bad input: it lists every repository', async () => {
    const harness = createWebhookHarness();
    const repositories = Array.from({ length: 40_000 }, (_, id) => ({
      id,
      node_id: 'x'.repeat(40),
      full_name: `acme/${'r'.repeat(40)}`,
      private: true,
    }));
    const payload = { ...installationPayload('created'), repositories };
    expect(JSON.stringify(payload).length).toBeGreaterThan(5_000_000);
    expect((await harness.send(delivery('installation', payload))).statusCode).toBe(202);
    expect(JSON.stringify(harness.state.bus.published).length).toBeLessThan(2_000);
  });
});

describe('other events', () => {
  it('ping is answered 200', async () => {
    const harness = createWebhookHarness();
    expect((await harness.send(delivery('ping', { zen: 'Keep it logically awesome.' }))).statusCode).toBe(200);
  });

  it('what nothing needs is answered 202 with the reason and counted', async () => {
    const harness = createWebhookHarness();
    const response = await harness.send(delivery('push', { ref: 'refs/heads/main' }));
    expect([response.statusCode, response.message]).toEqual([202, 'This environment does not use the event push.']);
    expect(harness.metrics.counted).toEqual([{ name: 'WebhookIgnored', value: 1, properties: { reason: 'event' } }]);
    nothingIsStored(harness);
  });
});

describe('events for the operator’s own rules', () => {
  it('are published beside their way', async () => {
    const harness = createWebhookHarness({ publishEvents: ['workflow_job', 'installation'] });
    harness.addTenant();
    await harness.send(delivery('workflow_job', workflowJob()));
    expect(harness.state.bus.published).toEqual([{ detailType: 'workflow_job', detail: workflowJob() }]);
    expect(harness.state.queue.jobs).toHaveLength(1);
  });

  it('are published though the labels are not ours', async () => {
    const harness = createWebhookHarness({ publishEvents: ['workflow_job'] });
    await harness.send(delivery('workflow_job', workflowJob({ job: { labels: ['ubuntu-latest'] } })));
    expect(harness.state.bus.published).toHaveLength(1);
  });

  it('include events that nothing else needs', async () => {
    const harness = createWebhookHarness({ publishEvents: ['push'] });
    expect((await harness.send(delivery('push', { ref: 'main' }))).statusCode).toBe(202);
    expect(harness.state.bus.published).toEqual([{ detailType: 'push', detail: { ref: 'main' } }]);
  });

  it('are not published twice when they are installation events', async () => {
    const harness = createWebhookHarness({ publishEvents: ['installation'] });
    await harness.send(delivery('installation', installationPayload('created')));
    await harness.send(delivery('installation', installationPayload('new_permissions_accepted')));
    expect(harness.state.bus.published).toHaveLength(2);
  });

  it('that have no other use are redelivered until the bus takes them', async () => {
    const harness = createWebhookHarness({ publishEvents: ['push'] });
    harness.faults.fail('bus.publish', new Error('EventBridge rejected the push event: ThrottlingException'));
    expect((await harness.send(delivery('push', { ref: 'main' }))).statusCode).toBe(503);
    expect(harness.metrics.total('PublishFailed')).toBe(1);
    expect((await harness.send(delivery('push', { ref: 'main' }))).statusCode).toBe(202);
    expect(harness.state.bus.published).toHaveLength(1);
  });

  it('that are too large for it are counted, and not redelivered: the next one would be as large', async () => {
    const harness = createWebhookHarness({ publishEvents: ['issues'] });
    expect((await harness.send(delivery('issues', { body: 'x'.repeat(300_000) }))).statusCode).toBe(202);
    expect(harness.metrics.total('PublishFailed')).toBe(1);
    expect(harness.state.bus.published).toEqual([]);
  });

  it('are counted when they can not be published, and the delivery goes on', async () => {
    const harness = createWebhookHarness({ publishEvents: ['workflow_job'] });
    harness.addTenant();
    harness.faults.fail('bus.publish', new Error('the bus is full'));
    expect((await harness.send(delivery('workflow_job', workflowJob()))).statusCode).toBe(202);
    expect(harness.metrics.total('PublishFailed')).toBe(1);
    expect(harness.state.queue.jobs).toHaveLength(1);
  });
});

describe('a failed durable write', () => {
  const writes: readonly [string, string, Parameters<typeof delivery>][] = [
    ['the tier’s queue', 'queue.sendJob', ['workflow_job', workflowJob()]],
    [
      'the queue of job events',
      'queue.sendJobEvent',
      ['workflow_job', workflowJob({ top: { action: 'completed' }, job: { status: 'completed' } })],
    ],
    ['the bus', 'bus.publishLifecycle', ['installation', installationPayload('created')]],
    ['the tenant’s row', 'registry.get', ['workflow_job', workflowJob()]],
    ['the job’s row', 'jobs.create', ['workflow_job', workflowJob({ top: { installation: { id: 4242 } } })]],
  ];

  it.each(writes)('to %s is answered 503, and the redelivery goes through', async (_name, call, args) => {
    const harness = createWebhookHarness();
    harness.addTenant();
    harness.faults.fail(call, new Error('out of order'));
    expect((await harness.send(delivery(...args))).statusCode).toBe(503);
    expect((await harness.send(delivery(...args))).statusCode).toBe(202);
  });

  it('is logged without the body', async () => {
    const harness = createWebhookHarness();
    harness.addTenant({ installation_id: INSTALLATION });
    harness.faults.fail('queue.sendJob', new Error('out of order'));
    await harness.send(delivery('workflow_job', workflowJob({ job: { name: 'words of a tenant' } })));
    expect(harness.log.lines.some((line) => line.level === 'error')).toBe(true);
    expect(JSON.stringify(harness.log.lines)).not.toContain('words of a tenant');
  });
});

describe('the budget of an installation', () => {
  const rate = { perSecond: 2, burst: 2 };
  const tenantRates = { rate, byTier: new Map() };
  const jobOf = (id: number, installation: number): ReturnType<typeof delivery> =>
    delivery('workflow_job', workflowJob({ job: { id }, top: { installation: { id: installation } } }));

  it('answers 429 above it, stores and publishes nothing, and counts it under the tenant', async () => {
    const harness = createWebhookHarness({ tenantRates, publishEvents: ['workflow_job'] });
    harness.addTenant();
    const answers: number[] = [];
    for (let n = 1; n <= 20; n += 1) answers.push((await harness.send(jobOf(n, INSTALLATION))).statusCode);
    const taken = answers.filter((status) => status === 202).length;
    expect(answers).toEqual([...Array<number>(taken).fill(202), ...Array<number>(20 - taken).fill(429)]);
    expect(taken).toBeLessThan(10);
    expect(harness.state.queue.jobs).toHaveLength(taken);
    expect(harness.state.bus.published).toHaveLength(taken);
    expect(harness.metrics.counted.filter(({ name }) => name === 'WebhookThrottled')).toHaveLength(20 - taken);
    expect(harness.metrics.counted).toContainEqual(
      expect.objectContaining({ name: 'WebhookThrottled', properties: { tenant_id: INSTALLATION } }),
    );
  });

  it("is nobody else's", async () => {
    const harness = createWebhookHarness({ tenantRates });
    harness.addTenant();
    harness.addTenant({ installation_id: 1002, org_name: 'globex', account_id: 502 });
    for (let n = 1; n <= 50; n += 1) await harness.send(jobOf(n, 1002));
    expect((await harness.send(jobOf(100, INSTALLATION))).statusCode).toBe(202);
  });

  it('holds back no event of an installation, and nothing that stores nothing', async () => {
    const harness = createWebhookHarness({ tenantRates });
    harness.addTenant();
    for (let n = 1; n <= 50; n += 1) await harness.send(jobOf(n, INSTALLATION));
    for (let n = 1; n <= 20; n += 1) {
      const suspended = delivery('installation', installationPayload('suspend'));
      expect((await harness.send(suspended)).statusCode).toBe(202);
    }
    const hosted = workflowJob({ job: { labels: ['ubuntu-latest'] } });
    expect((await harness.send(delivery('workflow_job', hosted))).statusCode).toBe(202);
  });

  it("has the figures of the tenant's tier where there are any", async () => {
    const harness = createWebhookHarness({
      tenantRates: { rate, byTier: new Map([['large', { perSecond: 2, burst: 40 }]]) },
    });
    harness.addTenant({ tier: 'large' });
    harness.addTenant({ installation_id: 1002, org_name: 'globex', account_id: 502, tier: 'small' });
    const taken = async (installation: number): Promise<number> => {
      const answers: number[] = [];
      for (let n = 1; n <= 60; n += 1) answers.push((await harness.send(jobOf(n, installation))).statusCode);
      return answers.filter((status) => status === 202).length;
    };
    expect(await taken(INSTALLATION)).toBeGreaterThan(35);
    expect(await taken(1002)).toBeLessThan(10);
  });
});
