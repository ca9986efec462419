import { MINUTE, SECOND } from '@multi-tenant-runner/core';
import { awsError, createStubClient, createTestClock, type StubAnswer } from '@multi-tenant-runner/testing';
import { createCallbackUrls } from './callback-urls';

const URL = 'https://hooks.acme.com/runners';

function createWorld() {
  const state: { answer: StubAnswer } = { answer: { Item: { callback_url: { S: URL } } } };
  const client = createStubClient(() => state.answer);
  const clock = createTestClock();
  return { state, client, clock, urlOf: createCallbackUrls({ client, tableName: 'test-tenants', clock }) };
}

test('is what the row says, read consistently', async () => {
  const { client, urlOf } = createWorld();
  await expect(urlOf(1001)).resolves.toBe(URL);
  expect(client.sent).toMatchObject([
    {
      name: 'GetItem',
      input: { TableName: 'test-tenants', Key: { installation_id: { N: '1001' } }, ConsistentRead: true },
    },
  ]);
});

test('is nowhere without a row, and with one that names none', async () => {
  const { state, urlOf } = createWorld();
  state.answer = {};
  await expect(urlOf(1001)).resolves.toBeUndefined();
  state.answer = { Item: { installation_id: { N: '1002' } } };
  await expect(urlOf(1002)).resolves.toBeUndefined();
});

test('is remembered for half a minute, for each tenant its own', async () => {
  const { state, client, clock, urlOf } = createWorld();
  await urlOf(1001);
  state.answer = {};
  clock.advance(29 * SECOND);
  await expect(urlOf(1001)).resolves.toBe(URL);
  await expect(urlOf(1002)).resolves.toBeUndefined();
  clock.advance(2 * SECOND);
  await expect(urlOf(1001)).resolves.toBeUndefined();
  expect(client.sent).toHaveLength(3);
});

test('is asked for again after a read that failed', async () => {
  const { state, clock, urlOf } = createWorld();
  const { answer } = state;
  state.answer = awsError('ProvisionedThroughputExceededException', 400);
  await expect(urlOf(1001)).rejects.toThrow('ProvisionedThroughputExceeded');
  state.answer = answer;
  await expect(urlOf(1001)).resolves.toBe(URL);
  clock.advance(MINUTE);
  state.answer = awsError('ProvisionedThroughputExceededException', 400);
  await expect(urlOf(1001)).rejects.toThrow('ProvisionedThroughputExceeded');
});
