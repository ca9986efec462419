import { INSTALLATION } from '@multi-tenant-runner/testing';
import { SECRET_PARAMETER, delivery, installationPayload, sign, webhookWorld, workflowJob, type WebhookWorld } from '../test/deliveries';

function nothingIsStored(world: WebhookWorld): void {
  expect(world.state.jobs.all()).toEqual([]);
  expect(world.state.queue.jobs).toEqual([]);
  expect(world.state.queue.events).toEqual([]);
  expect(world.state.bus.published).toEqual([]);
}

describe('the signature', () => {
  const forged: readonly [string, Record<string, string | undefined>][] = [
    ['missing', { 'x-hub-signature-256': undefined }],
    ['blank', { 'x-hub-signature-256': ' ' }],
    ['of another secret', { 'x-hub-signature-256': sign(JSON.stringify(workflowJob()), 'guessed') }],
    ['of another body', { 'x-hub-signature-256': sign('{}') }],
    ['without its prefix', { 'x-hub-signature-256': sign(JSON.stringify(workflowJob())).slice('sha256='.length) }],
    ['shortened', { 'x-hub-signature-256': sign(JSON.stringify(workflowJob())).slice(0, -2) }],
    ['of SHA-1', { 'x-hub-signature-256': undefined, 'x-hub-signature': 'sha1=0000000000000000000000000000000000000000' }],
  ];

  it.each(forged)('%s: is answered 401, and nothing is stored', async (_name, headers) => {
    const world = webhookWorld();
    world.addTenant();
    const response = await world.send(delivery('workflow_job', workflowJob(), { headers }));
    expect(response.statusCode).toBe(401);
    nothingIsStored(world);
    expect(world.metrics.counted).toEqual([{ name: 'WebhookRefused', value: 1, properties: { reason: 'signature' } }]);
  });

  it('lets nothing of a forged body into the log', async () => {
    const world = webhookWorld();
    await world.send(delivery('workflow_job', workflowJob({ job: { name: 'forged words' } }), { secret: 'guessed' }));
    expect(JSON.stringify([world.log.lines, world.metrics.counted])).not.toMatch(/forged words|acme|guessed|sha256=/);
  });

  it('is checked over the raw bytes of an encoded body', async () => {
    const world = webhookWorld();
    world.addTenant();
    const payload = workflowJob({ job: { name: 'größer → \u2028' } });
    expect((await world.send(delivery('workflow_job', payload, { base64: true }))).statusCode).toBe(202);
    expect((await world.send(delivery('workflow_job', payload))).statusCode).toBe(202);
    expect(world.state.queue.jobs).toHaveLength(2);
  });

  it('may be of any of the secrets while they are rotated', async () => {
    const world = webhookWorld();
    world.secrets.set(SECRET_PARAMETER, 'new secret\r\nold secret\n\n');
    expect((await world.send(delivery('ping', {}, { secret: 'new secret' }))).statusCode).toBe(200);
    expect((await world.send(delivery('ping', {}, { secret: 'old secret' }))).statusCode).toBe(200);
    expect((await world.send(delivery('ping', {}, { secret: '' }))).statusCode).toBe(401);
  });

  it('of a secret that was just set is accepted', async () => {
    const world = webhookWorld();
    await world.send(delivery('ping', {}));
    world.secrets.set(SECRET_PARAMETER, 'new secret');
    expect((await world.send(delivery('ping', {}, { secret: 'new secret' }))).statusCode).toBe(200);
    expect((await world.send(delivery('ping', {}))).statusCode).toBe(401);
  });

  it('makes the secret be read again once a minute at most', async () => {
    const world = webhookWorld();
    for (let count = 0; count < 20; count += 1) await world.send(delivery('ping', {}, { secret: 'guessed' }));
    expect(world.reads).toBe(2);
    world.clock.advance(60_000);
    await world.send(delivery('ping', {}, { secret: 'guessed' }));
    expect(world.reads).toBe(3);
  });

  it('of a secret that was taken out is refused after five minutes', async () => {
    const world = webhookWorld();
    await world.send(delivery('ping', {}));
    world.secrets.set(SECRET_PARAMETER, 'new secret');
    world.clock.advance(5 * 60_000);
    expect((await world.send(delivery('ping', {}))).statusCode).toBe(401);
  });

  it('that can not be checked is answered 503, and the next delivery tries again', async () => {
    const world = webhookWorld();
    world.secrets.set(SECRET_PARAMETER, '\n');
    expect((await world.send(delivery('ping', {}))).statusCode).toBe(503);
    world.secrets.set(SECRET_PARAMETER, 'fixed');
    expect((await world.send(delivery('ping', {}, { secret: 'fixed' }))).statusCode).toBe(200);
  });
});

describe('bad input', () => {
  const cases: readonly [string, number, Parameters<typeof delivery>, RegExp][] = [
    ['text that is not JSON', 400, ['workflow_job', 'hello'], /not JSON/],
    ['an empty body', 400, ['workflow_job', ''], /not JSON/],
    ['null', 400, ['workflow_job', 'null'], /not a JSON object/],
    ['a list', 400, ['installation', '[]'], /not a JSON object/],
    ['a form', 415, ['workflow_job', 'payload=%7B%7D', { headers: { 'content-type': 'application/x-www-form-urlencoded' } }], /application\/json/],
    ['a form without its content type', 415, ['workflow_job', 'payload=%7B%7D'], /application\/json/],
    ['a delivery without event', 400, ['', workflowJob()], /X-GitHub-Event/],
    ['a hook of a repository', 403, ['workflow_job', workflowJob(), { headers: { 'x-github-hook-installation-target-type': 'repository' } }], /repository/],
    ['a hook of another App', 403, ['workflow_job', workflowJob(), { headers: { 'x-github-hook-installation-target-id': '999' } }], /App 999.*App 12345/],
    ['a large workflow_job', 413, ['workflow_job', workflowJob({ job: { name: 'x'.repeat(1_000_000) } })], /limit is 1000000/],
    ['a job without id', 400, ['workflow_job', workflowJob({ job: { id: undefined } })], /workflow_job\.id is missing/],
    ['a job of nobody', 400, ['workflow_job', workflowJob({ repository: { owner: null } })], /repository\.owner is not an object/],
    ['labels that are no list', 400, ['workflow_job', workflowJob({ job: { labels: 'small' } })], /labels/],
  ];

  it.each(cases)('%s is answered %d with the reason, counted, and not stored', async (_name, status, args, message) => {
    const world = webhookWorld({ publishEvents: [] });
    world.addTenant();
    const response = await world.send(delivery(...args));
    expect(response.statusCode).toBe(status);
    expect(response.message).toMatch(message);
    expect(world.metrics.total('WebhookRefused')).toBe(1);
    nothingIsStored(world);
  });

  it('without target headers is accepted: they are not documented by GitHub', async () => {
    const world = webhookWorld();
    world.addTenant();
    const headers = { 'x-github-hook-installation-target-type': undefined, 'x-github-hook-installation-target-id': undefined };
    expect((await world.send(delivery('workflow_job', workflowJob(), { headers }))).statusCode).toBe(202);
    expect(world.state.queue.jobs).toHaveLength(1);
  });

  it('a large installation event is no bad input: it lists every repository', async () => {
    const world = webhookWorld();
    const repositories = Array.from({ length: 40_000 }, (_, id) => ({ id, node_id: 'x'.repeat(40), full_name: `acme/${'r'.repeat(40)}`, private: true }));
    const payload = { ...installationPayload('created'), repositories };
    expect(JSON.stringify(payload).length).toBeGreaterThan(5_000_000);
    expect((await world.send(delivery('installation', payload))).statusCode).toBe(202);
    expect(JSON.stringify(world.state.bus.published).length).toBeLessThan(2_000);
  });
});

describe('other events', () => {
  it('ping is answered 200', async () => {
    const world = webhookWorld();
    expect((await world.send(delivery('ping', { zen: 'Keep it logically awesome.' }))).statusCode).toBe(200);
  });

  it('what nothing needs is answered 202 with the reason and counted', async () => {
    const world = webhookWorld();
    const response = await world.send(delivery('push', { ref: 'refs/heads/main' }));
    expect([response.statusCode, response.message]).toEqual([202, 'Nothing here needs the event push.']);
    expect(world.metrics.counted).toEqual([{ name: 'WebhookIgnored', value: 1, properties: { reason: 'event' } }]);
    nothingIsStored(world);
  });
});

describe('events for the operator’s own rules', () => {
  it('are published beside their way', async () => {
    const world = webhookWorld({ publishEvents: ['workflow_job', 'installation'] });
    world.addTenant();
    await world.send(delivery('workflow_job', workflowJob()));
    expect(world.state.bus.published).toEqual([{ detailType: 'workflow_job', detail: workflowJob() }]);
    expect(world.state.queue.jobs).toHaveLength(1);
  });

  it('are published though the labels are not ours', async () => {
    const world = webhookWorld({ publishEvents: ['workflow_job'] });
    await world.send(delivery('workflow_job', workflowJob({ job: { labels: ['ubuntu-latest'] } })));
    expect(world.state.bus.published).toHaveLength(1);
  });

  it('include events that nothing else needs', async () => {
    const world = webhookWorld({ publishEvents: ['push'] });
    expect((await world.send(delivery('push', { ref: 'main' }))).statusCode).toBe(202);
    expect(world.state.bus.published).toEqual([{ detailType: 'push', detail: { ref: 'main' } }]);
  });

  it('are not published twice when they are installation events', async () => {
    const world = webhookWorld({ publishEvents: ['installation'] });
    await world.send(delivery('installation', installationPayload('created')));
    await world.send(delivery('installation', installationPayload('new_permissions_accepted')));
    expect(world.state.bus.published).toHaveLength(2);
  });

  it('are counted when they can not be published, and the delivery goes on', async () => {
    const world = webhookWorld({ publishEvents: ['workflow_job'] });
    world.addTenant();
    world.faults.fail('bus.publish', new Error('the bus is full'));
    expect((await world.send(delivery('workflow_job', workflowJob()))).statusCode).toBe(202);
    expect(world.metrics.total('PublishFailed')).toBe(1);
    expect(world.state.queue.jobs).toHaveLength(1);
  });
});

describe('a failed durable write', () => {
  const writes: readonly [string, string, Parameters<typeof delivery>][] = [
    ['the tier’s queue', 'queue.sendJob', ['workflow_job', workflowJob()]],
    ['the queue of job events', 'queue.sendJobEvent', ['workflow_job', workflowJob({ top: { action: 'completed' }, job: { status: 'completed' } })]],
    ['the bus', 'bus.publishLifecycle', ['installation', installationPayload('created')]],
    ['the tenant’s row', 'registry.get', ['workflow_job', workflowJob()]],
    ['the job’s row', 'jobs.create', ['workflow_job', workflowJob({ top: { installation: { id: 4242 } } })]],
  ];

  it.each(writes)('to %s is answered 503, and the redelivery goes through', async (_name, call, args) => {
    const world = webhookWorld();
    world.addTenant();
    world.faults.fail(call, new Error('out of order'));
    expect((await world.send(delivery(...args))).statusCode).toBe(503);
    expect((await world.send(delivery(...args))).statusCode).toBe(202);
  });

  it('is logged without the body', async () => {
    const world = webhookWorld();
    world.addTenant({ installation_id: INSTALLATION });
    world.faults.fail('queue.sendJob', new Error('out of order'));
    await world.send(delivery('workflow_job', workflowJob({ job: { name: 'words of a tenant' } })));
    expect(world.log.lines.some((line) => line.level === 'error')).toBe(true);
    expect(JSON.stringify(world.log.lines)).not.toContain('words of a tenant');
  });
});
