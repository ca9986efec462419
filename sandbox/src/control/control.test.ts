import { runGitHub, type RunningGitHub } from '../../test/running-github';

const LABELS = ['self-hosted', 'linux', 'x64', 'small'];
let running: RunningGitHub;
beforeEach(async () => (running = await runGitHub()));
afterEach(() => running.close());

async function call(
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await fetch(`${running.url}/_control${path}`, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const content = await answer.text();
  return { status: answer.status, body: content === '' ? {} : JSON.parse(content) };
}
const install = async (login = 'acme', more = {}): Promise<number> =>
  Number((await call('POST', '/installations', { account: { login }, ...more })).body['id']);
const events = async (): Promise<readonly string[]> => {
  await running.github.deliveries.settled();
  return running.sent.map((one) => `${one.event}.${String(one.payload['action'])}`);
};

it('installs, suspends, lifts, renames and removes, and sends the webhook of each', async () => {
  const id = await install('acme', { id: 12345 });
  expect(id).toBe(12345);
  expect((await call('POST', `/installations/${id}/suspend`)).body).toMatchObject({ status: 'suspended' });
  expect((await call('POST', `/installations/${id}/suspend`)).status).toBe(409);
  expect((await call('POST', `/installations/${id}/unsuspend`)).body).toMatchObject({ status: 'active' });
  expect((await call('POST', `/installations/${id}/rename`, { login: 'acme-corp' })).body).toMatchObject({
    account: { login: 'acme-corp' },
  });
  expect((await call('DELETE', `/installations/${id}`)).body).toMatchObject({ status: 'deleted' });
  expect((await call('GET', `/installations/${id}`)).body).toMatchObject({ status: 'deleted' });
  expect(await events()).toEqual([
    'installation.created',
    'installation.suspend',
    'installation.unsuspend',
    'installation_target.renamed',
    'installation.deleted',
  ]);
});

it('gives an account one installation at a time, and a new id to the next', async () => {
  const first = await install();
  expect((await call('POST', '/installations', { account: { login: 'ACME' } })).status).toBe(409);
  await call('DELETE', `/installations/${first}`);
  const second = await call('POST', '/installations', { account: { login: 'acme' } });
  expect(second.status).toBe(201);
  expect(second.body['id']).not.toBe(first);
  expect(second.body['account']).toEqual((await call('GET', `/installations/${first}`)).body['account']);
});

it.each([
  ['/installations', {}, 'account.login'],
  ['/installations', { account: { login: 'x', type: 'Team' } }, 'account.type'],
  ['/installations', { account: { login: 'x' }, id: 'seven' }, 'id'],
  ['/installations', { account: { login: 'x', id: 'seven' } }, 'account.id'],
  ['/installations', { account: { login: 'x', name: 'y' } }, 'account.name'],
  ['/installations', { account: { login: 'x' }, permissions: { actions: 'admin' } }, 'permissions.actions'],
  ['/installations', { account: { login: 'x' }, repositories: 'app' }, 'repositories'],
  ['/installations', { account: 'x' }, 'account'],
  ['/jobs', {}, 'installation_id'],
  ['/jobs', { installation_id: 1, labels: 'small' }, 'labels'],
  ['/jobs', { installation_id: 1, labels: LABELS, seconds: -1 }, 'seconds'],
  ['/jobs', { installation_id: 1, labels: LABELS, second: 3 }, 'second'],
  ['/jobs', { installation_id: 1, labels: LABELS, gate: 'yes' }, 'gate'],
  ['/jobs', { installation_id: 1, labels: LABELS, name: 7 }, 'name'],
  ['/jobs?installation_id=1', { installation_id: 1, labels: LABELS }, '?installation_id'],
])('POST %s %j names what is wrong: %s', async (path, body, name) => {
  const answer = await call('POST', path, body);
  expect(answer.status).toBe(400);
  expect(String(answer.body['message'])).toMatch(new RegExp(`^${name.replace('?', '[?]')}: `));
});

it.each([
  [
    'PUT',
    '/settings',
    { job_seconds: 'long' },
    'job_seconds: not a number of at least 0 (null: until finished on request).',
  ],
  ['PUT', '/settings', { lost_runner_seconds: null }, 'lost_runner_seconds: not a number of at least 0.'],
  ['PUT', '/settings', { seconds: 3 }, 'seconds: unknown here; known are job_seconds, lost_runner_seconds.'],
  ['POST', '/webhook-target', { url: 'nowhere' }, 'url: not an address.'],
  ['POST', '/calls/reset', { since: 0 }, 'since: unknown here; nothing is to be given.'],
  ['POST', '/calls/reset', [], 'The body is no JSON object.'],
  ['GET', '/jobs?state=queued', undefined, '?state: unknown here; known are installation_id, status.'],
  ['GET', '/runners?installation_id=acme', undefined, '?installation_id: not an integer.'],
])('%s %s %j is answered with the field and what is wrong with it', async (method, path, body, message) => {
  expect(await call(method, path, body)).toEqual({ status: 400, body: { message } });
});

it('takes no field that a job can not be given when it ends', async () => {
  const job = await call('POST', '/jobs', { installation_id: await install(), labels: LABELS });
  const finish = `/jobs/${String(job.body['id'])}/finish`;
  expect((await call('POST', finish, { conclusion: 'great' })).body['message']).toMatch(
    /^conclusion: none of success, /,
  );
  expect((await call('POST', finish, {})).body).toMatchObject({ conclusion: 'success' });
});

it('queues a job, of a public repository too, and cancels it', async () => {
  const id = await install();
  const job = await call('POST', '/jobs', {
    installation_id: id,
    labels: LABELS,
    repo: 'site',
    public: true,
    seconds: null,
  });
  expect(job).toMatchObject({ status: 201, body: { status: 'queued', repo: 'site', public: true, seconds: null } });
  expect((await call('POST', `/jobs/${String(job.body['id'])}/cancel`)).body).toMatchObject({
    status: 'completed',
    conclusion: 'cancelled',
  });
  expect((await call('POST', `/jobs/${String(job.body['id'])}/cancel`)).status).toBe(409);
  expect(running.sent.find((one) => one.event === 'workflow_job')?.payload).toMatchObject({
    repository: { name: 'site', private: false, visibility: 'public' },
  });
});

it('holds a job at a gate until it is released', async () => {
  const job = await call('POST', '/jobs', { installation_id: await install(), labels: LABELS, gate: true });
  expect(job.body['status']).toBe('waiting');
  expect((await call('POST', `/jobs/${String(job.body['id'])}/release`)).body['status']).toBe('queued');
  expect((await call('POST', `/jobs/${String(job.body['id'])}/release`)).status).toBe(409);
  expect((await call('POST', `/jobs/${String(job.body['id'])}/hold`)).body['status']).toBe('waiting');
});

it('sets how long jobs run, all or one', async () => {
  expect((await call('GET', '/settings')).body).toEqual({ job_seconds: 3, lost_runner_seconds: 15 });
  expect((await call('PUT', '/settings', { job_seconds: 0.5 })).body).toEqual({
    job_seconds: 0.5,
    lost_runner_seconds: 15,
  });
  expect((await call('PUT', '/settings', { job_seconds: 'long' })).status).toBe(400);
  const job = await call('POST', '/jobs', { installation_id: await install(), labels: LABELS });
  expect(job.body['seconds']).toBe(0.5);
  expect((await call('PUT', `/jobs/${String(job.body['id'])}/length`, { seconds: 9 })).body['seconds']).toBe(9);
});

it('reads jobs, runners, deliveries and calls, of one tenant where asked', async () => {
  const [acme, globex] = [await install('acme'), await install('globex')];
  await call('POST', '/jobs', { installation_id: acme, labels: LABELS });
  await call('POST', '/jobs', { installation_id: globex, labels: LABELS });
  await running.github.deliveries.settled();
  expect((await call('GET', '/jobs')).body).toHaveLength(2);
  expect((await call('GET', `/jobs?installation_id=${acme}&status=queued`)).body).toMatchObject([
    { installation_id: acme },
  ]);
  expect((await call('GET', `/deliveries?installation_id=${globex}`)).body).toMatchObject([
    { event: 'workflow_job' },
    { event: 'installation' },
  ]);
  expect((await call('GET', '/runners')).body).toEqual([]);
  expect((await call('GET', '/checks?installation_id=1')).body).toEqual([]);
  expect((await call('GET', '/machines')).body).toEqual([]);
  await fetch(`${running.url}/app`);
  expect((await call('GET', '/calls')).body).toEqual([{ route: 'GET /app', status: 401, count: 1 }]);
  expect((await call('POST', '/calls/reset')).status).toBe(204);
  expect((await call('GET', '/calls')).body).toEqual([]);
});

it('shows a delivery without its signature and sends it again', async () => {
  await install();
  await running.github.deliveries.settled();
  const [first] = (await call('GET', '/deliveries')).body as unknown as { id: number; guid: string }[];
  const shown = await call('GET', `/deliveries/${first?.id ?? 0}`);
  expect(JSON.stringify(shown.body)).not.toContain('sha256=');
  expect(shown.body).toMatchObject({ request: { payload: { action: 'created' } } });
  expect((await call('POST', `/deliveries/${first?.id ?? 0}/redeliver`)).status).toBe(202);
  await running.github.deliveries.settled();
  expect((await call('GET', '/deliveries')).body).toMatchObject([
    { guid: first?.guid, redelivery: true },
    { guid: first?.guid, redelivery: false },
  ]);
});

it('says what it has', async () => {
  expect((await call('GET', '/health')).body).toEqual({ status: 'ok' });
  expect((await call('GET', '')).body['routes']).toContain('POST /_control/jobs/{id}/cancel');
  expect(await call('GET', '/nothing')).toMatchObject({
    status: 404,
    body: { message: expect.stringContaining('/_control') },
  });
  for (const path of ['/installations/7', '/jobs/7', '/deliveries/7'])
    expect((await call('GET', path)).status).toBe(404);
});

it('says that the webhook target is no address', async () => {
  expect((await call('POST', '/webhook-target', { url: 'nowhere' })).status).toBe(400);
});
