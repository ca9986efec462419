import fc from 'fast-check';
import {
  createInMemoryCallbackHealth,
  createRecordingLog,
  createRecordingMetrics,
  createTestClock,
} from '@multi-tenant-runner/testing';
import { MINUTE } from '@multi-tenant-runner/core';
import type { QueueRecord } from '@multi-tenant-runner/runtime';
import { Webhook } from 'standardwebhooks';
import { MAX_TRIES, retryAfter } from './decide-retry';
import { createHandler } from './handler';
import type { Post } from './post';

const context = { awsRequestId: 'r', getRemainingTimeInMillis: () => 30_000 };
const SECRET = 'whsec_Zmlyc3QgZmlyc3QgZmlyc3Q=';

const record = (number: number, installationId = 1001, tries = 1) => ({
  messageId: `m${number}`,
  receiptHandle: `r${number}`,
  body: JSON.stringify({ id: `e${number}`, type: 'job.parked', installation_id: installationId, data: {} }),
  attributes: { ApproximateReceiveCount: String(tries), MessageGroupId: String(installationId) },
});

function createWorld(answer: (post: Post) => Promise<number> = async () => 200) {
  const posts: Post[] = [];
  const delays = new Map<string, number>();
  const [log, metrics, clock] = [createRecordingLog(), createRecordingMetrics(), createTestClock()];
  const urls = new Map<number, string>([
    [1001, 'https://hooks.acme.com/runners'],
    [1002, 'https://hooks.globex.com/runners'],
  ]);
  const secrets = new Map([1001, 1002].map((id) => [id, SECRET]));
  const addresses = new Map([...urls.values()].map((url) => [new URL(url).hostname, ['8.8.8.8']]));
  const health = createInMemoryCallbackHealth();
  const deps = {
    health,
    callbackUrl: async (installationId: number) => urls.get(installationId),
    storedSecrets: async (installationId: number) => secrets.get(installationId),
    resolver: { resolve4: async (name: string) => addresses.get(name) ?? [], resolve6: async () => [] },
    post: async (sent: Post) => {
      posts.push(sent);
      return answer(sent);
    },
    delay: async ({ receiptHandle = '' }: QueueRecord, seconds: number) => void delays.set(receiptHandle, seconds),
    timeout: 5_000,
    random: () => 1,
    clock,
    log,
    metrics,
  };
  return { deps, posts, delays, urls, secrets, addresses, health, log, metrics, clock, handler: createHandler(deps) };
}

const failuresOf = (response: { readonly batchItemFailures: readonly { readonly itemIdentifier: string }[] }) =>
  response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);

test('sends an event to its tenant, signed, at the address that was looked at', async () => {
  const world = createWorld();
  expect(failuresOf(await world.handler({ Records: [record(1)] }, context))).toEqual([]);
  const [sent] = world.posts;
  expect(sent).toMatchObject({ to: { address: '8.8.8.8', family: 4 }, body: record(1).body });
  expect(sent?.url.href).toBe('https://hooks.acme.com/runners');
  expect(sent?.headers['webhook-id']).toBe('e1');
  const { id, body } = { id: 'e1', body: record(1).body };
  const expected = new Webhook(SECRET).sign(id, world.clock.now(), body);
  expect(sent?.headers['webhook-signature']).toBe(expected);
});

test('sends each tenant its own events, to its own endpoint', async () => {
  const world = createWorld();
  await world.handler({ Records: [record(1, 1001), record(2, 1002), record(3, 1003)] }, context);
  const sent = world.posts.map(({ url, body }) => [url.hostname, JSON.parse(body).installation_id]);
  expect(sent).toEqual([
    ['hooks.acme.com', 1001],
    ['hooks.globex.com', 1002],
  ]);
});

test('signs with the old secret too while it counts, and then no more', async () => {
  const world = createWorld();
  const until = new Date(world.clock.now().getTime() + MINUTE).toISOString();
  world.secrets.set(1001, `whsec_bmV3IG5ldyBuZXcgbmV3\n${SECRET} ${until}`);
  await world.handler({ Records: [record(1)] }, context);
  world.clock.advance(2 * MINUTE);
  await world.handler({ Records: [record(2)] }, context);
  expect(world.posts.map(({ headers }) => headers['webhook-signature']?.split(' ').length)).toEqual([2, 1]);
});

test.each([301, 302, 400, 404, 410, 500, 503])('tries again later where the endpoint answers %d', async (status) => {
  const world = createWorld(async () => status);
  expect(failuresOf(await world.handler({ Records: [record(1)] }, context))).toEqual(['m1']);
  expect(world.delays.get('r1')).toBe(5);
  expect(world.metrics.total('CallbackFailed')).toBe(1);
});

test('gives an event up after its last try, visibly', async () => {
  const world = createWorld(async () => 500);
  await world.handler({ Records: [record(1, 1001, MAX_TRIES)] }, context);
  expect(world.metrics.total('CallbackGivenUp')).toBe(1);
  expect(world.metrics.total('CallbackFailed')).toBe(0);
  expect(world.delays.get('r1')).toBe(0);
});

test('lets tenant and operator see since when and why calls fail, what was given up, and the end of it', async () => {
  let status = 500;
  const world = createWorld(async () => status);
  const failingSince = world.clock.now().toISOString();
  await world.handler({ Records: [record(1)] }, context);
  await expect(world.health.get(1001)).resolves.toEqual({ failingSince, reason: 'it answered 500' });
  world.clock.advance(MINUTE);
  await world.handler({ Records: [record(2, 1001, MAX_TRIES)] }, context);
  const givenUp = { reason: 'it answered 500', givenUp: 1, givenUpAt: world.clock.now().toISOString() };
  await expect(world.health.get(1001)).resolves.toEqual({ failingSince, ...givenUp });
  status = 200;
  await world.handler({ Records: [record(3)] }, context);
  await expect(world.health.get(1001)).resolves.toEqual(givenUp);
});

test('notes what is new of an endpoint, not each call', async () => {
  const statuses = [200, 200, 500, 500, 404, 200, 200];
  const world = createWorld(async () => statuses.shift() ?? 200);
  const noted: string[] = [];
  const handler = createHandler({
    ...world.deps,
    health: {
      recordFailure: async (_id, reason) => void noted.push(reason),
      recordGivenUp: async () => void noted.push('given up'),
      recordArrival: async () => void noted.push('arrived'),
    },
  });
  for (const number of [1, 2, 3, 4, 5]) await handler({ Records: [record(number)] }, context);
  world.clock.advance(MINUTE);
  for (const number of [6, 7]) await handler({ Records: [record(number)] }, context);
  expect(noted).toEqual(['arrived', 'it answered 500', 'it answered 404', 'arrived']);
});

test('sends no event again because what is noted of its endpoint could not be written', async () => {
  const world = createWorld();
  const recordArrival = async (): Promise<never> => Promise.reject(new Error('throttled'));
  const handler = createHandler({ ...world.deps, health: { ...world.health, recordArrival } });
  expect(failuresOf(await handler({ Records: [record(1)] }, context))).toEqual([]);
});

test('gives up with a reason also an event whose last try falls into a pause', async () => {
  const world = createWorld(async () => 500);
  for (const number of [1, 2, 3]) await world.handler({ Records: [record(number)] }, context);
  await world.handler({ Records: [record(4, 1001, MAX_TRIES)] }, context);
  expect(world.posts).toHaveLength(3);
  expect(world.metrics.counted.at(-1)).toMatchObject({
    name: 'CallbackGivenUp',
    properties: { tenant_id: 1001, reason: 'it answered 500' },
  });
});

test.each(['callbackUrl', 'storedSecrets'] as const)('blames no endpoint where our own %s fails', async (port) => {
  const world = createWorld();
  const handler = createHandler({ ...world.deps, [port]: async () => Promise.reject(new Error('throttled')) });
  const records = Array.from({ length: 5 }, (_, index) => record(index));
  expect(failuresOf(await handler({ Records: records }, context))).toHaveLength(5);
  expect(world.metrics.counted).toEqual([]);
  await world.handler({ Records: [record(6)] }, context);
  expect(world.posts).toHaveLength(1);
});

test.each<[string, (world: ReturnType<typeof createWorld>) => void]>([
  ['a name that stands for a private address', ({ addresses }) => addresses.set('hooks.acme.com', ['10.0.0.1'])],
  ['a name without an address', ({ addresses }) => addresses.delete('hooks.acme.com')],
  ['plain HTTP that a hand wrote', ({ urls }) => urls.set(1001, 'http://hooks.acme.com/')],
  ['an address that a hand wrote', ({ urls }) => urls.set(1001, 'https://2130706433/')],
  ['no address at all', ({ urls }) => urls.set(1001, 'nowhere')],
  ['no secret', ({ secrets }) => secrets.clear()],
])('calls nobody for %s', async (_what, prepare) => {
  const world = createWorld();
  prepare(world);
  expect(failuresOf(await world.handler({ Records: [record(1)] }, context))).toEqual(['m1']);
  expect(world.posts).toEqual([]);
});

test('says nothing of what an endpoint said, or of where its name leads', async () => {
  const world = createWorld(async () => Promise.reject(Object.assign(new Error('10.1.2.3 says hush'), { code: 'X' })));
  world.addresses.set('hooks.globex.com', ['10.9.9.9']);
  await world.handler({ Records: [record(1), record(2, 1002)] }, context);
  expect(JSON.stringify([world.log.lines, world.metrics.counted])).not.toMatch(/10\.1\.2\.3|10\.9\.9\.9|hush/);
});

test("an endpoint that never answers holds up nobody else's event, and its own for its few seconds", async () => {
  const never = new Promise<number>(() => undefined);
  const world = createWorld(async ({ url }) => (url.hostname === 'hooks.acme.com' ? never : 200));
  const handler = createHandler({ ...world.deps, timeout: 50 });
  const response = await handler({ Records: [record(1), record(2, 1002), record(3)] }, context);
  expect(failuresOf(response)).toEqual(['m1', 'm3']);
  expect(world.posts.map(({ url }) => url.hostname)).toContain('hooks.globex.com');
  expect(world.metrics.counted.map(({ properties }) => properties['reason'])).toEqual([
    'it did not answer in time',
    'it did not answer in time',
  ]);
});

test('leaves an endpoint alone for a minute that failed three times in a row, and only that one', async () => {
  const world = createWorld(async ({ url }) => (url.hostname === 'hooks.acme.com' ? 500 : 200));
  for (const number of [1, 2, 3]) await world.handler({ Records: [record(number)] }, context);
  await world.handler({ Records: [record(4), record(5, 1002)] }, context);
  expect(world.posts.map(({ url }) => url.hostname)).toEqual([
    'hooks.acme.com',
    'hooks.acme.com',
    'hooks.acme.com',
    'hooks.globex.com',
  ]);
  expect(world.delays.get('r4')).toBeGreaterThan(0);
  world.clock.advance(MINUTE);
  await world.handler({ Records: [record(4)] }, context);
  expect(world.posts).toHaveLength(5);
});

test('leaves a message that is no event to the dead letters', async () => {
  const world = createWorld();
  const response = await world.handler({ Records: [{ messageId: 'm1', body: '{"id":1}' }] }, context);
  expect(failuresOf(response)).toEqual(['m1']);
  expect(world.metrics.total('MessageDropped')).toBe(1);
});

test('waits longer after each try, never more than an hour, and four hours in all', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: MAX_TRIES }), fc.double({ min: 0, max: 1, noNaN: true }), (tries, luck) => {
      const seconds = retryAfter(tries, luck);
      expect(seconds).toBeGreaterThanOrEqual(2);
      expect(seconds).toBeLessThanOrEqual(3_600);
      if (tries > 1) expect(retryAfter(tries, 0)).toBeGreaterThanOrEqual(retryAfter(tries - 1, 0));
    }),
  );
  const all = Array.from({ length: MAX_TRIES - 1 }, (_, index) => retryAfter(index + 1, 1));
  expect(all).toEqual([5, 20, 80, 320, 1_280, 3_600, 3_600, 3_600, 3_600]);
});
