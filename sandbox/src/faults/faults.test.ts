import { createControl } from '../control/control';
import { runGitHub, type RunningGitHub } from '../../test/running-github';
import { listen, type Listening } from '../lib/http';
import { interceptorOf, unreliable } from './answers';
import { createFaults, type Faults } from './faults';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const JIT = 'POST /orgs/{org}/actions/runners/generate-jitconfig';
const TOKEN = 'POST /app/installations/{installation_id}/access_tokens';
let faults: Faults;
beforeEach(() => (faults = createFaults()));

describe('answers in the place of GitHub', () => {
  const ask = (route: string, installationId: number, now = NOW) =>
    interceptorOf(faults, () => now)({ route, installationId });

  it('limit one installation until a moment, and leave the App its tokens', async () => {
    faults.addGitHub({ kind: 'rate_limit', installationId: 1, status: 403, seconds: 20, until: NOW + 20_000 });
    expect(await ask(JIT, 1)).toMatchObject({
      status: 403,
      headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(NOW / 1000 + 20) },
    });
    expect(await ask(JIT, 2)).toBeUndefined();
    expect(await ask(TOKEN, 1)).toBeUndefined();
    expect(await ask(JIT, 1, NOW + 20_000)).toBeUndefined();
  });

  it('name a time for a secondary limit', async () => {
    faults.addGitHub({ kind: 'secondary_limit', status: 403, seconds: 7, until: NOW + 7_000 });
    expect(await ask(JIT, 1)).toMatchObject({ status: 403, headers: { 'retry-after': '7' } });
  });

  it('apply as often as they say, on their route alone', async () => {
    faults.addGitHub({ kind: 'status', route: 'generate-jitconfig', status: 502, seconds: 0, times: 1 });
    expect(await ask(TOKEN, 1)).toBeUndefined();
    expect(await ask(JIT, 1)).toMatchObject({ status: 502 });
    expect(await ask(JIT, 1)).toBeUndefined();
  });

  it('let a slow call pass', async () => {
    faults.addGitHub({ kind: 'slow', status: 0, seconds: 0 });
    expect(await ask(JIT, 1)).toBeUndefined();
  });
});

describe('deliveries', () => {
  const body = JSON.stringify({ action: 'queued', installation: { id: 1 } });
  const request = { url: 'http://127.0.0.1:1', headers: { 'X-GitHub-Event': 'workflow_job' }, body, timeOutMs: 1 };
  const sent: string[] = [];
  beforeEach(() => (sent.length = 0));
  const travel = () =>
    unreliable(async ({ body: text }) => ({ status: (sent.push(text), 202), body: '' }), faults)(request);

  it('get lost, and are listed as failed', async () => {
    faults.addDelivery({
      kind: 'drop',
      seconds: 0,
      event: 'workflow_job',
      action: 'queued',
      installationId: 1,
      times: 1,
    });
    expect(await travel()).toMatchObject({ status: 502 });
    expect(sent).toEqual([]);
    expect(await travel()).toMatchObject({ status: 202 });
  });

  it('come twice', async () => {
    faults.addDelivery({ kind: 'duplicate', seconds: 0 });
    await travel();
    expect(sent).toHaveLength(2);
  });

  it('of others are left alone', async () => {
    faults.addDelivery({ kind: 'drop', seconds: 0, installationId: 2 });
    faults.addDelivery({ kind: 'drop', seconds: 0, event: 'installation' });
    expect(await travel()).toMatchObject({ status: 202 });
  });
});

describe('the control API', () => {
  let running: RunningGitHub;
  let server: Listening;
  const aws: unknown[] = [];
  beforeEach(async () => {
    running = await runGitHub();
    const options = {
      faults,
      endMachine: async (id: string) => id === 'i-1',
      polling: async () => ({}),
      aws: { add: async (fault: unknown) => aws.push(fault), reset: async () => (aws.length = 0) },
    };
    server = await listen(
      0,
      createControl({
        github: running.github,
        calls: running.calls,
        machines: () => [],
        setWebhookTarget: () => undefined,
        faults: options,
      }),
    );
  });
  afterEach(() => Promise.all([running.close(), server.close()]));
  const call = async (method: string, path: string, body?: unknown): Promise<number> =>
    (
      await fetch(`http://127.0.0.1:${server.port}/_control${path}`, {
        method,
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
    ).status;

  it('takes faults of each kind, and forgets them all', async () => {
    expect(await call('POST', '/faults/github', { kind: 'rate_limit', seconds: 5 })).toBe(201);
    expect(await call('POST', '/faults/deliveries', { kind: 'drop', event: 'workflow_job', times: 2 })).toBe(201);
    expect(await call('POST', '/faults/machines', { kind: 'never_boots', installation_id: 7 })).toBe(201);
    expect(await call('POST', '/faults/aws', { operation: 'RunInstances', code: 'InsufficientInstanceCapacity' })).toBe(
      201,
    );
    expect(aws).toHaveLength(1);
    expect(faults.takeMachine(8)).toBeUndefined();
    expect(faults.takeMachine(7)).toBeDefined();
    expect(await call('DELETE', '/faults')).toBe(204);
    expect(faults.list()).toEqual({ github: [], deliveries: [], machines: [] });
    expect(aws).toEqual([]);
  });

  it.each([
    ['/faults/github', { kind: 'storm' }],
    ['/faults/github', { kind: 'status', status: 200 }],
    ['/faults/github', { kind: 'slow', seconds: -1 }],
    ['/faults/deliveries', { kind: 'eaten' }],
    ['/faults/machines', { kind: 'explodes' }],
  ])('refuses %s %j', async (path, body) => expect(await call('POST', path, body)).toBe(400));

  it('ends a machine, and says where there is none', async () => {
    expect(await call('POST', '/machines/i-1/end')).toBe(204);
    expect(await call('POST', '/machines/i-2/end')).toBe(404);
  });
});
