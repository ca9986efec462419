import { INSTALLATION, launch } from '@multi-tenant-runner/testing';
import { OPERATOR, createApiHarness } from '../../test/api-harness';

const PATH = `/v1/tenants/${INSTALLATION}`;
const REASON = { 'x-reason': 'they pay for more' };
const change = (body: object, headers: Readonly<Record<string, string>> = {}) => ({
  method: 'PATCH',
  body,
  headers: { ...REASON, ...headers },
});

describe('a change of a tenant', () => {
  it('writes what an edit by hand would, with who, how and why', async () => {
    const { operator, harness } = await createApiHarness();
    await expect(operator(PATH, change({ tier: 'medium' }))).resolves.toMatchObject({
      status: 200,
      body: {
        changed: true,
        sentence: 'acme goes from small (2) to medium (5 runners).',
        tenant: { tier: 'medium', max_runners: 5 },
      },
    });
    expect(harness.state.tenants.rows.get(INSTALLATION)).toMatchObject({
      tier: 'medium',
      max_runners: 5,
      changed_by: OPERATOR,
      changed_via: 'api',
      change_reason: 'they pay for more',
      change_id: 'request-1',
      updated_at: harness.clock.now().toISOString(),
    });
  });

  it.each([
    ['no reason', { method: 'PATCH', body: { tier: 'medium' } }],
    ['a reason that would break a line', change({ tier: 'medium' }, { 'x-reason': 'one\ntwo' })],
    ['nothing to change', change({})],
    ['an attribute that no one may set', change({ slots: [] })],
    ['a limit that is none', change({ max_runners: -1 })],
    ['no JSON', { ...change({}), body: '{' }],
    ['more runners than a row can hold', change({ max_runners: 1e300 })],
    ['more dollars than a row can hold', change({ limit_spend: 1e300 })],
  ])('with %s is no change', async (_what, sent) => {
    const { operator, harness } = await createApiHarness();
    const before = structuredClone(harness.state.tenants.rows.get(INSTALLATION));
    await expect(operator(PATH, sent)).resolves.toMatchObject({ status: 400 });
    expect(harness.state.tenants.rows.get(INSTALLATION)).toEqual(before);
  });

  it('that a rule refuses says why', async () => {
    const { operator, harness } = await createApiHarness();
    await expect(operator(PATH, change({ tier: 'huge' }))).resolves.toMatchObject({
      status: 409,
      body: { detail: 'There is no tier huge; runner_tiers has small, medium, large.' },
    });
    harness.addTenant({ status: 'suspended', suspended_by: 'github' });
    const resume = { method: 'POST', headers: REASON };
    await expect(operator(`${PATH}/resume`, resume)).resolves.toMatchObject({ status: 409 });
  });

  it('ends a tenant only under its own name', async () => {
    const { operator, harness } = await createApiHarness();
    const offboard = (confirm: string) => ({ method: 'POST', body: { confirm }, headers: REASON });
    await expect(operator(`${PATH}/offboard`, offboard('globex'))).resolves.toMatchObject({ status: 409 });
    expect(harness.state.tenants.rows.get(INSTALLATION)).toMatchObject({ status: 'active' });
    await expect(operator(`${PATH}/offboard`, offboard('acme'))).resolves.toMatchObject({ status: 200 });
    await expect(operator(`${PATH}/offboarding`)).resolves.toMatchObject({
      body: { status: 'deleted', done: false },
    });
  });
});

describe('an ETag', () => {
  it('stays while slots come and go, and changes with what an operator may change', async () => {
    const { operator, harness } = await createApiHarness();
    const etag = async (): Promise<string> => (await operator(PATH)).headers['etag'] ?? '';
    const first = await etag();
    harness.addTenant({ slots_held: 1 });
    expect(await etag()).toBe(first);
    harness.addTenant({ max_runners: 3 });
    expect(await etag()).not.toBe(first);
  });

  it('keeps a change from what was not seen, in the last moment too', async () => {
    const { operator, harness } = await createApiHarness();
    const { headers } = await operator(PATH);
    const seen = change({ max_runners: 9 }, { 'if-match': headers['etag'] ?? '' });
    harness.addTenant({ tier: 'large', updated_at: '2026-01-02T00:00:00.000Z' });
    await expect(operator(PATH, seen)).resolves.toMatchObject({ status: 412 });
    const { headers: now } = await operator(PATH);
    const again = change({ max_runners: 9 }, { 'if-match': now['etag'] ?? '' });
    await expect(operator(PATH, again)).resolves.toMatchObject({ status: 200 });
    await expect(operator(PATH, change({ max_runners: 8 }, { 'if-match': '*' }))).resolves.toMatchObject({
      status: 200,
    });
  });

  it('of one tenant is worthless for another with the same figures', async () => {
    const { operator, harness } = await createApiHarness();
    harness.addTenant({ installation_id: 2002 });
    const { headers } = await operator(PATH);
    const sent = change({ max_runners: 9 }, { 'if-match': headers['etag'] ?? '' });
    await expect(operator('/v1/tenants/2002', sent)).resolves.toMatchObject({ status: 412 });
  });
});

describe('an Idempotency-Key', () => {
  const freeze = (key: string, reason = 'an incident') => ({
    method: 'POST',
    headers: { 'x-reason': reason, 'idempotency-key': key },
  });

  it('lets a repeated request change nothing more, and gives it the same answer', async () => {
    const { operator, audit } = await createApiHarness();
    const first = await operator('/v1/launches/freeze', freeze('one'));
    const second = await operator('/v1/launches/freeze', freeze('one'));
    expect(second).toEqual(first);
    expect(audit.entries).toHaveLength(1);
  });

  it('belongs to one request', async () => {
    const { operator } = await createApiHarness();
    await operator('/v1/launches/freeze', freeze('one'));
    await expect(operator('/v1/launches/unfreeze', freeze('one'))).resolves.toMatchObject({
      status: 409,
      body: { type: 'urn:multi-tenant-runner:problem:key-in-use' },
    });
  });

  it('of a request that was refused may be used again', async () => {
    const { operator, harness } = await createApiHarness();
    const sent = { method: 'POST', headers: { ...REASON, 'idempotency-key': 'one' } };
    harness.addTenant({ status: 'suspended', suspended_by: 'github' });
    await expect(operator(`${PATH}/resume`, sent)).resolves.toMatchObject({ status: 409 });
    harness.addTenant({ status: 'suspended', suspended_by: 'operator' });
    await expect(operator(`${PATH}/resume`, sent)).resolves.toMatchObject({ status: 200 });
  });
});

describe('a change of the whole fleet', () => {
  it('is recorded before it is made, and not made when it can not be', async () => {
    const { operator, audit, fleet } = await createApiHarness();
    const sent = { method: 'POST', headers: { 'x-reason': 'an incident' } };
    await operator('/v1/launches/freeze', sent);
    expect(fleet.enabled).toBe(false);
    expect(audit.entries).toMatchObject([
      { installationId: 0, action: 'launches.frozen', actor: OPERATOR, via: 'api', reason: 'an incident' },
    ]);
    audit.record = async () => Promise.reject(new Error('no answer'));
    await expect(operator('/v1/launches/unfreeze', sent)).resolves.toMatchObject({ status: 503 });
    expect(fleet.enabled).toBe(false);
  });

  it('moves dead letters back, where they have a source', async () => {
    const { operator, fleet } = await createApiHarness();
    const redrive = (queue: string) =>
      operator(`/v1/dead-letters/${queue}/redrive`, { method: 'POST', headers: REASON });
    await expect(redrive('test-builds-small-dlq')).resolves.toMatchObject({ status: 200, body: { messages: 2 } });
    await expect(redrive('test-sweep-dlq')).resolves.toMatchObject({ status: 409 });
    await expect(redrive('elsewhere')).resolves.toMatchObject({ status: 404 });
    expect(fleet.redriven).toEqual(['test-builds-small-dlq']);
  });
});

test('a drain suspends, and says what still runs until nothing does', async () => {
  const { operator, harness } = await createApiHarness();
  await harness.state.launches.create(launch({ state: 'running' }));
  const drain = () => operator(`/v1/tenants/${INSTALLATION}/drain`, { method: 'POST', headers: REASON });
  expect(await drain()).toMatchObject({
    body: { changed: true, drained: false, running: 1, tenant: { status: 'suspended', suspended_by: 'operator' } },
  });
  await harness.state.launches.change(INSTALLATION, '7001-1', { from: ['running'] }, { state: 'ended' });
  expect(await drain()).toMatchObject({ body: { changed: false, drained: true, running: 0 } });
});

test('an offboarding that is asked for again changes nothing, and can be looked at as often as one likes', async () => {
  const { operator, harness, audit } = await createApiHarness();
  harness.addTenant({ status: 'deleted', cleanup: 'done' });
  const sent = { method: 'POST', body: { confirm: 'acme' }, headers: REASON };
  expect(await operator(`/v1/tenants/${INSTALLATION}/offboard`, sent)).toMatchObject({ body: { changed: false } });
  const at = '2026-01-15T12:00:00.000Z';
  const by = { actor: 'tenant-manager', via: 'module' } as const;
  await audit.record({ installationId: INSTALLATION, at, id: 'p', action: 'tenant.offboarding-proved', ...by });
  const look = () => operator(`/v1/tenants/${INSTALLATION}/offboarding`);
  harness.state.github.installations.delete(INSTALLATION);
  expect(await look()).toMatchObject({ body: { done: true, recorded_at: at } });
  await harness.state.securityGroups.ensure(INSTALLATION, 'small');
  expect(await look()).toMatchObject({
    body: { done: false, sentence: expect.stringContaining('Not proved gone: 1 security group of its own') },
  });
});

describe('apps that repositories declare', () => {
  const allow = (allowed: unknown) => ({ method: 'POST', body: { allowed }, headers: REASON });

  it('are allowed by a tenant’s own administrator, with who and why, and forbidden again', async () => {
    const api = await createApiHarness();
    const admin = await api.tenant('tenant-admin');
    const row = () => api.harness.state.tenants.rows.get(INSTALLATION);
    const path = `${PATH}/apps-from-repository`;
    expect(await admin(path, allow(true))).toMatchObject({
      status: 200,
      body: { changed: true, tenant: { apps_from_repository: true } },
    });
    expect(row()).toMatchObject({
      apps_from_repository: true,
      changed_via: 'api',
      change_reason: REASON['x-reason'],
    });
    expect(await admin(path, allow(true))).toMatchObject({ status: 200, body: { changed: false } });
    expect(await admin(path, allow(false))).toMatchObject({ status: 200, body: { changed: true } });
    expect(row()).not.toHaveProperty('apps_from_repository');
    expect(await admin(path, allow('yes'))).toMatchObject({ status: 400 });
  });
});
