import { INSTALLATION } from '@multi-tenant-runner/testing';
import { createApiHarness, type Client } from '../../test/api-harness';

const REASON = { 'x-reason': 'our own dashboard' };
const PATH = `/v1/tenants/${INSTALLATION}/callback`;
const URL = 'https://hooks.acme.com/runners';
const set = (client: Client, url = URL, headers: Readonly<Record<string, string>> = {}) =>
  client(PATH, { method: 'POST', body: { url }, headers: { ...REASON, ...headers } });
const secretOf = ({ body }: { readonly body: unknown }): string => String(Object(body).secret);

test('is set by the tenant itself, with a secret that is shown once', async () => {
  const api = await createApiHarness();
  const admin = await api.tenant('tenant-admin');
  const answer = await set(admin);
  expect(answer).toMatchObject({ status: 200, body: { url: URL, secret: expect.stringMatching(/^whsec_/) } });
  expect(api.vault.values.get(`/test/callbacks/${INSTALLATION}`)).toBe(secretOf(answer));
  const shown = await admin(PATH);
  expect(shown.body).toEqual({ url: URL });
  expect(api.harness.state.tenants.rows.get(INSTALLATION)).toMatchObject({ callback_url: URL, changed_via: 'api' });
});

test('shows its tenant and an operator since when and why calls fail, and what was given up', async () => {
  const api = await createApiHarness();
  const admin = await api.tenant('tenant-admin');
  await set(admin);
  const now = api.harness.clock.now();
  await api.callbackHealth.recordGivenUp(INSTALLATION, 'it answered 500', now);
  const at = now.toISOString();
  const expected = { url: URL, failing_since: at, reason: 'it answered 500', given_up: 1, given_up_at: at };
  for (const client of [admin, api.operator]) expect((await client(PATH)).body).toEqual(expected);
  const other = await api.tenant('tenant-admin', 4_242);
  await expect(other(PATH)).resolves.toMatchObject({ status: 403 });
});

test('is answered the same to who repeats the request, without its secret being kept with the answer', async () => {
  const api = await createApiHarness();
  const admin = await api.tenant('tenant-admin');
  const [first, second] = [
    await set(admin, URL, { 'idempotency-key': 'a' }),
    await set(admin, URL, { 'idempotency-key': 'a' }),
  ];
  expect(second).toEqual(first);
  expect(secretOf(await set(admin))).not.toBe(secretOf(first));
});

test('that is gone meanwhile has no secret to be answered again', async () => {
  const api = await createApiHarness();
  const admin = await api.tenant('tenant-admin');
  const again = { 'idempotency-key': 'a' };
  await set(admin, URL, again);
  await admin(`${PATH}/remove`, { method: 'POST', headers: REASON });
  await expect(set(admin, URL, again)).resolves.toMatchObject({
    status: 409,
    body: { detail: expect.stringContaining('Idempotency-Key') },
  });
});

test('gets a new secret beside which the old one counts for a day', async () => {
  const api = await createApiHarness();
  const admin = await api.tenant('tenant-admin');
  const old = secretOf(await set(admin));
  const rotated = await admin(`${PATH}/rotate`, { method: 'POST', headers: REASON });
  expect(rotated.status).toBe(200);
  expect(api.vault.values.get(`/test/callbacks/${INSTALLATION}`)).toBe(
    `${secretOf(rotated)}\n${old} 2026-01-16T12:00:00.000Z`,
  );
  expect(api.audit.entries).toMatchObject([{ action: 'callback.secret-rotated', reason: REASON['x-reason'] }]);
  expect(JSON.stringify(api.audit.entries)).not.toContain('whsec');
});

test('is removed with its secret', async () => {
  const api = await createApiHarness();
  const admin = await api.tenant('tenant-admin');
  await set(admin);
  const remove = () => admin(`${PATH}/remove`, { method: 'POST', headers: REASON });
  await expect(remove()).resolves.toMatchObject({ body: { removed: true } });
  expect(api.vault.values.size).toBe(0);
  expect((await admin(PATH)).body).toEqual({});
  await expect(remove()).resolves.toMatchObject({ body: { removed: false } });
  await expect(admin(`${PATH}/rotate`, { method: 'POST', headers: REASON })).resolves.toMatchObject({ status: 409 });
});

test.each([
  'http://hooks.acme.com/',
  'https://169.254.169.254/',
  'https://[::1]/',
  'https://a.internal/',
  'https://u:p@a.com/',
])('is refused at %s, and nothing is made', async (url) => {
  const api = await createApiHarness();
  await expect(set(api.operator, url)).resolves.toMatchObject({ status: 409 });
  expect(api.vault.values.size).toBe(0);
});

test('is refused where the module has none', async () => {
  const api = await createApiHarness({ callbacks: undefined });
  await expect(set(api.operator)).resolves.toMatchObject({ status: 409 });
});

test.each(['tenant-user', 'tenant-viewer'] as const)('is not for a %s', async (role) => {
  const api = await createApiHarness();
  await expect(set(await api.tenant(role))).resolves.toMatchObject({ status: 403 });
});

test("is nobody else's", async () => {
  const api = await createApiHarness();
  await expect(set(await api.tenant('tenant-admin', 4_242))).resolves.toMatchObject({ status: 403 });
});
