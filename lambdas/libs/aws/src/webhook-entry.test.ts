import { createStubClient } from '@multi-tenant-runner/testing';
import { createWebhookEntry } from './webhook-entry';

const DELIVERY = { headers: { 'x-github-event': 'push' }, body: '{}', sourceIp: '192.0.2.1' };
const answering = (payload: unknown, more: object = {}) =>
  createStubClient(() => ({ Payload: Buffer.from(JSON.stringify(payload)), ...more }));

it('calls the webhook function as API Gateway does, and passes on what it says', async () => {
  const client = answering({ statusCode: 202, body: JSON.stringify({ message: 'Accepted.' }) });
  await expect(createWebhookEntry(client, 'test-webhook').deliver(DELIVERY)).resolves.toEqual({
    status: 202,
    said: 'Accepted.',
  });
  const input = client.sent[0]?.input;
  expect(input?.['FunctionName']).toBe('test-webhook');
  expect(JSON.parse(String(input?.['Payload']))).toMatchObject({
    headers: DELIVERY.headers,
    body: '{}',
    requestContext: { http: { sourceIp: '192.0.2.1' } },
  });
});

it('fails where the function does', async () => {
  const failed = answering({ errorMessage: 'x' }, { FunctionError: 'Unhandled' });
  await expect(createWebhookEntry(failed, 'test-webhook').deliver(DELIVERY)).rejects.toThrow('test-webhook failed');
});
