import type { SandboxFile } from '../../lib/state';
import { object, text } from '../../lib/json';
import { type ScenarioContext, type Tenant } from '../kit/scenario-context';
import type { Checks } from '../kit/checks';
import type { OperateOptions } from './index';
import { apisOf } from '../../lib/api-addresses';
import { bearerClient, createUser, signedClient, type ApiAnswer } from './api-client';

/** The API as operators and tenants call it over HTTP, with each refusal. */
export async function callApi(
  context: ScenarioContext,
  tenant: Tenant,
  { sandbox, mtr, upgradeByHand }: Pick<OperateOptions, 'sandbox' | 'mtr' | 'upgradeByHand'>,
): Promise<void> {
  const other = await installOther(context, `not-${tenant.login}`);
  await callAsOperator(context.checks, tenant, sandbox);
  await changeAsOperator(context, tenant, { sandbox, mtr, upgradeByHand });
  await callAsJob(context, { tenant, other, sandbox });
  await context.user.uninstall(other);
}

/** A tenant whose data nobody else may see. */
async function installOther(context: ScenarioContext, login: string): Promise<number> {
  const id = await context.user.install(login, 'Organization');
  await context.poller.until(`${login}: an active row`, async () =>
    (await context.account.tenant(id))?.status === 'active' ? true : undefined,
  );
  return id;
}

async function callAsOperator(checks: Checks, { id }: Tenant, sandbox: SandboxFile): Promise<void> {
  const { operators } = apisOf(sandbox);
  const policies = object(object(sandbox.outputs.api)?.['policies']);
  const operator = signedClient(operators, sandbox);
  expectAnswer(checks, 'the API shows an operator a tenant', await operator('GET', `/tenants/${id}`), {
    status: 200,
    body: { installation_id: id, status: 'active' },
  });
  expectAnswer(checks, 'the API knows who signed', await operator('GET', '/me'), {
    status: 200,
    body: { role: 'operator' },
  });
  const lists = ['limits', 'jobs', 'jobs?open=true', 'runners', 'audit', 'offboarding', 'overview', 'usage', 'stats'];
  const fleet = ['/overview', '/usage', '/health/nets', '/logins/nobody'];
  for (const path of [
    '/tenants',
    '/audit',
    '/dead-letters',
    ...fleet,
    ...lists.map((list) => `/tenants/${id}/${list}`),
  ])
    expectAnswer(
      checks,
      `the API answers an operator's ${path.replace(String(id), '…')}`,
      await operator('GET', path),
      {
        status: 200,
      },
    );
  const nobody = await createUser(sandbox, `nobody-${id}`, JSON.stringify({ Version: '2012-10-17', Statement: [] }));
  const reader = await createUser(sandbox, `reader-${id}`, text(policies?.['read_only']) ?? '');
  const forged = { ...reader, secretAccessKey: nobody.secretAccessKey };
  const path = `/tenants/${id}`;
  for (const [who, answer, status] of [
    ['an unsigned request', await bearerClient(operators, undefined)('GET', path), 403],
    ['an identity without the policy', await signedClient(operators, sandbox, nobody)('GET', path), 403],
    ['a wrong signature', await signedClient(operators, sandbox, forged)('GET', path), 403],
    ['an identity that may only read, to change', await signedClient(operators, sandbox, reader)('PATCH', path), 403],
    ['an identity that may only read, to read', await signedClient(operators, sandbox, reader)('GET', path), 200],
  ] as const)
    expectAnswer(checks, `the operators' API answers ${who} with ${status}`, answer, { status });
}

/** What an operator changes through the API, with what becomes of it. */
async function changeAsOperator(
  { checks, poller }: ScenarioContext,
  { id }: Tenant,
  { sandbox, mtr, upgradeByHand }: Pick<OperateOptions, 'sandbox' | 'mtr' | 'upgradeByHand'>,
): Promise<void> {
  const operator = signedClient(apisOf(sandbox).operators, sandbox);
  const path = `/tenants/${id}`;
  const because = { 'x-reason': 'the sandbox tries the API' };
  const etag = (await operator('GET', path)).headers.get('etag') ?? '';
  const change = { body: { max_runners: 2 }, headers: { ...because, 'if-match': etag } };
  expectAnswer(checks, 'the API asks for a reason', await operator('PATCH', path, { body: { max_runners: 2 } }), {
    status: 400,
  });
  expectAnswer(checks, 'the API sets a limit', await operator('PATCH', path, change), {
    status: 200,
    body: { changed: true },
  });
  expectAnswer(checks, 'the API keeps to an ETag', await operator('PATCH', path, change), { status: 412 });
  const freeze = { headers: { ...because, 'idempotency-key': `freeze-${id}` } };
  for (const time of ['once', 'and once more by the same key'])
    expectAnswer(checks, `the API freezes launches, ${time}`, await operator('POST', '/launches/freeze', freeze), {
      status: 200,
      body: { enabled: false },
    });
  expectAnswer(
    checks,
    'the API lets launches go on',
    await operator('POST', '/launches/unfreeze', { headers: because }),
    { status: 200, body: { enabled: true } },
  );
  expectAnswer(checks, 'the API reaches all that it stands on', await operator('GET', '/health/deep'), {
    status: 200,
    body: { status: 'ok' },
  });
  await upgradeByHand(id);
  for (const [what, via, reason] of [
    ['a change through the API', 'api', because['x-reason']],
    ["an edit by the README's update-item command", 'table', undefined],
  ] as const) {
    const expectation = `${what} is in the audit trail, as mtr shows it`;
    await poller.until(expectation, async () => {
      const { out } = await mtr('audit', 'search', '--tenant', String(id));
      const rows: unknown = object(JSON.parse(out))?.['rows'];
      const found = (Array.isArray(rows) ? rows : []).map((row) => object(row));
      return found.some((row) => row?.['via'] === via && row['reason'] === reason) ? true : undefined;
    });
    checks.check(expectation, true);
  }
}

async function callAsJob(
  { checks, user, poller }: ScenarioContext,
  { tenant, other, sandbox }: { readonly tenant: Tenant; readonly other: number; readonly sandbox: SandboxFile },
): Promise<void> {
  const { tenants } = apisOf(sandbox);
  const job = await user.queue({ installationId: tenant.id, size: 'small', seconds: 0 });
  const audience = sandbox.prefix;
  const token = await user.tokenOf(job, { audience });
  const own = `/tenants/${tenant.id}`;
  const client = bearerClient(tenants, token);
  expectAnswer(checks, "the API knows a workflow job's tenant by its token", await client('GET', '/me'), {
    status: 200,
    body: { role: 'tenant-user', installation_id: tenant.id },
  });
  const ofPull = bearerClient(tenants, await user.tokenOf(job, { audience, event: 'pull_request' }));
  const forOthers = bearerClient(tenants, await user.tokenOf(job, { audience: 'sts.amazonaws.com' }));
  const [head, claims, signature = ''] = token.split('.');
  const forged = bearerClient(tenants, `${head}.${claims}.${[...signature].reverse().join('')}`);
  for (const [who, answer, status] of [
    ["a job's token for its own tenant", await client('GET', own), 200],
    ["a job's token for its tenant's jobs", await client('GET', `${own}/jobs?open=true`), 200],
    ["a job's token for its own job", await client('GET', `${own}/jobs/${job}/why`), 200],
    ["a job's token for the audit trail", await client('GET', `${own}/audit`), 403],
    ["a job's token for all tenants", await client('GET', '/tenants'), 403],
    ["a job's token to change its tenant", await client('PATCH', own, { body: { max_runners: 50 } }), 403],
    ["a job's token for another tenant", await client('GET', `/tenants/${other}`), 403],
    ["a pull request's token", await ofPull('GET', own), 401],
    ['a token for another audience', await forOthers('GET', own), 401],
    ['a token that no one signed', await forged('GET', own), 401],
    ['no token', await bearerClient(tenants, undefined)('GET', own), 401],
    ['no token, about its health', await bearerClient(tenants, undefined)('GET', '/health'), 200],
  ] as const)
    expectAnswer(checks, `the tenants' API answers ${who} with ${status}`, answer, { status });
  await poller.until('the job whose token it was is over', async () =>
    (await user.jobs(tenant.id)).every(({ status }) => status === 'completed') ? true : undefined,
  );
  expectAnswer(checks, 'the API shows how a job went', await client('GET', `${own}/jobs/${job}`), { status: 200 });
}

export function expectAnswer(
  checks: Checks,
  expectation: string,
  { status, body }: ApiAnswer,
  expected: { readonly status: number; readonly body?: Readonly<Record<string, unknown>> },
): void {
  const holds = Object.entries(expected.body ?? {}).every(([name, value]) => object(body)?.[name] === value);
  checks.check(expectation, status === expected.status && holds, JSON.stringify({ status, body }));
}
