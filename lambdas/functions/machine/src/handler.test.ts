import { Throttled } from '@multi-tenant-runner/core';
import { claimSecretFor, createTestHarness, intent, launch, type TestHarness } from '@multi-tenant-runner/testing';
import { createHandler } from './handler';
import { MAX_BODY } from './parse-request';

const ID = 'i-0123456789abcdef0';
const NONCE = 'nonce-of-the-first-boot-0';

async function setUp() {
  const harness = createTestHarness();
  await harness.state.launches.create(
    launch({ state: 'running', instanceId: ID, intent: intent(), launchedAt: harness.clock.now().toISOString() }),
  );
  await harness.state.configs.put({
    installationId: 1001,
    launchId: '7001-1',
    value: 'the-configuration',
    tenantTier: 'small',
    tier: 'small',
    expiresAt: new Date(harness.clock.now().getTime() + 3_600_000),
  });
  const handle = createHandler({ ...harness, bootTimeout: 600_000 });
  const call = (what: string, body: unknown, sourceIp = '192.0.2.1') =>
    handle({
      rawPath: `/machine/${what}`,
      body: typeof body === 'string' ? body : JSON.stringify(body),
      requestContext: { http: { sourceIp } },
    });
  const claim = (overrides: Record<string, unknown> = {}, sourceIp?: string) =>
    call('claim', { instance_id: ID, secret: claimSecretFor('token-1'), nonce: NONCE, ...overrides }, sourceIp);
  const secretOf = async (): Promise<string> => String((JSON.parse((await claim()).body) as Answer)['report_secret']);
  return { harness, call, claim, secretOf };
}

type Answer = Record<string, unknown>;
const rowOf = (harness: TestHarness) => harness.state.launches.rows.get('1001/7001-1');

describe('POST /machine/claim', () => {
  test('answers with the configuration of the launch that names the machine', async () => {
    const { harness, claim } = await setUp();
    const answer = await claim();
    expect(answer.statusCode).toBe(200);
    expect(JSON.parse(answer.body)).toEqual({
      jit_config: 'the-configuration',
      report_secret: expect.stringMatching(/^[A-Za-z0-9_-]{43}_1001_7001-1$/) as unknown,
      tenant_id: 1001,
      launch_id: '7001-1',
    });
    expect(rowOf(harness)?.claim).toBeDefined();
    expect(JSON.stringify(harness.log)).not.toContain('the-configuration');
  });

  test('claims before it hands out, so that of two boots at once one gets it', async () => {
    const { claim } = await setUp();
    const answers = await Promise.all([claim(), claim({ nonce: 'nonce-of-another-boot-00' })]);
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 403]);
  });

  test('repeats a lost answer for the same boot, word for word', async () => {
    const { harness, claim } = await setUp();
    harness.faults.loseAnswer('configs.take');
    await expect(claim()).resolves.toMatchObject({ statusCode: 503 });
    const again = await claim();
    expect(again.statusCode).toBe(200);
    await expect(claim()).resolves.toEqual(again);
  });

  test('does not count as progress of the launch, which its row would owe the sweep', async () => {
    const { harness, claim } = await setUp();
    const before = rowOf(harness)?.updatedAt;
    harness.clock.advance(60_000);
    await claim();
    expect(rowOf(harness)?.updatedAt).toBe(before);
  });

  test('says when to come back', async () => {
    const { harness, claim } = await setUp();
    await expect(claim({ instance_id: 'i-0fffffffffffffff0' })).resolves.toMatchObject({
      statusCode: 202,
      headers: { 'retry-after': '3' },
      body: '{"retry_after":3}',
    });
    harness.faults.fail('configs.take', new Throttled('Rate exceeded'));
    await expect(claim()).resolves.toMatchObject({ statusCode: 429, headers: { 'retry-after': '5' } });
  });

  test('refuses the wrong secret, and logs nothing of it', async () => {
    const { harness, claim } = await setUp();
    await expect(claim({ secret: 'a-secret-that-is-another' })).resolves.toMatchObject({ statusCode: 403 });
    expect(rowOf(harness)?.claim).toBeUndefined();
    expect(harness.log.lines).toEqual([]);
  });

  test('asks nothing for a source that fails again and again, and spares who shares its address', async () => {
    const { harness, claim } = await setUp();
    for (let time = 0; time < 20; time += 1) await claim({ secret: 'a-secret-that-is-another' }, '192.0.2.9');
    const before = harness.calls.length;
    const refused = await claim({ secret: 'a-secret-that-is-another' }, '192.0.2.9');
    expect(refused.statusCode).toBe(429);
    expect(harness.calls.length).toBe(before);
    await expect(claim({ instance_id: 'i-0fffffffffffffff0' }, '192.0.2.9')).resolves.toMatchObject({
      statusCode: 202,
    });
    await expect(claim({}, '192.0.2.1')).resolves.toMatchObject({ statusCode: 200 });
    harness.clock.advance(60_000);
    await expect(claim({}, '192.0.2.9')).resolves.toMatchObject({ statusCode: 200 });
  });
});

describe('POST /machine/report', () => {
  test('is recorded, and logged with names of ours', async () => {
    const { harness, call, secretOf } = await setUp();
    const report = { instance_id: ID, secret: await secretOf(), events: [{ kind: 'busy' }] };
    await expect(call('report', report)).resolves.toEqual({
      statusCode: 204,
      headers: { 'ghr-state': expect.stringMatching(/^[A-Za-z0-9_-]+$/) as unknown },
      body: '',
    });
    expect(rowOf(harness)?.reports).toMatchObject({ activity: 'busy', received: { total: 1 } });
    expect(harness.log.lines.at(-1)).toMatchObject({ message: 'A machine reports', fields: { event: 'busy' } });
  });

  test('is no progress of the launch: a machine that talks keeps no sweep away', async () => {
    const { harness, call, secretOf } = await setUp();
    const before = rowOf(harness)?.updatedAt;
    harness.clock.advance(60_000);
    await call('report', { instance_id: ID, secret: await secretOf(), events: [{ kind: 'busy' }] });
    expect(rowOf(harness)?.updatedAt).toBe(before);
  });

  test('removes the configuration behind the first one, and again with the second where that was cut', async () => {
    const { harness, call, secretOf } = await setUp();
    const report = { instance_id: ID, secret: await secretOf(), events: [{ kind: 'boot', timings: {} }] };
    harness.faults.fail('configs.remove', new Error('no answer'));
    await expect(call('report', report)).resolves.toMatchObject({ statusCode: 503 });
    expect(rowOf(harness)?.reports?.received.total).toBe(1);
    await expect(call('report', report)).resolves.toMatchObject({ statusCode: 204 });
    expect(harness.state.configs.entries.size).toBe(0);
  });

  test('a flood of them costs a bounded number of writes', async () => {
    const { harness, call, secretOf } = await setUp();
    const report = { instance_id: ID, secret: await secretOf(), events: [{ kind: 'busy' }] };
    const versionBefore = rowOf(harness)?.version ?? 0;
    const before = harness.calls.length;
    const answers = new Set<number>();
    for (let time = 0; time < 300; time += 1) answers.add((await call('report', report)).statusCode);
    expect(answers).toEqual(new Set([204, 429]));
    expect((rowOf(harness)?.version ?? 0) - versionBefore).toBe(20);
    // Two of each that is taken, one of each that is refused, until the source has spent its budget.
    expect(harness.calls.length - before).toBeLessThanOrEqual(2 * 20 + 2 + 20);
  });

  test('with the claim’s secret is refused: what a job can read says nothing', async () => {
    const { harness, call, claim } = await setUp();
    await claim();
    const report = { instance_id: ID, secret: claimSecretFor('token-1'), events: [{ kind: 'busy' }] };
    await expect(call('report', report)).resolves.toMatchObject({ statusCode: 403 });
    expect(rowOf(harness)?.reports).toBeUndefined();
  });
});

describe('a machine that names its launch', () => {
  const boot = [{ kind: 'boot', timings: { claim: 4 }, version: '2.336.0' }];
  const keyed = (secret: string, key = '1001_7001-1') => `${secret}_${key}`;
  const callsOf = async (harness: TestHarness, work: () => Promise<unknown>) => {
    const before = harness.calls.length;
    await work();
    return harness.names().slice(before);
  };

  test('claims by one write, and reports by one each', async () => {
    const { harness, call, claim } = await setUp();
    const secret = keyed(claimSecretFor('token-1'));
    expect(await callsOf(harness, () => claim({ secret }))).toEqual(['launches.change', 'configs.take']);
    const { report_secret: own } = JSON.parse((await claim({ secret })).body) as Answer;
    let state: string | undefined;
    const report = async (...events: readonly unknown[]) => {
      const { statusCode, headers } = await call('report', { instance_id: ID, secret: own, state, events });
      expect(statusCode).toBe(204);
      state = headers['ghr-state'];
    };
    expect(await callsOf(harness, () => report(...boot))).toEqual(['launches.change', 'configs.remove']);
    expect(await callsOf(harness, () => report({ kind: 'busy' }))).toEqual(['launches.change']);
    harness.clock.advance(300_000);
    const end = [{ kind: 'idle' }, { kind: 'end', reason: 'job-done', timings: {} }];
    expect(await callsOf(harness, () => report(...end))).toEqual(['launches.change']);
    expect(rowOf(harness)?.reports).toMatchObject({
      runnerVersion: '2.336.0',
      activity: 'idle',
      end: 'job-done',
      received: { total: 3, inMinute: 1 },
    });
  });

  test.each(['', 'x', Buffer.from('{"received":{}}').toString('base64url'), 'a'.repeat(3_000)])(
    'and forgets what it has said, or makes it up, is heard all the same: %.20s',
    async (state) => {
      const { harness, call, secretOf } = await setUp();
      const secret = await secretOf();
      const report = (given: string | undefined) =>
        call('report', { instance_id: ID, secret, state: given, events: [{ kind: 'busy' }] });
      for (const given of [undefined, state, undefined])
        await expect(report(given)).resolves.toMatchObject({ statusCode: 204 });
      expect(rowOf(harness)?.reports?.received).toMatchObject({ total: 3, inMinute: 3 });
    },
  );

  test('and makes up that it has hardly said anything is counted all the same', async () => {
    const { harness, call, secretOf } = await setUp();
    const secret = await secretOf();
    const first = await call('report', { instance_id: ID, secret, events: [{ kind: 'busy' }] });
    const state = first.headers['ghr-state'];
    const answers: number[] = [];
    for (let time = 0; time < 30; time += 1)
      answers.push((await call('report', { instance_id: ID, secret, state, events: [{ kind: 'idle' }] })).statusCode);
    expect(answers.filter((status) => status === 204)).toHaveLength(19);
    expect(rowOf(harness)?.reports?.received.total).toBe(20);
  });

  test('of another tenant learns and changes nothing of it, and gets what is its own', async () => {
    const { harness, call, claim } = await setUp();
    const other = launch({
      ...{ installationId: 2002, launchId: '8001-1', jobId: 8001, state: 'running', instanceId: 'i-0fedcba9876543210' },
      ...{ intent: intent(), launchedAt: harness.clock.now().toISOString() },
    });
    await harness.state.launches.create(other);
    const theirs = '2002_8001-1';
    const claimed = await claim({ secret: keyed(claimSecretFor('token-1'), theirs) });
    expect(JSON.parse(claimed.body)).toMatchObject({ jit_config: 'the-configuration', tenant_id: 1001 });
    const own = String((JSON.parse(claimed.body) as Answer)['report_secret']).slice(0, 43);
    const report = { instance_id: ID, secret: keyed(own, theirs), events: [{ kind: 'busy' }] };
    await expect(call('report', report)).resolves.toMatchObject({ statusCode: 204 });
    expect(harness.state.launches.rows.get('2002/8001-1')).toEqual(other);
    const posing = { instance_id: other.instanceId, secret: keyed('x'.repeat(43), theirs), nonce: NONCE };
    await expect(call('claim', posing)).resolves.toMatchObject({ statusCode: 403 });
    expect(harness.state.launches.rows.get('2002/8001-1')).toEqual(other);
  });

  test('that nobody has, is a machine whose launch is not known yet', async () => {
    const { call } = await setUp();
    const posing = { instance_id: 'i-0fedcba9876543210', secret: keyed('x'.repeat(43), '1001_9-9'), nonce: NONCE };
    await expect(call('claim', posing)).resolves.toMatchObject({ statusCode: 202 });
  });
});

describe('anything else', () => {
  test.each([
    ['no JSON', 'x', 400],
    ['no object', '[]', 400],
    ['an id that is none', { instance_id: 'i-1', secret: 'a'.repeat(43), nonce: NONCE }, 400],
    ['more than there is room for', 'x'.repeat(MAX_BODY + 1), 413],
  ])('%s is refused without a call', async (_what, body, statusCode) => {
    const { harness, call } = await setUp();
    const before = harness.calls.length;
    await expect(call('claim', body)).resolves.toMatchObject({ statusCode });
    await expect(call('report', body)).resolves.toMatchObject({ statusCode });
    expect(harness.calls.length).toBe(before);
  });

  test('another path is not found', async () => {
    const { call } = await setUp();
    await expect(call('other', {})).resolves.toMatchObject({ statusCode: 404 });
  });
});
