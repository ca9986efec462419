import { INSTALLATION, job } from '@multi-tenant-runner/testing';
import { OPERATOR, createApiHarness } from '../../test/api-harness';

const LOCK = `/v1/tenants/${INSTALLATION}/locks/production`;
const sent = (body: object) => ({ method: 'POST', body, headers: { 'x-reason': 'a deployment' } });

describe('a lock', () => {
  it('is held by one workflow, and the others wait in line for it', async () => {
    const api = await createApiHarness();
    const client = await api.job();
    const first = await client(`${LOCK}/acquire`, sent({ holder: 'run-1', ttl_seconds: 60 }));
    const fence = api.harness.clock.now().getTime();
    expect(first).toMatchObject({
      status: 200,
      body: { granted: true, lease: { holder: 'run-1', fence, until: '2026-01-15T12:01:00.000Z' } },
    });
    await expect(client(`${LOCK}/acquire`, sent({ holder: 'run-2' }))).resolves.toMatchObject({
      body: { granted: false, position: 1, sentence: 'run-1 has production; you are number 1 in line.' },
    });
    const hurried = sent({ holder: 'run-3', wait: false });
    await expect(client(`${LOCK}/acquire`, hurried)).resolves.toMatchObject({
      body: { granted: false, sentence: 'run-1 has production.' },
    });
    await expect(client(`/v1/tenants/${INSTALLATION}/locks`)).resolves.toMatchObject({
      body: { locks: [{ name: 'production', lease: { holder: 'run-1' }, waiters: ['run-2'] }] },
    });
    await client(`${LOCK}/release`, sent({ holder: 'run-1' }));
    await expect(client(`${LOCK}/acquire`, hurried)).resolves.toMatchObject({ body: { granted: false } });
    await expect(client(`${LOCK}/acquire`, sent({ holder: 'run-2' }))).resolves.toMatchObject({
      body: { granted: true, lease: { fence: fence + 1 } },
    });
  });

  it("is no other caller's to release, unless an operator forces it, which is recorded", async () => {
    const api = await createApiHarness();
    const [client, other] = [await api.job(), await api.tenant('tenant-user')];
    await client(`${LOCK}/acquire`, sent({ holder: 'run-1' }));
    const release = sent({ holder: 'run-1' });
    const forced = sent({ holder: 'run-1', force: true });
    await expect(other(`${LOCK}/release`, release)).resolves.toMatchObject({ status: 409 });
    await expect(other(`${LOCK}/release`, forced)).resolves.toMatchObject({ status: 409 });
    await expect(api.operator(`${LOCK}/release`, release)).resolves.toMatchObject({ status: 409 });
    expect(api.audit.entries).toEqual([]);
    await expect(api.operator(`${LOCK}/release`, forced)).resolves.toMatchObject({ body: { released: true } });
    expect(api.audit.entries).toMatchObject([{ action: 'lock.released', actor: OPERATOR }]);
    await expect(client(`${LOCK}/release`, release)).resolves.toMatchObject({ body: { released: false } });
  });

  it.each([
    ['a name with a slash', '/v1/tenants/1001/locks/a%2Fb/acquire', { holder: 'run-1' }],
    ['no holder', `${LOCK}/acquire`, {}],
    ['a lease of a second', `${LOCK}/acquire`, { holder: 'run-1', ttl_seconds: 1 }],
  ])('with %s is refused', async (_what, path, body) => {
    const { operator } = await createApiHarness();
    await expect(operator(path, sent(body))).resolves.toMatchObject({ status: 400 });
  });
});

test('who waits in the whole fleet is for operators, oldest first', async () => {
  const { operator, harness } = await createApiHarness();
  harness.addTenant({ installation_id: 2002, org_name: 'globex', slots_held: 2 });
  const parked = { state: 'parked', reason: 'limit' } as const;
  await harness.jobs.create(job({ ...parked, queuedAt: '2026-01-15T11:50:00.000Z' }));
  await harness.jobs.create(
    job({ ...parked, installationId: 2002, jobId: 8001, queuedAt: '2026-01-15T11:40:00.000Z' }),
  );
  await expect(operator('/v1/waiting')).resolves.toMatchObject({
    body: {
      jobs: [
        { job_id: 8001, installation_id: 2002, sentence: expect.stringContaining('globex uses 2 of its 2 runners') },
        { job_id: 7001 },
      ],
    },
  });
});

test('caps are changed by themselves', async () => {
  const { operator, harness } = await createApiHarness();
  const change = (body: object) =>
    operator(`/v1/tenants/${INSTALLATION}`, { method: 'PATCH', body, headers: { 'x-reason': 'they pay for more' } });
  await expect(change({ limit_minutes: 3000, limit_spend: 99.5 })).resolves.toMatchObject({ body: { changed: true } });
  expect(harness.state.tenants.rows.get(INSTALLATION)).toMatchObject({ limit_minutes: 3000, limit_spend: 99.5 });
  await expect(change({ limit_minutes: null })).resolves.toMatchObject({ status: 200 });
  expect(harness.state.tenants.rows.get(INSTALLATION)).not.toHaveProperty('limit_minutes');
  await expect(change({ limit_minutes: 1, tier: 'medium' })).resolves.toMatchObject({ status: 400 });
  await expect(change({ limit_minutes: -1 })).resolves.toMatchObject({ status: 400 });
});

test('an offboarded tenant takes no locks', async () => {
  const { operator, harness } = await createApiHarness();
  harness.addTenant({ status: 'deleted', cleanup: 'done' });
  const sent = { method: 'POST', body: { holder: 'run-1' }, headers: { 'x-reason': 'deploys' } };
  const answer = await operator(`/v1/tenants/${INSTALLATION}/locks/production/acquire`, sent);
  expect(answer).toMatchObject({ status: 409, body: { detail: expect.stringContaining('offboarded') } });
});
