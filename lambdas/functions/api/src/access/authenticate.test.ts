import { INSTALLATION } from '@multi-tenant-runner/testing';
import { OPERATOR, createApiHarness } from '../../test/api-harness';
import { claims, jobClaims } from '../../test/issuer';

const OTHER = 2002;

describe('an operator', () => {
  it('is whoever API Gateway says has signed', async () => {
    const { operator } = await createApiHarness();
    await expect(operator('/v1/me')).resolves.toMatchObject({
      status: 200,
      body: { role: 'operator', actor: OPERATOR },
    });
  });

  it('is no one who only says so in headers', async () => {
    const { anonymous } = await createApiHarness();
    const headers = { authorization: 'AWS4-HMAC-SHA256 Credential=AKIA/20260115/us-east-1/execute-api/aws4_request' };
    await expect(anonymous('/v1/me', { headers })).resolves.toMatchObject({ status: 401 });
  });
});

describe('a token of an issuer with claims for tenant and role', () => {
  it('speaks for its tenant, in its role', async () => {
    const { tenant } = await createApiHarness();
    await expect((await tenant('tenant-admin'))('/v1/me')).resolves.toMatchObject({
      status: 200,
      body: { role: 'tenant-admin', actor: 'https://login.example.test#jane', installation_id: INSTALLATION },
    });
  });

  const past = 1_768_478_400 - 3_600;
  it.each([
    ['another issuer', claims({ iss: 'https://elsewhere.example.test' }), {}],
    ['another audience', claims({ aud: 'others' }), {}],
    ['the audience of another issuer', claims({ aud: 'https://runners.example.test' }), {}],
    ['no subject', claims({ sub: undefined }), {}],
    ['a time that is over', claims(), { expires: past }],
    ['no end', claims(), { expires: null }],
    ['a start in the future', claims({ nbf: past + 36_000 }), {}],
    ['an unknown key', claims(), { keyId: 'two' }],
    ['no tenant', claims({ tenant_id: undefined }), {}],
    ['no number as a tenant', claims({ tenant_id: '1001 OR 1' }), {}],
    ['an unknown role', claims({ role: 'owner' }), {}],
    ['the role of an operator', claims({ role: 'operator' }), {}],
  ])('counts for nothing with %s', async (_what, given, options) => {
    const { issuers, bearer, harness } = await createApiHarness();
    const answer = await bearer(await issuers.sign(given, options))('/v1/me');
    expect(answer).toMatchObject({ status: 401, headers: { 'content-type': 'application/problem+json' } });
    expect(JSON.stringify([answer, harness.log.lines])).not.toContain('eyJ');
  });

  it('counts for nothing when someone else has signed it, or no one has', async () => {
    const { issuers, bearer } = await createApiHarness();
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const unsigned = `${part({ alg: 'none' })}.${part({ ...claims(), exp: 4_000_000_000 })}.`;
    for (const token of [await issuers.forge(claims()), unsigned, `${unsigned}x`, 'x', ''])
      await expect(bearer(token)('/v1/me')).resolves.toMatchObject({ status: 401 });
  });
});

describe("a workflow job's own token", () => {
  it('speaks for the active tenant of the account that owns the repository', async () => {
    const { job } = await createApiHarness();
    await expect((await job())('/v1/me')).resolves.toMatchObject({
      status: 200,
      body: { role: 'tenant-user', installation_id: INSTALLATION, repository: 'acme/app' },
    });
  });

  it.each(['pull_request', 'pull_request_target', 'issue_comment', 'workflow_run', 'something_new', undefined])(
    'of the event %s may read and change nothing',
    async (event_name) => {
      const { job } = await createApiHarness();
      const client = await job({ event_name });
      for (const path of ['/v1/me', `/v1/tenants/${INSTALLATION}`])
        await expect(client(path)).resolves.toMatchObject({ status: 401 });
    },
  );

  it.each([
    ['an account that is no tenant', { repository_owner_id: '502' }],
    ['an account without an id', { repository_owner_id: 'acme' }],
    ['a repository without an id', { repository_id: undefined }],
  ])('of %s counts for nothing', async (_what, more) => {
    const { job } = await createApiHarness();
    await expect((await job(more))('/v1/me')).resolves.toMatchObject({ status: 401 });
  });

  it('counts for nothing while the tenant is suspended, and follows an account to its next installation', async () => {
    const { job, harness } = await createApiHarness();
    harness.addTenant({ status: 'suspended', suspended_by: 'operator' });
    const client = await job();
    await expect(client('/v1/me')).resolves.toMatchObject({ status: 401 });
    harness.addTenant({ installation_id: OTHER });
    await expect(client('/v1/me')).resolves.toMatchObject({ body: { installation_id: OTHER } });
  });

  it('can not name a tenant or a role itself', async () => {
    const { job } = await createApiHarness();
    const client = await job({ tenant_id: String(OTHER), role: 'tenant-admin' });
    await expect(client('/v1/me')).resolves.toMatchObject({
      body: { role: 'tenant-user', installation_id: INSTALLATION },
    });
  });
});

describe('the keys of an issuer', () => {
  it('are fetched once for many tokens, however many are wrong', async () => {
    const { issuers, bearer } = await createApiHarness();
    for (let time = 0; time < 5; time += 1) {
      await bearer(await issuers.sign(claims()))('/v1/me');
      await bearer(await issuers.sign(claims(), { keyId: `unknown-${time}` }))('/v1/me');
    }
    expect(issuers.fetched).toEqual([
      'https://login.example.test/.well-known/openid-configuration',
      'https://login.example.test/keys',
    ]);
  });

  it('that can not be had are no verdict on a token: the caller is to come back', async () => {
    const { issuers, bearer } = await createApiHarness();
    issuers.stop();
    await expect(bearer(await issuers.sign(jobClaims()))('/v1/me')).resolves.toMatchObject({ status: 503 });
  });
});
