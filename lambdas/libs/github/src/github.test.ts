import { generateKeyPairSync, verify } from 'node:crypto';
import { createTestClock, INSTALLATION, type TestClock } from '@multi-tenant-runner/testing';
import { createGitHub } from './github';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
// GitHub hands out keys in this older form.
const PEM = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
const ORG = { installationId: INSTALLATION, owner: 'acme', scope: 'org' } as const;
const REPOSITORY = { installationId: 1002, owner: 'jane', scope: 'jane/app' } as const;
const JOB = { installationId: INSTALLATION, owner: 'acme', repo: 'app', repoId: 9 } as const;
const RUNNER = { name: 'test-i-1', labels: ['self-hosted', 'small'], runnerGroupId: 1 };

interface Sent {
  readonly route: string;
  readonly authorization: string;
  readonly body: unknown;
  readonly url: URL;
}
type Reply = readonly [status: number, body?: unknown, headers?: Record<string, string>];
type Responder = (sent: Sent) => Reply | Error;

interface Setup {
  readonly github: ReturnType<typeof createGitHub>;
  readonly sent: Sent[];
  readonly clock: TestClock;
}

const TOKEN_ROUTE = /^POST \/app\/installations\/(\d+)\/access_tokens$/;

/**
 * A GitHub Enterprise Server that answers token requests with numbered tokens, and everything else as the test says.
 */
function setUp(respond: Responder, mint: Responder = () => [201]): Setup {
  const sent: Sent[] = [];
  const clock = createTestClock(new Date().toISOString());
  let count = 0;
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const url = new URL(String(input));
    const headers = new Headers(init?.headers);
    const one: Sent = {
      route: `${init?.method ?? 'GET'} ${url.pathname.replace(/^\/api\/v3(?=\/)/, '')}`,
      authorization: headers.get('authorization') ?? '',
      body: typeof init?.body === 'string' ? JSON.parse(init.body) : undefined,
      url,
    };
    sent.push(one);
    await Promise.resolve();
    const isMint = TOKEN_ROUTE.test(one.route);
    const reply = isMint ? mint(one) : respond(one);
    if (reply instanceof Error) throw reply;
    const [status, given, extra] = reply;
    const body =
      isMint && status === 201
        ? {
            token: `ghs_${(count += 1)}`,
            expires_at: '2027-01-01T00:00:00Z',
            permissions: {},
            repository_selection: 'all',
          }
        : given;
    const text = body === undefined ? null : JSON.stringify(body);
    return new Response(text, { status, headers: { 'content-type': 'application/json', ...extra } });
  };
  const github = createGitHub({
    baseUrl: 'https://github.example/api/v3/',
    identity: async () => ({ appId: '4711', privateKey: PEM }),
    fetch,
    clock,
    timeout: 30_000,
  });
  return { github, sent, clock };
}

function routes(sent: readonly Sent[]): string[] {
  return sent.map(({ route }) => route);
}

const created: Reply = [201, { runner: { id: 77, name: 'test-i-1' }, encoded_jit_config: 'Y29uZmln' }];

describe('tokens', () => {
  it('are asked for by the App, signed with its key', async () => {
    const { github, sent } = setUp(() => created);
    await github.createJitConfig(ORG, RUNNER);
    const [kind, jwt = ''] = sent[0]?.authorization.split(' ') ?? [];
    const [header = '', payload = '', signature = ''] = jwt.split('.');
    expect(kind?.toLowerCase()).toBe('bearer');
    expect(
      verify('RSA-SHA256', Buffer.from(`${header}.${payload}`), publicKey, Buffer.from(signature, 'base64url')),
    ).toBe(true);
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({ iss: '4711' });
  });

  it('are narrowed to runners of the organisation', async () => {
    const { github, sent } = setUp(() => created);
    await github.createJitConfig(ORG, RUNNER);
    expect(routes(sent)).toEqual([
      `POST /app/installations/${INSTALLATION}/access_tokens`,
      'POST /orgs/acme/actions/runners/generate-jitconfig',
    ]);
    expect(sent[0]?.body).toEqual({ permissions: { organization_self_hosted_runners: 'write', actions: 'read' } });
    expect(sent[1]).toMatchObject({
      authorization: 'Bearer ghs_1',
      body: { name: 'test-i-1', labels: ['self-hosted', 'small'], runner_group_id: 1 },
    });
  });

  it('are narrowed to the one repository of a user account', async () => {
    const { github, sent } = setUp(() => created);
    await github.createJitConfig(REPOSITORY, RUNNER);
    expect(sent[0]?.body).toEqual({ permissions: { administration: 'write', actions: 'read' }, repositories: ['app'] });
    expect(routes(sent)[1]).toBe('POST /repos/jane/app/actions/runners/generate-jitconfig');
  });

  it('are used for 55 minutes and by their own installation alone', async () => {
    const { github, sent, clock } = setUp(() => created);
    await github.authorize(ORG);
    await github.createJitConfig(ORG, RUNNER);
    clock.advance(54 * 60_000);
    await github.createJitConfig(ORG, RUNNER);
    expect(minted(sent)).toHaveLength(1);
    clock.advance(2 * 60_000);
    await github.createJitConfig(ORG, RUNNER);
    expect(minted(sent)).toHaveLength(2);
    await github.createJitConfig({ ...ORG, installationId: 1003 }, RUNNER);
    expect(minted(sent)).toHaveLength(3);
    expect(sent.at(-1)?.authorization).toBe('Bearer ghs_3');
  });

  it('are asked for once by many at the same time', async () => {
    const { github, sent } = setUp(() => created);
    await Promise.all(Array.from({ length: 10 }, () => github.authorize(ORG)));
    expect(minted(sent)).toHaveLength(1);
  });

  it('are asked for again after a refusal', async () => {
    let suspended = true;
    const { github } = setUp(
      () => created,
      () => (suspended ? [403, { message: 'This installation has been suspended' }] : [201]),
    );
    await expect(github.authorize(ORG)).resolves.toMatchObject({ kind: 'refused', status: 403 });
    suspended = false;
    await expect(github.authorize(ORG)).resolves.toEqual({ kind: 'ok' });
  });

  it.each([401, 403, 404])('are dropped on %i and minted once more', async (status) => {
    const { github, sent } = setUp(({ authorization }) =>
      authorization === 'Bearer ghs_1' ? [status, { message: 'no' }] : created,
    );
    await expect(github.createJitConfig(ORG, RUNNER)).resolves.toMatchObject({ kind: 'created' });
    expect(minted(sent)).toHaveLength(2);
    await github.createJitConfig(ORG, RUNNER);
    expect(minted(sent)).toHaveLength(2);
  });

  it('are not minted a third time where GitHub means it', async () => {
    const { github, sent } = setUp(() => [403, { message: 'Resource not accessible by integration' }]);
    await expect(github.createJitConfig(ORG, RUNNER)).resolves.toMatchObject({ kind: 'refused', status: 403 });
    expect(minted(sent)).toHaveLength(2);
  });
});

describe('failures', () => {
  it.each<[string, Reply | Error, object]>([
    ['a dead line', new TypeError('fetch failed'), { kind: 'unavailable' }],
    ['a 500', [500, { message: 'oops' }], { kind: 'unavailable' }],
    ['a 503 in HTML', [503, '<html>'], { kind: 'unavailable' }],
    ['a 422', [422, { message: 'bad group' }], { kind: 'refused', status: 422 }],
  ])('%s', async (_what, reply, expected) => {
    const { github, sent } = setUp(() => reply);
    await expect(github.createJitConfig(ORG, RUNNER)).resolves.toMatchObject(expected);
    expect(sent).toHaveLength(2);
  });

  it('a limit that names its pause', async () => {
    const { github, clock, sent } = setUp(() => [
      403,
      { message: 'You have exceeded a secondary rate limit' },
      { 'retry-after': '17' },
    ]);
    await expect(github.createJitConfig(ORG, RUNNER)).resolves.toEqual({
      kind: 'limited',
      retryAt: new Date(clock.now().getTime() + 17_000),
    });
    // A limit is no fault of the token.
    expect(minted(sent)).toHaveLength(1);
  });

  it('an empty bucket', async () => {
    const setup = setUp(() => [
      403,
      { message: 'limit' },
      {
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': String(Math.floor(setup.clock.now().getTime() / 1_000) + 600),
      },
    ]);
    const answer = await setup.github.createJitConfig(ORG, RUNNER);
    expect(answer.kind === 'limited' && answer.retryAt.getTime() - setup.clock.now().getTime()).toBeGreaterThan(
      598_000,
    );
  });

  it('a limit in words only', async () => {
    const { github, clock } = setUp(() => [429, { message: 'slow down' }]);
    await expect(github.createJitConfig(ORG, RUNNER)).resolves.toEqual({
      kind: 'limited',
      retryAt: new Date(clock.now().getTime() + 60_000),
    });
  });

  it('a limit is not asked about again before its time, by nothing of the installation, and by no other', async () => {
    const { github, clock, sent } = setUp(({ url }) =>
      url.pathname.includes('/acme/') ? [403, { message: 'secondary rate limit' }, { 'retry-after': '60' }] : created,
    );
    await github.createJitConfig(ORG, RUNNER);
    const before = sent.length;
    await expect(github.createJitConfig(ORG, RUNNER)).resolves.toMatchObject({ kind: 'limited' });
    await expect(github.authorize(ORG)).resolves.toMatchObject({ kind: 'limited' });
    await expect(github.getJob(JOB, 1)).resolves.toMatchObject({ kind: 'limited' });
    expect(sent).toHaveLength(before);
    await expect(github.createJitConfig(REPOSITORY, RUNNER)).resolves.toMatchObject({ kind: 'created' });
    clock.advance(60_000);
    await expect(github.authorize(ORG)).resolves.toEqual({ kind: 'ok' });
  });

  it('what is left of an allowance goes to launches', async () => {
    const reset = {
      'x-ratelimit-limit': '5000',
      'x-ratelimit-reset': String(Math.floor(Date.now() / 1_000) + 1_800),
      'x-ratelimit-resource': 'core',
    };
    let remaining = 500;
    const { github, sent } = setUp(({ route }) => [
      route.startsWith('POST') ? 201 : 200,
      created[1],
      { ...reset, 'x-ratelimit-remaining': String(remaining) },
    ]);
    await github.createJitConfig(ORG, RUNNER);
    const before = sent.length;
    await expect(github.getJob(JOB, 1)).resolves.toMatchObject({ kind: 'limited' });
    expect(sent).toHaveLength(before);
    remaining = 0;
    await expect(github.createJitConfig(ORG, RUNNER)).resolves.toMatchObject({ kind: 'created' });
    await expect(github.authorize(ORG)).resolves.toMatchObject({ kind: 'limited' });
  });

  it('a token that cannot be had for now', async () => {
    const { github } = setUp(
      () => created,
      () => [502, { message: 'bad gateway' }],
    );
    await expect(github.authorize(ORG)).resolves.toMatchObject({ kind: 'unavailable' });
  });

  it('an answer that is not what was asked for', async () => {
    const { github } = setUp(() => [201, { runner: {} }]);
    await expect(github.createJitConfig(ORG, RUNNER)).resolves.toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('encoded_jit_config is missing'),
    });
  });

  it('an answer that does not come', async () => {
    const fetch: typeof globalThis.fetch = (_url, init) =>
      new Promise((_resolve, reject) => init?.signal?.addEventListener('abort', () => reject(init.signal?.reason)));
    const github = createGitHub({
      baseUrl: 'https://github.example',
      identity: async () => ({ appId: '1', privateKey: PEM }),
      fetch,
      clock: createTestClock(),
      timeout: 20,
    });
    await expect(github.authorize(ORG)).resolves.toMatchObject({ kind: 'unavailable' });
  });

  it('never carries a token', async () => {
    const { github } = setUp(() => [422, { message: `token ghs_${'a'.repeat(40)} is bad` }]);
    expect(JSON.stringify(await github.createJitConfig(ORG, RUNNER))).not.toContain('aaaa');
  });
});

describe('runners', () => {
  const runner = { id: 77, name: 'test-i-1', status: 'online', busy: false, labels: [] };

  it('are created with their configuration', async () => {
    const { github } = setUp(() => created);
    await expect(github.createJitConfig(ORG, RUNNER)).resolves.toEqual({
      kind: 'created',
      runnerId: 77,
      jitConfig: 'Y29uZmln',
    });
  });

  it('exist already', async () => {
    const { github } = setUp(() => [409, { message: 'Already exists' }]);
    await expect(github.createJitConfig(ORG, RUNNER)).resolves.toEqual({ kind: 'exists' });
  });

  it('are found by their whole name', async () => {
    const { github, sent } = setUp(() => [
      200,
      { total_count: 2, runners: [{ ...runner, id: 1, name: 'test-i-10' }, runner] },
    ]);
    await expect(github.findRunner(ORG, 'test-i-1')).resolves.toEqual({
      kind: 'found',
      runner: { id: 77, name: 'test-i-1', online: true, busy: false },
    });
    expect(sent[1]?.url.searchParams.get('name')).toBe('test-i-1');
    await expect(github.findRunner(ORG, 'test-i-2')).resolves.toEqual({ kind: 'found' });
  });

  it('are read by id', async () => {
    const { github } = setUp(() => [200, { ...runner, status: 'offline', busy: true }]);
    await expect(github.getRunner(ORG, 77)).resolves.toEqual({
      kind: 'found',
      runner: { id: 77, name: 'test-i-1', online: false, busy: true },
    });
  });

  it.each<[string, Reply, string]>([
    ['deleted', [204], 'deleted'],
    ['busy', [422, { message: 'Bad request - Runner is currently running a job and cannot be deleted.' }], 'busy'],
  ])('are %s on a deletion', async (_what, reply, kind) => {
    const { github } = setUp(() => reply);
    await expect(github.deleteRunner(ORG, 77)).resolves.toEqual({ kind });
  });

  it('are absent only where the others can be listed', async () => {
    const gone = setUp(({ route }) =>
      route.startsWith('DELETE') ? [404, { message: 'Not Found' }] : [200, { total_count: 0, runners: [] }],
    );
    await expect(gone.github.deleteRunner(ORG, 77)).resolves.toEqual({ kind: 'absent' });
    await expect(gone.github.deleteRunner(REPOSITORY, 77)).resolves.toEqual({ kind: 'absent' });
    const renamed = setUp(() => [404, { message: 'Not Found' }]);
    await expect(renamed.github.deleteRunner(ORG, 77)).resolves.toMatchObject({ kind: 'refused', status: 404 });
    await expect(renamed.github.getRunner(ORG, 77)).resolves.toMatchObject({ kind: 'refused', status: 404 });
  });
});

describe('the registration of a runner', () => {
  it('may take GitHub longer than any other call', async () => {
    const slow =
      (route: string): typeof globalThis.fetch =>
      async (input, init) => {
        const url = String(input);
        if (url.endsWith('/access_tokens'))
          return new Response(JSON.stringify({ token: 'ghs_1', expires_at: '2027-01-01T00:00:00Z', permissions: {} }), {
            status: 201,
            headers: { 'content-type': 'application/json' },
          });
        // Answers only after the time that other calls have is up.
        if (url.includes(route))
          await new Promise((resolve) => AbortSignal.timeout(60).addEventListener('abort', resolve));
        init?.signal?.throwIfAborted();
        return new Response(JSON.stringify({ runner: { id: 77 }, runners: [], encoded_jit_config: 'Y29uZmln' }), {
          status: 200,
          headers: { 'content-type': 'application/json' },
        });
      };
    const github = createGitHub({
      baseUrl: 'https://github.example',
      identity: async () => ({ appId: '4711', privateKey: PEM }),
      fetch: slow('/actions/runners'),
      clock: createTestClock(),
      timeout: 20,
      registrationTimeout: 60_000,
    });
    await expect(github.createJitConfig(ORG, RUNNER)).resolves.toMatchObject({ kind: 'created' });
    await expect(github.findRunner(ORG, 'test-i-1')).resolves.toMatchObject({ kind: 'unavailable' });
  });
});

describe('jobs', () => {
  it('are read with a token that is at hand', async () => {
    const { github, sent } = setUp(({ route }) =>
      route.includes('/actions/jobs/')
        ? [200, { status: 'completed', conclusion: 'success', runner_name: 'test-i-1' }]
        : created,
    );
    await github.createJitConfig(ORG, RUNNER);
    await expect(github.getJob(JOB, 7001)).resolves.toEqual({
      kind: 'found',
      job: { status: 'completed', conclusion: 'success', runnerName: 'test-i-1' },
    });
    expect(minted(sent)).toHaveLength(1);
    expect(routes(sent).at(-1)).toBe('GET /repos/acme/app/actions/jobs/7001');
  });

  it('are read with a token for nothing else, where none is at hand', async () => {
    const { github, sent } = setUp(() => [200, { status: 'queued', conclusion: null, runner_name: null }]);
    await expect(github.getJob(JOB, 7001)).resolves.toEqual({ kind: 'found', job: { status: 'queued' } });
    expect(sent[0]?.body).toEqual({ permissions: { actions: 'read' } });
  });

  it('may be gone from a repository that can be seen', async () => {
    const { github } = setUp(({ route }) =>
      route.includes('/actions/jobs/') ? [404, { message: 'Not Found' }] : [200, { id: 9, full_name: 'acme/app' }],
    );
    await expect(github.getJob(JOB, 7001)).resolves.toEqual({ kind: 'found' });
  });
});

describe('installations', () => {
  it.each<[string, Reply, object]>([
    ['active', [200, { id: 1, suspended_at: null }], { kind: 'found', installation: { suspended: false } }],
    [
      'suspended',
      [200, { id: 1, suspended_at: '2026-01-01T00:00:00Z' }],
      { kind: 'found', installation: { suspended: true } },
    ],
    [
      'on an account',
      [200, { id: 1, account: { id: 501, login: 'acme' } }],
      { kind: 'found', installation: { login: 'acme', accountId: 501 } },
    ],
    ['unknown', [404, { message: 'Not Found' }], { kind: 'found' }],
    ['unclear', [500, {}], { kind: 'unavailable' }],
  ])('are %s, as the App sees them', async (_what, reply, expected) => {
    const { github, sent } = setUp(() => reply);
    await expect(github.getInstallation(1)).resolves.toMatchObject(expected);
    expect(sent[0]?.authorization.split('.')).toHaveLength(3);
  });
});

function minted(sent: readonly Sent[]): Sent[] {
  return sent.filter(({ route }) => route.endsWith('/access_tokens'));
}

describe('the list of runners', () => {
  const page = (count: number) =>
    Array.from({ length: count }, (_, id) => ({ id, name: `r-${id}`, status: 'online', busy: false }));
  const list = (second: number) =>
    setUp(({ url }) => [200, { runners: page(url.searchParams.get('page') === '2' ? second : 100) }]).github;

  it('has the names of all pages, and says where there are more than ten', async () => {
    const listed = await list(3).listRunners(ORG);
    expect(listed.kind === 'found' && listed.names).toHaveLength(103);
    await expect(list(100).listRunners(ORG)).resolves.toMatchObject({ kind: 'found', isMore: true });
  });

  it('is none where GitHub refuses or answers something else', async () => {
    await expect(setUp(() => [403, {}]).github.listRunners(ORG)).resolves.toMatchObject({ kind: 'refused' });
    await expect(setUp(() => [200, {}]).github.listRunners(ORG)).resolves.toMatchObject({ kind: 'unavailable' });
  });
});
