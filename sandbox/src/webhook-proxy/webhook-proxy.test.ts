import { createHmac } from 'node:crypto';
import examples from '@octokit/webhooks-examples';
import { listen, type Answer, type Call, type Listening } from '../lib/http';
import { runGitHub, WEBHOOK_SECRET, type RunningGitHub } from '../../test/running-github';
import { createWebhookProxy } from './webhook-proxy';

const LABELS = ['self-hosted', 'linux', 'x64', 'small'];
let running: RunningGitHub;
let api: Listening;
let proxy: Listening;
let arrived: Call[];
let answer: Answer;
let target: string | undefined;
beforeEach(async () => {
  running = await runGitHub();
  arrived = [];
  answer = { status: 202, body: { message: 'queued' }, headers: { 'x-from': 'the api' } };
  api = await listen(0, (call) => {
    arrived.push(call);
    return answer;
  });
  target = `http://127.0.0.1:${api.port}/somewhere/webhook`;
  proxy = await listen(
    0,
    createWebhookProxy({ github: running.github, webhookSecret: WEBHOOK_SECRET, target: () => target }),
  );
});
afterEach(() => Promise.all([running.close(), api.close(), proxy.close()]));

function send(
  event: string,
  payload: unknown,
  { secret = WEBHOOK_SECRET, guid = 'a-delivery-of-another-program' } = {},
): Promise<Response> {
  const body = JSON.stringify(payload);
  return fetch(`http://127.0.0.1:${proxy.port}/webhook`, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'X-GitHub-Event': event,
      'X-GitHub-Delivery': guid,
      'X-Hub-Signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
    },
  });
}

const account = { login: 'acme', id: 4242, type: 'Organization' };
const lifecycle = (action: string, id = 77) => ({ action, installation: { id, account, target_type: 'Organization' } });
const job = (action: string, more = {}, id = 77) => ({
  action,
  installation: { id },
  repository: { id: 9, name: 'app', private: true, owner: account },
  workflow_job: { id: 1001, run_id: 1000, labels: LABELS, status: action, conclusion: null, name: 'build', ...more },
});

it('passes a webhook on byte for byte, and the answer back', async () => {
  const body = '{"action": "created",\n  "text": "é"}';
  const response = await fetch(`http://127.0.0.1:${proxy.port}/webhook`, {
    method: 'POST',
    body,
    headers: {
      'x-github-event': 'ping',
      'x-hub-signature-256': 'sha256=wrong',
      'content-type': 'application/x-www-form-urlencoded',
    },
  });
  expect(arrived[0]).toMatchObject({
    method: 'POST',
    path: '/somewhere/webhook',
    headers: {
      'x-github-event': 'ping',
      'x-hub-signature-256': 'sha256=wrong',
      'content-type': 'application/x-www-form-urlencoded',
    },
  });
  expect(arrived[0]?.body.toString()).toBe(body);
  expect(response.status).toBe(202);
  expect(response.headers.get('x-from')).toBe('the api');
  expect(await response.json()).toEqual({ message: 'queued' });
});

it('says that the API is not there yet, or does not answer', async () => {
  target = undefined;
  expect((await send('ping', {})).status).toBe(503);
  target = 'http://127.0.0.1:1/webhook';
  expect((await send('ping', {})).status).toBe(502);
});

it('learns an installation and what becomes of it', async () => {
  const state = (): string | undefined => running.github.store.installations.get(77)?.state;
  await send('installation', lifecycle('created'));
  expect(running.github.store.installations.get(77)).toMatchObject({ state: 'active', account });
  await send('installation', lifecycle('suspend'));
  expect(state()).toBe('suspended');
  await send('installation', lifecycle('unsuspend'));
  expect(state()).toBe('active');
  await send('installation_target', {
    action: 'renamed',
    account: { ...account, login: 'acme-corp' },
    changes: { login: { from: 'acme' } },
    installation: { id: 77 },
  });
  expect(running.github.store.installations.get(77)?.account.login).toBe('acme-corp');
  await send('installation', lifecycle('deleted'));
  await send('installation', lifecycle('created'));
  expect(state()).toBe('deleted');
  expect(running.sent).toEqual([]);
});

it('takes a second installation of one account for the end of the first', async () => {
  await send('installation', lifecycle('created'));
  await send('installation', lifecycle('created', 78));
  expect([...running.github.store.installations.values()].map((one) => [one.id, one.state])).toEqual([
    [77, 'deleted'],
    [78, 'active'],
  ]);
});

it('learns a job of an installed tenant once, and its end', async () => {
  await send('installation', lifecycle('created'));
  await send('workflow_job', job('queued'));
  await send('workflow_job', job('queued'));
  expect([...running.github.store.jobs.values()]).toMatchObject([
    { id: 1001, status: 'queued', labels: LABELS, installationId: 77 },
  ]);
  await send('workflow_job', job('completed', { conclusion: 'cancelled' }));
  expect(running.github.store.jobs.get(1001)).toMatchObject({ status: 'completed', conclusion: 'cancelled' });
  expect(running.sent).toEqual([]);
});

it('learns a gated job as waiting, and the opening of its gate', async () => {
  await send('installation', lifecycle('created'));
  await send('workflow_job', job('queued', { status: 'waiting' }));
  expect(running.github.store.jobs.get(1001)?.status).toBe('waiting');
  await send('workflow_job', job('queued'));
  expect(running.github.store.jobs.get(1001)?.status).toBe('queued');
  await send('workflow_job', job('waiting', { status: 'waiting' }));
  expect(running.github.store.jobs.get(1001)?.status).toBe('waiting');
});

it('learns a user account from a real sample', async () => {
  const sample = examples
    .find((entry) => entry.name === 'installation')
    ?.examples.find((one) => 'action' in one && one.action === 'created');
  await send('installation', sample);
  const [installation] = running.github.store.installations.values();
  expect(installation).toMatchObject({
    account: { login: 'Codertocat', type: 'User' },
    permissions: { administration: 'write', actions: 'read' },
  });
});

it('learns nothing from a badly signed body, which is passed on all the same', async () => {
  await send('installation', lifecycle('created'), { secret: 'guessed' });
  expect(running.github.store.installations.size).toBe(0);
  expect(arrived).toHaveLength(1);
});

it('learns no job of an installation that was never created, or of another', async () => {
  await send('workflow_job', job('queued'));
  expect(running.github.store.jobs.size).toBe(0);
  await send('installation', lifecycle('created'));
  await send('workflow_job', job('queued'));
  await send('workflow_job', job('completed', {}, 78));
  expect(running.github.store.jobs.get(1001)?.status).toBe('queued');
});

it('learns nothing from what is ours', async () => {
  running.github.install({ login: 'ours', type: 'Organization', id: 77 });
  await running.github.deliveries.settled();
  const guid = running.sent[0]?.headers['X-GitHub-Delivery'] ?? '';
  await send('installation', lifecycle('deleted'), { guid });
  expect(running.github.store.installations.get(77)?.state).toBe('active');
});

it.each([
  ['null'],
  ['[]'],
  ['"text"'],
  ['{"action":"created","installation":{"id":"x"}}'],
  ['{"action":"created","installation":{"id":5,"account":{"slug":"enterprise"}}}'],
  ['not json'],
])('takes %s without learning or failing', async (body) => {
  const signature = `sha256=${createHmac('sha256', WEBHOOK_SECRET).update(body).digest('hex')}`;
  const response = await fetch(`http://127.0.0.1:${proxy.port}/webhook`, {
    method: 'POST',
    body,
    headers: { 'x-github-event': 'installation', 'x-hub-signature-256': signature },
  });
  expect(response.status).toBe(202);
  expect(running.github.store.installations.size).toBe(0);
});
