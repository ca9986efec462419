import { INSTALLATION, job, machineLife } from '@multi-tenant-runner/testing';
import { RATES, createApiHarness, type Client } from '../../test/api-harness';
import { claims } from '../../test/issuer';
import { fill } from '../../test/examples';

const OTHER = 2002;
const JOBS = `/v1/tenants/${INSTALLATION}/jobs`;

async function everyPage(client: Client, path: string, name: string, query = ''): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  let cursor: string | undefined;
  do {
    const asked = [query, 'limit=2', ...(cursor === undefined ? [] : [`cursor=${cursor}`])].filter(Boolean).join('&');
    const { body } = await client(path, { query: asked });
    found.push(...Object(body)[name]);
    cursor = Object(body).next_cursor;
  } while (cursor !== undefined);
  return found;
}

describe('a list', () => {
  it.each([
    ['jobs, newest first', '', [7005, 7004, 7003, 7002, 7001]],
    ['open jobs, oldest first', 'open=true', [7001, 7002, 7003, 7004, 7005]],
  ])('of %s has each of them once', async (_what, query, expected) => {
    const { operator, harness } = await createApiHarness();
    for (const jobId of [7001, 7002, 7003, 7004, 7005])
      await harness.state.jobs.create(job({ jobId, queuedAt: `2026-01-15T11:0${jobId - 7000}:00Z` }));
    const found = await everyPage(operator, JOBS, 'jobs', query);
    expect(found.map((one) => Object(one).job_id)).toEqual(expected);
  });

  it('of tenants has each of them once', async () => {
    const { operator, harness } = await createApiHarness();
    for (const installation_id of [1002, 1003, 1004, 1005]) harness.addTenant({ installation_id });
    const found = await everyPage(operator, '/v1/tenants', 'tenants');
    expect(found.map((one) => Object(one).installation_id)).toEqual([1001, 1002, 1003, 1004, 1005]);
  });

  it('of what waits has each tenant with an open job once', async () => {
    const { operator, harness } = await createApiHarness();
    for (const installationId of [1001, 1002, 1003, 1004, 1005]) {
      harness.addTenant({ installation_id: installationId });
      const state = installationId === 1004 ? 'completed' : 'parked';
      await harness.state.jobs.create(job({ installationId, state }));
    }
    const found = await everyPage(operator, '/v1/overview', 'tenants');
    expect(found.map((one) => Object(one).installation_id)).toEqual([1001, 1002, 1003, 1005]);
  });

  it('of usage has each sum once', async () => {
    const { operator, harness } = await createApiHarness();
    for (const installationId of [1001, 1002, 1003])
      for (const tier of ['large', 'small'])
        harness.state.usage.record(machineLife({ installationId, tier, launchId: `${tier}-1` }));
    const found = await everyPage(operator, '/v1/usage', 'sums', 'month=2026-01');
    expect(found.map((one) => `${Object(one).installation_id} ${Object(one).size}`)).toEqual(
      [1001, 1002, 1003].flatMap((id) => [`${id} large`, `${id} small`]),
    );
  });

  it.each([
    ['a limit beyond the bound', 'limit=101'],
    ['no limit', 'limit=0'],
    ['a parameter that it does not know', 'sort=desc'],
    ['a cursor that no one made', 'cursor=NzAwMQ.x'],
    ['a cursor without a signature', 'cursor=NzAwMQ'],
  ])('refuses %s', async (_what, query) => {
    const { operator } = await createApiHarness();
    await expect(operator(JOBS, { query })).resolves.toMatchObject({ status: 400 });
  });
});

describe('a cursor', () => {
  it("is worthless with another tenant's token, in another list and with another filter", async () => {
    const api = await createApiHarness();
    api.harness.addTenant({ installation_id: OTHER, org_name: 'globex', account_id: 502 });
    for (const installationId of [INSTALLATION, OTHER]) await fill(api, installationId);
    const own = await api.tenant('tenant-viewer');
    const { body } = await own(JOBS, { query: 'limit=1' });
    const query = `limit=1&cursor=${Object(body).next_cursor}`;
    await expect(own(JOBS, { query })).resolves.toMatchObject({ status: 200 });
    const foreign = await api.tenant('tenant-viewer', OTHER);
    await expect(foreign(`/v1/tenants/${OTHER}/jobs`, { query })).resolves.toMatchObject({ status: 400 });
    await expect(own(JOBS, { query: `${query}&open=true` })).resolves.toMatchObject({ status: 400 });
    const runners = `/v1/tenants/${INSTALLATION}/runners`;
    await expect(api.operator(runners, { query })).resolves.toMatchObject({ status: 400 });
  });
});

describe('a job', () => {
  it("leads to its page at GitHub, and operators to the functions' logs of it", async () => {
    const api = await createApiHarness();
    await fill(api, INSTALLATION);
    const linksFor = async (client: Client): Promise<readonly string[]> => {
      const { body } = await client(`${JOBS}/7001`);
      return Object(body).links.map(({ what }: { readonly what: string }) => what);
    };
    await expect(linksFor(await api.tenant('tenant-admin'))).resolves.toEqual(['job at GitHub']);
    const logs = ['webhook', 'scale-up', 'machine', 'scale-down'].map((name) => `log of ${name}`);
    await expect(linksFor(api.operator)).resolves.toEqual(['job at GitHub', ...logs]);
  });
});

describe("a workflow job's own token", () => {
  it('shows jobs of its repository alone', async () => {
    const { job: connect, operator, harness } = await createApiHarness();
    await harness.state.jobs.create(job({ jobId: 7001 }));
    await harness.state.jobs.create(job({ jobId: 7002, repo: 'secret' }));
    const client = await connect({ repository: 'Acme/App' });
    const { body } = await client(JOBS);
    expect(Object(body).jobs).toMatchObject([{ job_id: 7001 }]);
    for (const path of [`${JOBS}/7002`, `${JOBS}/7002/why`]) {
      await expect(client(path)).resolves.toMatchObject({ status: 404 });
      await expect(operator(path)).resolves.toMatchObject({ status: 200 });
    }
  });
});

describe('the audit trail', () => {
  it("does not tell a tenant which of the operator's people it was", async () => {
    const api = await createApiHarness();
    await fill(api);
    const path = `/v1/tenants/${INSTALLATION}/audit`;
    const [{ body: full }, { body: own }] = [await api.operator(path), await (await api.tenant('tenant-admin'))(path)];
    expect(JSON.stringify(full)).toContain('arn:aws:iam');
    expect(JSON.stringify(own)).not.toContain('arn:aws:iam');
    expect(Object(own).changes).toMatchObject([{ actor: 'operator' }, { actor: 'operator' }]);
  });

  it('of a day that the calendar does not have is refused, not empty', async () => {
    const { operator } = await createApiHarness();
    for (const day of ['2026-02-30', '2026-02-29', '2026-13-01'])
      await expect(operator('/v1/audit', { query: `day=${day}` })).resolves.toMatchObject({
        status: 400,
        body: { problems: ['day is not a day as 2026-01-15'] },
      });
    await expect(operator('/v1/audit', { query: 'day=2028-02-29' })).resolves.toMatchObject({ status: 200 });
  });
});

describe('too many requests', () => {
  it('of one caller are refused until the next minute, and those of others are not', async () => {
    const { operator, tenant, harness } = await createApiHarness();
    const answers = [];
    for (let time = 0; time <= RATES.caller; time += 1) answers.push((await operator('/v1/me')).status);
    expect(answers).toEqual([...Array.from({ length: RATES.caller }, () => 200), 429]);
    await expect(operator('/v1/me')).resolves.toMatchObject({ status: 429, headers: { 'retry-after': '60' } });
    await expect((await tenant('tenant-viewer'))('/v1/me')).resolves.toMatchObject({ status: 200 });
    harness.clock.advance(60_000);
    await expect(operator('/v1/me')).resolves.toMatchObject({ status: 200 });
  });

  it('of one tenant are refused, whoever sends them, and those of another tenant are not', async () => {
    const { issuers, bearer, tenant } = await createApiHarness();
    const answers = new Map<number, number>();
    for (let time = 0; time < RATES.tenant + 5; time += 1) {
      const client = bearer(await issuers.sign(claims({ sub: `person-${time % 3}` })));
      const { status } = await client('/v1/me');
      answers.set(status, (answers.get(status) ?? 0) + 1);
    }
    expect([...answers]).toEqual([
      [200, RATES.tenant],
      [429, 5],
    ]);
    await expect((await tenant('tenant-viewer', OTHER))('/v1/me')).resolves.toMatchObject({ status: 200 });
  });
});
