import { INSTALLATION } from '@multi-tenant-runner/testing';
import { createApiHarness, type ApiHarness, type Client } from '../../test/api-harness';
import { REGISTRY } from '../../test/apps-in-memory';
import { COMMITS, DEPLOYMENTS } from '../../test/app-examples';
import { fill } from '../../test/examples';

const HEADERS = { 'x-reason': 'the tests try it' };
const base = `/v1/tenants/${INSTALLATION}/apps`;
const post = (client: Client, path: string, body: unknown = {}) =>
  client(path, { method: 'POST', body, headers: HEADERS });
const wanted = (name: string, more: object = {}) => ({ name, repository: 'acme/app', repository_id: 74, ...more });

async function filled(): Promise<ApiHarness> {
  const api = await createApiHarness();
  await fill(api);
  return api;
}

describe('an app is declared', () => {
  it('under a name that only one tenant has, whatever it looks like', async () => {
    const api = await createApiHarness();
    api.harness.addTenant({ installation_id: 2002, org_name: 'globex', account_id: 502 });
    const admin = await api.tenant('tenant-admin');
    const made = await post(admin, base, wanted('Shop', { count: 2 }));
    expect(made).toMatchObject({
      status: 200,
      body: { app: 'shop', url: 'https://shop.apps.example.test', branch: 'main', count: 2, size: { cpu: 256 } },
    });
    expect((await post(admin, base, wanted('shop'))).status).toBe(409);
    const other = await api.tenant('tenant-admin', 2002);
    for (const name of ['shop', 'sh0p', 'sh-op']) {
      const foreign = { name, repository: 'globex/web', repository_id: 9 };
      expect((await post(other, '/v1/tenants/2002/apps', foreign)).status).toBe(409);
    }
    expect(api.audit.entries.filter(({ action }) => action === 'app.created')[0]).toMatchObject({
      after: { app: 'shop', repository: 'acme/app' },
      reason: 'the tests try it',
    });
  });

  it('within the quota of its tenant, which one more exceeds', async () => {
    const api = await createApiHarness();
    await post(api.operator, base, wanted('one'));
    await post(api.operator, base, wanted('two'));
    const refused = await post(api.operator, base, wanted('three'));
    expect(refused).toMatchObject({ status: 409, body: { detail: expect.stringContaining('2 apps') } });
    expect(api.apps.rows.size).toBe(2);
    const grown = await post(api.operator, `${base}/one/scale`, { count: 4 });
    expect(grown).toMatchObject({ status: 409, body: { detail: expect.stringContaining('4 tasks') } });
    expect(await post(api.operator, `${base}/one/scale`, { count: 3 })).toMatchObject({ body: { count: 3 } });
    const moved = await post(api.operator, `${base}/one/scale`, { port: 3_000 });
    expect(moved).toMatchObject({ body: { count: 3, port: 3_000 } });
    expect(await post(api.operator, `${base}/one/scale`, { port: 70_000 })).toMatchObject({ status: 400 });
    expect(await api.operator(base)).toMatchObject({
      body: { quota: { apps: 2, tasks: 4 }, in_use: { apps: 2, tasks: 4, vcpu: 1 } },
    });
  });

  it.each([
    ['a reserved name', { name: 'www' }, 'reserved'],
    ['one that is reserved here', { name: 'intern' }, 'reserved'],
    ['a directory outside', { name: 'shop', directory: '../x' }, 'directory'],
    ["another owner's repository", { name: 'shop', repository: 'globex/app' }, 'repository'],
    ['a path instead of a repository', { name: 'shop', repository: 'acme/..' }, 'repository is not owner/name'],
    ['an id that no number holds', { name: 'shop', repository_id: 1e300 }, 'repository_id'],
    ['a size that Fargate lacks', { name: 'shop', size: { cpu: 256, memory: 9 } }, 'memory'],
    ['a field that nobody knows', { name: 'shop', prot: 80 }, 'prot'],
  ])('not with %s', async (_, more, said) => {
    const { operator, apps } = await createApiHarness();
    const refused = await post(operator, base, { ...wanted(''), ...more });
    expect(refused).toMatchObject({ status: 400, body: { detail: expect.stringContaining(said) } });
    expect(apps.rows.size).toBe(0);
  });
});

describe('an app that is there', () => {
  it('is not scaled by a body that asks for nothing, which nobody finds in the audit trail', async () => {
    const { operator, audit } = await filled();
    const before = audit.entries.length;
    await expect(post(operator, `${base}/shop/scale`)).resolves.toMatchObject({ status: 400 });
    expect(audit.entries.length).toBe(before);
  });

  it('is changed as well where its deployment went on meanwhile, unless that keeps happening', async () => {
    const api = await filled();
    const record = api.audit.record.bind(api.audit);
    let changes = 0;
    const goesOn = (times: number): void => {
      changes = times;
      Object.assign(api.audit, {
        record: async (entry: Parameters<typeof record>[0]) => {
          const row = api.apps.rows.get('shop');
          if (row && (changes -= 1) >= 0) api.apps.rows.set('shop', { ...row, version: row.version + 1 });
          return record(entry);
        },
      });
    };
    goesOn(2);
    expect(await post(api.operator, `${base}/shop/suspend`)).toMatchObject({
      status: 200,
      body: { changed: true, app: { state: 'suspended' } },
    });
    goesOn(3);
    expect(await post(api.operator, `${base}/shop/resume`)).toMatchObject({ status: 412 });
  });

  it('is suspended by an operator for good, and by a tenant until it likes', async () => {
    const { operator, tenant } = await filled();
    const admin = await tenant('tenant-admin');
    expect(await post(admin, `${base}/shop/suspend`)).toMatchObject({
      body: { changed: true, app: { state: 'suspended' } },
    });
    expect(await post(operator, `${base}/shop/suspend`)).toMatchObject({ body: { app: { suspended_by: 'operator' } } });
    expect((await post(admin, `${base}/shop/resume`)).status).toBe(409);
    expect(await post(admin, `${base}/shop/suspend`)).toMatchObject({ body: { changed: false } });
    expect(await post(operator, `${base}/shop/resume`)).toMatchObject({ body: { app: { state: 'active' } } });
  });

  it('is deleted under its name, and then takes nothing more', async () => {
    const { operator } = await filled();
    expect((await post(operator, `${base}/shop/delete`, { confirm: 'forum' })).status).toBe(409);
    expect(await post(operator, `${base}/shop/delete`, { confirm: 'shop' })).toMatchObject({
      body: { app: { state: 'deleting' } },
    });
    for (const verb of ['deploy', 'rollback', 'suspend', 'resume'])
      expect((await post(operator, `${base}/shop/${verb}`)).status).toBe(409);
    expect((await post(operator, `${base}/shop/scale`, { count: 2 })).status).toBe(409);
  });

  it('goes back to the version before, or to one that is named, and to none that never served', async () => {
    const { operator, apps } = await filled();
    const back = await post(operator, `${base}/shop/rollback`);
    expect(back).toMatchObject({
      body: { kind: 'rollback', commit: COMMITS.replaced, digest: 'sha256:replaced', state: 'releasing' },
    });
    expect(apps.rows.get('shop')?.wantedId).toBe(Object(back.body).deployment_id);
    expect((await post(operator, `${base}/shop/rollback`, { to: DEPLOYMENTS.building })).status).toBe(409);
    expect((await post(operator, `${base}/shop/rollback`, { to: COMMITS.live.slice(0, 7) })).status).toBe(409);
    expect((await post(operator, `${base}/shop/rollback`, { to: '2' })).status).toBe(409);
  });

  it('is deployed anew: the commit that is named, or the one that was asked for last', async () => {
    const { operator } = await filled();
    expect(await post(operator, `${base}/shop/deploy`)).toMatchObject({
      body: { commit: COMMITS.building, state: 'queued' },
    });
    expect((await post(operator, `${base}/shop/deploy`, { commit: 'main' })).status).toBe(400);
    await post(operator, base, wanted('empty'));
    expect((await post(operator, `${base}/empty/deploy`)).status).toBe(409);
  });

  it('says of each deployment what it does and who can act', async () => {
    const { operator } = await filled();
    const why = (id: string) => operator(`${base}/shop/deployments/${id}/why`);
    expect(await why(DEPLOYMENTS.building)).toMatchObject({
      body: { state: 'building', sentence: expect.stringContaining('own runner'), who_can_act: 'tenant' },
    });
    expect(await why(DEPLOYMENTS.live)).toMatchObject({
      body: { sentence: '2222222 of shop answers at https://shop.apps.example.test.', who_can_act: 'none' },
    });
    expect((await why(DEPLOYMENTS.live.replace('2026', '2025'))).status).toBe(404);
  });

  it("is another tenant's: as if it were not there", async () => {
    const api = await filled();
    api.harness.addTenant({ installation_id: 2002, org_name: 'globex', account_id: 502 });
    expect((await api.operator('/v1/tenants/2002/apps/shop')).status).toBe(404);
  });

  it('is seen by jobs of its own repository alone', async () => {
    const { job } = await filled();
    expect((await (await job())(`${base}/shop`)).status).toBe(200);
    const other = await job({ repository: 'acme/web', repository_id: '75' });
    expect((await other(`${base}/shop`)).status).toBe(404);
    expect(await other(base)).toMatchObject({ body: { apps: [] } });
    expect((await post(other, `${base}/shop/deploy`)).status).toBe(404);
  });
});

describe('a domain of its own', () => {
  const ask = (client: Client, host: string, path = 'hosts') => post(client, `${base}/shop/${path}`, { host });

  it('is asked for with the record that proves it, and taken off again', async () => {
    const { operator, tenant, audit } = await filled();
    const asked = await ask(await tenant('tenant-admin'), 'Shop.Acme.io.');
    expect(asked).toMatchObject({
      status: 200,
      body: { changed: true, app: { hosts: [{ host: 'shop.acme.io', state: 'waiting' }] } },
    });
    const [record] = Object(asked.body).app.hosts;
    expect(record).toMatchObject({
      record_name: '_mtr-challenge.shop.acme.io',
      record_value: expect.stringMatching(/^mtr-verify=[0-9a-f]{64}$/),
    });
    expect(audit.entries.at(-1)).toMatchObject({
      action: 'app.host-asked',
      after: { app: 'shop', host: 'shop.acme.io' },
    });
    expect(await operator(`${base}/shop/deployments/${DEPLOYMENTS.live}/why`)).toMatchObject({
      body: { domains: ['shop.acme.io waits for its TXT record, which is looked for now.'] },
    });
    expect(await ask(operator, 'shop.acme.io', 'hosts/remove')).toMatchObject({ body: { app: { hosts: [] } } });
    expect(await ask(operator, 'shop.acme.io', 'hosts/remove')).toMatchObject({ body: { changed: false } });
  });

  it.each([
    ['a wildcard', '*.acme.io', 'wildcard'],
    ["one of the platform's", 'x.apps.example.test', 'platform'],
    ['no domain', 'shop', 'name of DNS'],
  ])('is not %s', async (_what, host, said) => {
    const { operator, apps } = await filled();
    const refused = await ask(operator, host);
    expect(refused).toMatchObject({ status: 409, body: { detail: expect.stringContaining(said) } });
    expect(apps.rows.get('shop')?.hosts).toEqual([]);
  });

  it('is one of four, as a rule compares five values', async () => {
    const { operator } = await filled();
    for (const host of ['a.acme.io', 'b.acme.io', 'c.acme.io', 'd.acme.io'])
      expect((await ask(operator, host)).status).toBe(200);
    expect((await ask(operator, 'e.acme.io')).status).toBe(409);
    expect((await ask(operator, 'a.acme.io')).status).toBe(200);
  });
});

describe('credentials for a push', () => {
  const ask = (client: Client, commit: string = COMMITS.building) =>
    post(client, '/v1/me/apps/shop/push-credentials', { commit });

  it('are for the repository of the app and fifteen minutes, for the job of the build, and are recorded', async () => {
    const { job, audit } = await filled();
    const given = await ask(await job());
    expect(given).toMatchObject({
      status: 200,
      body: {
        repository: 'test/apps/shop',
        image: `${REGISTRY}/test/apps/shop:${COMMITS.building}`,
        access_key_id: `ASIA-shop-${COMMITS.building.slice(0, 12)}`,
        expires_at: '2026-01-15T12:15:00.000Z',
      },
    });
    const recorded = audit.entries.find(({ action }) => action === 'app.push-allowed');
    expect(recorded).toMatchObject({ after: { app: 'shop', deployment_id: DEPLOYMENTS.building } });
    expect(JSON.stringify(audit.entries)).not.toContain('secret of');
  });

  it.each([
    ['of another repository', { repository_id: '75' }, COMMITS.building, 404],
    ['of another branch', { ref: 'refs/heads/side' }, COMMITS.building, 409],
    ['of a tag', { ref: 'refs/tags/main' }, COMMITS.building, 409],
    ['of a commit that is built', {}, COMMITS.live, 409],
    ['of a commit that nobody asked for', {}, '4'.repeat(40), 409],
    ['of a pull request', { event_name: 'pull_request' }, COMMITS.building, 401],
  ])('are not for a job %s', async (_, claims, commit, status) => {
    const { job, audit } = await filled();
    const before = audit.entries.length;
    expect((await ask(await job(claims), commit)).status).toBe(status);
    expect(audit.entries).toHaveLength(before);
  });

  it('are for nobody else: not an operator, not an admin of the tenant, and for no suspended app', async () => {
    const { operator, tenant, job } = await filled();
    expect((await ask(operator)).status).toBe(409);
    expect((await ask(await tenant('tenant-admin'))).status).toBe(409);
    await post(operator, `${base}/shop/suspend`);
    expect((await ask(await job())).status).toBe(409);
  });
});

describe('a delivery of another sender', () => {
  const body = '{"ref":  "refs/heads/main"}';
  const headers = { ...HEADERS, 'x-github-event': 'push', 'x-hub-signature-256': 'sha256=00', cookie: 'a=b' };

  it('reaches the webhook byte for byte, with the headers that it reads', async () => {
    const { operator, webhook } = await createApiHarness();
    const answer = await operator('/v1/deliveries', { method: 'POST', body, headers });
    expect(answer).toMatchObject({ status: 200, body: { said: 'The webhook has answered.' } });
    expect(webhook.got).toEqual([
      {
        body,
        headers: { 'x-github-event': 'push', 'x-hub-signature-256': 'sha256=00' },
        sourceIp: '192.0.2.1',
      },
    ]);
  });

  it.each([
    [401, 409],
    [503, 503],
  ])('that the webhook answers with %i is answered with %i', async (status, answered) => {
    const { operator, webhook } = await createApiHarness();
    webhook.status = status;
    expect((await operator('/v1/deliveries', { method: 'POST', body, headers })).status).toBe(answered);
  });

  it('needs a signature, and may be longer than other requests', async () => {
    const { operator, webhook } = await createApiHarness();
    expect((await operator('/v1/deliveries', { method: 'POST', body, headers: HEADERS })).status).toBe(400);
    const long = JSON.stringify({ ref: 'x'.repeat(100_000) });
    expect((await operator('/v1/deliveries', { method: 'POST', body: long, headers })).status).toBe(200);
    expect(webhook.got).toHaveLength(1);
  });
});

test('without the tables of apps there are none', async () => {
  const { operator } = await createApiHarness({ apps: undefined });
  for (const path of [base, `${base}/shop`])
    expect(await operator(path)).toMatchObject({ status: 404, body: { detail: expect.stringContaining('api.apps') } });
});
