import { INSTALLATION } from '@multi-tenant-runner/testing';
import { createApiHarness } from '../test/api-harness';
import { MAX_BODY } from './handler';

describe('a tenant', () => {
  it('is shown with its limit and what it uses of it', async () => {
    const { operator, harness } = await createApiHarness();
    harness.addTenant({ slots_held: 1, max_runners: 'many', suspended_by: undefined });
    await expect(operator(`/v1/tenants/${INSTALLATION}`)).resolves.toMatchObject({
      status: 200,
      body: {
        installation_id: INSTALLATION,
        org_name: 'acme',
        status: 'active',
        max_runners: 2,
        in_use: 1,
        problems: ["max_runners is not an integer of at least 0, so the tier's own limit of 2 counts"],
      },
    });
  });

  it.each([
    ['an id that no one has', '/v1/tenants/4242', 404],
    ["the module's own row", '/v1/tenants/0', 400],
    ['no id', '/v1/tenants/acme', 400],
    ['a number that is no id of GitHub', '/v1/tenants/99999999999999999999', 400],
  ])('with %s is a problem', async (_what, path, status) => {
    const { operator, harness } = await createApiHarness();
    harness.state.tenants.rows.set(0, { installation_id: 0, org_name: 'not a tenant', status: 'active' });
    await expect(operator(path)).resolves.toMatchObject({
      status,
      headers: { 'content-type': 'application/problem+json' },
      body: { status, request_id: 'request-1' },
    });
  });
});

describe('a request', () => {
  it('for nothing that there is, is told where the list is', async () => {
    const { operator } = await createApiHarness();
    const answer = await operator('/v1/elsewhere');
    expect(answer).toMatchObject({ status: 404, body: { type: 'urn:multi-tenant-runner:problem:not-found' } });
    expect(JSON.stringify(answer.body)).toContain('/v1/openapi.json');
  });

  it.each(['1001/../2002', '1001/%2e%2e/2002', '1001/.%2E/2002', './2002', '1001/..\\2002', '2002/x/..'])(
    'under a path that a policy takes for another, %s, reaches nothing',
    async (path) => {
      const { operator, harness } = await createApiHarness();
      harness.addTenant({ installation_id: 2002, org_name: 'globex', account_id: 502 });
      await expect(operator(`/v1/tenants/${path}`)).resolves.toMatchObject({ status: 404 });
    },
  );

  it('with a body beyond the bound is refused before anything is looked at', async () => {
    const { operator, harness } = await createApiHarness();
    const sent = { body: 'x'.repeat(MAX_BODY + 1) };
    await expect(operator(`/v1/tenants/${INSTALLATION}`, sent)).resolves.toMatchObject({ status: 413 });
    expect(harness.calls).toEqual([]);
  });

  it('that fails says nothing of the failure, and the log has it without secrets', async () => {
    const { operator, harness } = await createApiHarness();
    harness.faults.fail('registry.get', new Error('token=ghs_abcdefghijklmnopqrstuvwxyz'));
    const answer = await operator(`/v1/tenants/${INSTALLATION}`);
    expect(answer).toMatchObject({ status: 503, body: { detail: 'The request was not handled. Send it again.' } });
    expect(harness.log.lines).toHaveLength(1);
  });
});
