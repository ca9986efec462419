import { MAX_SECRETS, MAX_SECRET_BYTES, MINUTE } from '@multi-tenant-runner/core';
import { INSTALLATION } from '@multi-tenant-runner/testing';
import { createApiHarness, type ApiHarness } from '../../test/api-harness';
import { fill } from '../../test/examples';

const HEADERS = { 'x-reason': 'the tests try it' };
const base = `/v1/tenants/${INSTALLATION}/apps/shop/secrets`;
const VALUE = 'postgres://shop:of-the-tests@db/shop';

async function open() {
  const api = await createApiHarness();
  await fill(api);
  const admin = await api.tenant('tenant-admin');
  const set = (name: string, value: unknown = VALUE, headers: object = HEADERS) =>
    admin(`${base}/${name}`, { method: 'POST', body: { value }, headers: { ...HEADERS, ...headers } });
  const unset = (name: string) => admin(`${base}/${name}/delete`, { method: 'POST', body: {}, headers: HEADERS });
  return { api, admin, set, unset };
}

const secretsOf = async ({ apps }: ApiHarness) => (await apps.apps.get('shop'))?.secrets;

describe('a secret of an app', () => {
  it('is kept where its value is nowhere else, and listed by its name', async () => {
    const { api, admin, set } = await open();
    const answer = await set('DATABASE_URL');
    expect(answer).toMatchObject({ status: 200, body: { secrets: [{ name: 'DATABASE_URL' }], running: false } });
    expect([...api.secrets.values()]).toEqual([VALUE]);
    const listed = await admin(base);
    for (const said of [answer, listed, await api.apps.apps.get('shop'), api.audit.entries])
      expect(JSON.stringify(said)).not.toContain('of-the-tests');
    expect(api.audit.entries.at(-1)).toMatchObject({
      action: 'app.secret-set',
      after: { app: 'shop', variable: 'DATABASE_URL' },
    });
  });

  it('has each value in a secret of its own, so that what runs keeps the one that it started with', async () => {
    const { api, set } = await open();
    await set('KEY', 'one');
    await set('KEY', 'two');
    const [first, second] = [...api.secrets.keys()];
    expect(await secretsOf(api)).toMatchObject({ kept: [{ name: 'KEY', arn: second }], leaving: [first] });
  });

  it('leaves once it is unset, and once is enough', async () => {
    const { api, set, unset } = await open();
    await set('KEY');
    const [arn] = [...api.secrets.keys()];
    expect(await unset('KEY')).toMatchObject({ status: 200, body: { secrets: [] } });
    expect(await secretsOf(api)).toEqual({ kept: [], leaving: [arn] });
    expect(await unset('KEY')).toMatchObject({ status: 200 });
    expect((await api.apps.apps.get('shop'))?.secretsVersion).toBe(2);
  });

  it('is not compared with an earlier request: nothing is kept by which its value could be guessed', async () => {
    const { api, set } = await open();
    await set('KEY', 'one', { 'idempotency-key': 'same' });
    expect(await set('KEY', 'two', { 'idempotency-key': 'same' })).toMatchObject({ status: 200 });
    expect([...api.secrets.values()]).toEqual(['one', 'two']);
  });

  it.each([
    ['PORT', 'x', "PORT is not a tenant's to set"],
    ['AWS_REGION', 'x', "AWS_REGION is not a tenant's to set"],
    ['KEY', '', `1 to ${MAX_SECRET_BYTES} bytes`],
    ['KEY', 'é'.repeat(MAX_SECRET_BYTES / 2 + 1), `1 to ${MAX_SECRET_BYTES} bytes`],
    ['KEY', 'of-the\0tests', 'zero byte'],
    ['KEY', 7, 'value is not a string'],
  ])('%s of %j is refused, and nothing is kept', async (name, value, sentence) => {
    const { api, set } = await open();
    const refused = await set(name, value);
    expect(refused).toMatchObject({ status: 400, body: { detail: expect.stringContaining(sentence) } });
    expect(api.secrets.size).toBe(0);
  });

  it('is one of so many at most', async () => {
    const { api, set } = await open();
    for (let one = 0; one < MAX_SECRETS; one += 1) expect((await set(`KEY_${one}`)).status).toBe(200);
    api.harness.clock.advance(MINUTE);
    expect(await set('MORE')).toMatchObject({ status: 409, body: { detail: expect.stringContaining('unset one') } });
    expect(await set('KEY_0', 'another')).toMatchObject({ status: 200 });
    expect(api.secrets.size).toBe(MAX_SECRETS + 1);
  });

  it('counts against the quota of its tier before it is kept, and gives back what is unset', async () => {
    const { api, admin, set, unset } = await open();
    const small = { apps: 2, tasks: 4, vcpu: 1, memoryGb: 2, secrets: 1, buildsPerHour: 10 };
    if (api.apps.settings) api.apps.settings = { ...api.apps.settings, quotas: new Map([['small', small]]) };
    expect((await set('KEY')).status).toBe(200);
    expect(await set('MORE')).toMatchObject({ status: 409, body: { detail: expect.stringContaining('1 secrets') } });
    expect([api.secrets.size, (await set('KEY', 'another')).status]).toEqual([1, 200]);
    const listed = await admin(`/v1/tenants/${INSTALLATION}/apps`);
    expect(listed.body).toMatchObject({ quota: { secrets: 1 }, in_use: { secrets: 1 } });
    await unset('KEY');
    expect((await set('MORE')).status).toBe(200);
  });

  it('is set by the next request where one died between its claim and its value', async () => {
    const { api, set } = await open();
    const small = { apps: 2, tasks: 4, vcpu: 1, memoryGb: 2, secrets: 1, buildsPerHour: 10 };
    if (api.apps.settings) api.apps.settings = { ...api.apps.settings, quotas: new Map([['small', small]]) };
    const putValue = api.secrets.set.bind(api.secrets);
    api.secrets.set = () => {
      throw new Error('Secrets Manager does not answer');
    };
    expect((await set('KEY')).status).toBe(503);
    expect(await secretsOf(api)).toMatchObject({ kept: [], claimed: [{ name: 'KEY' }] });
    api.secrets.set = putValue;
    expect(await set('KEY')).toMatchObject({ status: 200, body: { secrets: [{ name: 'KEY' }] } });
    expect([await secretsOf(api), [...api.secrets.values()]]).toEqual([
      { kept: [expect.objectContaining({ name: 'KEY' })], leaving: [] },
      [VALUE],
    ]);
  });

  it("is neither set nor named by another tenant, nor set by a job or the tenant's users", async () => {
    const { api } = await open();
    api.harness.addTenant({ installation_id: 2002, org_name: 'globex', account_id: 502 });
    const [other, user] = [await api.tenant('tenant-admin', 2002), await api.tenant('tenant-user')];
    const body = { value: VALUE };
    for (const client of [other, user])
      expect((await client(`${base}/KEY`, { method: 'POST', body, headers: HEADERS })).status).toBe(403);
    expect((await other(base)).status).toBe(403);
    expect((await other('/v1/tenants/2002/apps/shop/secrets')).status).toBe(404);
    expect(api.secrets.size).toBe(0);
  });
});
