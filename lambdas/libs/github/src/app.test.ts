import { scriptGitHub } from '../test/scripted-github';
import { createGitHubApp } from './app';

const ATTEMPT = {
  guid: 'b9c7',
  delivered_at: '2026-01-15T12:00:00Z',
  redelivery: false,
  duration: 0.3,
  status: 'OK',
  status_code: 202,
  event: 'workflow_job',
  action: 'queued',
  installation_id: 1001,
  repository_id: 9,
  throttled_at: null,
};

describe('the list of deliveries', () => {
  it('is read with ids of 64 bits, and asked for with them', async () => {
    const body = `[{"id":  9007199254740993123,${JSON.stringify(ATTEMPT).slice(1)}]`;
    const { deps, calls } = scriptGitHub({
      'GET /app/hook/deliveries?': { body },
      'POST /app/hook/deliveries/9007199254740993123/attempts': { status: 202, body: {} },
    });
    const app = createGitHubApp(deps);
    const page = await app.listDeliveries();
    expect(page).toEqual({
      kind: 'page',
      attempts: [
        {
          id: '9007199254740993123',
          guid: 'b9c7',
          deliveredAt: '2026-01-15T12:00:00.000Z',
          succeeded: true,
          redelivery: false,
          event: 'workflow_job',
          action: 'queued',
          installationId: 1001,
        },
      ],
    });
    await expect(app.redeliver('9007199254740993123')).resolves.toEqual({ kind: 'asked' });
    expect(calls.map(({ call }) => call)).toEqual([
      'GET /app/hook/deliveries?per_page=100',
      'POST /app/hook/deliveries/9007199254740993123/attempts',
    ]);
    expect(calls.every(({ authorization }) => /^bearer eyJ/i.test(authorization))).toBe(true);
  });

  it('counts as failed whatever GitHub does not call OK, and names no installation where there is none', async () => {
    const { deps } = scriptGitHub({
      'GET /app/hook/deliveries': {
        body: [{ ...ATTEMPT, id: 3, status: 'timed out', status_code: 0, action: null, installation_id: null }],
      },
    });
    const page = await createGitHubApp(deps).listDeliveries();
    expect(page).toMatchObject({ kind: 'page', attempts: [{ id: '3', succeeded: false }] });
    expect(page.kind === 'page' && page.attempts[0]).not.toHaveProperty('installationId');
  });

  it('goes on at the cursor that GitHub names', async () => {
    const link = '<https://github.example/app/hook/deliveries?per_page=100&cursor=v1_77>; rel="next"';
    const { deps, calls } = scriptGitHub({ 'GET /app/hook/deliveries': { body: [], headers: { link } } });
    const app = createGitHubApp(deps);
    await expect(app.listDeliveries()).resolves.toEqual({ kind: 'page', attempts: [], cursor: 'v1_77' });
    await app.listDeliveries('v1_77', 'failure');
    expect(calls[1]?.call).toBe('GET /app/hook/deliveries?per_page=100&cursor=v1_77&status=failure');
  });

  it.each([[{ message: 'no list' }], [[{ id: 1 }]]])('that can’t be read whole is no answer: %j', async (body) => {
    const { deps } = scriptGitHub({ 'GET /app/hook/deliveries': { body } });
    await expect(createGitHubApp(deps).listDeliveries()).resolves.toMatchObject({ kind: 'unavailable' });
  });
});

it('tells a limit, a refusal and no answer apart', async () => {
  const { deps } = scriptGitHub({
    'GET /app/hook': { status: 429, headers: { 'retry-after': '60' }, body: {} },
    'POST /app/hook': { status: 422, body: { message: 'Validation Failed' } },
    'GET /app/installations': new Error('connection reset'),
  });
  const app = createGitHubApp(deps);
  await expect(app.listDeliveries()).resolves.toMatchObject({ kind: 'limited' });
  await expect(app.redeliver('1')).resolves.toMatchObject({ kind: 'refused', status: 422 });
  await expect(app.listInstallations(1)).resolves.toMatchObject({ kind: 'unavailable' });
});

describe('the list of installations', () => {
  it('is read with accounts, suspensions and times', async () => {
    const account = { id: 501, login: 'acme', type: 'Organization' };
    const body = [
      { id: 1001, account, target_type: 'Organization', suspended_at: null, updated_at: '2026-01-15T11:00:00Z' },
      {
        id: 1002,
        account: { ...account, id: 77, login: 'jo', type: 'User' },
        target_type: 'User',
        suspended_at: '2026-01-15T11:30:00Z',
        updated_at: '2026-01-15T11:30:00.000Z',
      },
      { id: 1003, account: { id: 9, slug: 'big' }, target_type: 'Enterprise', suspended_at: null },
      { id: 1004, account: null, target_type: 'Organization', suspended_at: null },
    ];
    const { deps, calls } = scriptGitHub({ 'GET /app/installations': { body } });
    await expect(createGitHubApp(deps).listInstallations(2)).resolves.toEqual({
      kind: 'page',
      more: false,
      installations: [
        {
          installationId: 1001,
          account: { kind: 'owner', id: 501, login: 'acme', type: 'Organization' },
          suspended: false,
          changedAt: '2026-01-15T11:00:00.000Z',
        },
        {
          installationId: 1002,
          account: { kind: 'owner', id: 77, login: 'jo', type: 'User' },
          suspended: true,
          changedAt: '2026-01-15T11:30:00.000Z',
        },
        { installationId: 1003, account: { kind: 'enterprise' }, suspended: false },
        { installationId: 1004, account: { kind: 'unknown' }, suspended: false },
      ],
    });
    expect(calls[0]?.call).toBe('GET /app/installations?per_page=100&page=2');
  });

  it('goes on after a full page, and is no answer when one of it can’t be read', async () => {
    const full = Array.from({ length: 100 }, (_, index) => ({ id: index + 1, account: null, suspended_at: null }));
    const { deps } = scriptGitHub({
      'GET /app/installations?per_page=100&page=1': { body: full },
      'GET /app/installations?per_page=100&page=2': { body: [{ id: 0 }] },
    });
    const app = createGitHubApp(deps);
    await expect(app.listInstallations(1)).resolves.toMatchObject({ kind: 'page', more: true });
    await expect(app.listInstallations(2)).resolves.toMatchObject({ kind: 'unavailable' });
  });
});

describe('the App itself', () => {
  it.each([
    ['says its id', { body: { id: 4711, slug: 'runners' } }, { kind: 'app', appId: 4711 }],
    ['is not known by an answer without one', { body: { slug: 'runners' } }, { kind: 'unavailable' }],
    ['is refused with a key of another App', { status: 401, body: { message: 'x' } }, { kind: 'refused', status: 401 }],
  ])('%s', async (_what, reply, expected) => {
    const { deps } = scriptGitHub({ 'GET /app': reply });
    await expect(createGitHubApp(deps).getApp()).resolves.toMatchObject(expected);
  });
});
