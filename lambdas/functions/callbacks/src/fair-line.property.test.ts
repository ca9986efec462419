import fc from 'fast-check';
import {
  createInMemoryCallbackHealth,
  createRecordingLog,
  createRecordingMetrics,
  createTestClock,
} from '@multi-tenant-runner/testing';
import { MINUTE, SECOND } from '@multi-tenant-runner/core';
import { MAX_TRIES } from './decide-retry';
import { createHandler } from './handler';

const context = { awsRequestId: 'r', getRemainingTimeInMillis: () => 60_000 };
const TIMEOUT = 5 * SECOND;
const AT_ONCE = 10;
const TENANTS = [1001, 1002, 1003, 1004];
type Endpoint = 'well' | 'failing' | 'never answers' | 'has a private address' | 'has no secret';
const ENDPOINTS: readonly Endpoint[] = ['well', 'failing', 'never answers', 'has a private address', 'has no secret'];

interface Message {
  readonly id: string;
  readonly installationId: number;
  readonly sentAt: number;
  tries: number;
  dueAt: number;
}

/** The queue and one container behind it, on a virtual clock: a batch takes as long as its slowest call. */
function createLine(endpoints: ReadonlyMap<number, Endpoint>) {
  const clock = createTestClock();
  const start = clock.now().getTime();
  const now = (): number => clock.now().getTime() - start;
  const calls: { readonly installationId: number; readonly at: number }[] = [];
  const messages: Message[] = [];
  const arrived = new Map<string, number>();
  const dead: Message[] = [];
  const metrics = createRecordingMetrics();
  const kindOf = (name: string): Endpoint => endpoints.get(Number(/\d+/.exec(name)?.[0])) ?? 'well';
  let slowest = 0;
  const handler = createHandler({
    callbackUrl: async (installationId) => `https://hooks-${installationId}.acme.com/`,
    storedSecrets: async (installationId) =>
      endpoints.get(installationId) === 'has no secret' ? undefined : 'whsec_Zmlyc3QgZmlyc3Q=',
    resolver: {
      resolve4: async (name) => [kindOf(name) === 'has a private address' ? '169.254.169.254' : '8.8.8.8'],
      resolve6: async () => [],
    },
    post: async ({ url }) => {
      const kind = kindOf(url.hostname);
      calls.push({ installationId: Number(/\d+/.exec(url.hostname)?.[0]), at: now() });
      if (kind === 'never answers') {
        slowest = TIMEOUT;
        throw new Error('aborted');
      }
      slowest = Math.max(slowest, 100);
      return kind === 'well' ? 200 : 500;
    },
    health: createInMemoryCallbackHealth(),
    delay: async ({ receiptHandle }, seconds) => {
      const message = messages.find(({ id }) => id === receiptHandle);
      if (message !== undefined) message.dueAt = now() + seconds * SECOND;
    },
    timeout: TIMEOUT,
    random: () => 1,
    clock,
    log: createRecordingLog(),
    metrics,
  });
  const receive = async (): Promise<void> => {
    const due = messages.filter(({ dueAt }) => dueAt <= now()).slice(0, AT_ONCE);
    if (due.length === 0) return void clock.advance(Math.min(...messages.map(({ dueAt }) => dueAt)) - now());
    slowest = 10;
    for (const message of due) message.tries += 1;
    const records = due.map(({ id, installationId, tries }) => ({
      messageId: id,
      receiptHandle: id,
      body: JSON.stringify({ id, installation_id: installationId }),
      attributes: { ApproximateReceiveCount: String(tries) },
    }));
    const { batchItemFailures } = await handler({ Records: records }, context);
    clock.advance(slowest);
    const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    for (const message of due) {
      if (failed.has(message.id) && message.tries < MAX_TRIES) continue;
      messages.splice(messages.indexOf(message), 1);
      if (failed.has(message.id)) dead.push(message);
      else arrived.set(message.id, now() - message.sentAt);
    }
  };
  const run = async (sent: readonly number[]): Promise<void> => {
    for (const [index, installationId] of sent.entries())
      messages.push({ id: `e${index}`, installationId, sentAt: 0, tries: 0, dueAt: 0 });
    while (messages.length > 0) await receive();
  };
  return { run, calls, arrived, dead, metrics };
}

const world = fc.tuple(
  fc.array(fc.constantFrom(...ENDPOINTS), { minLength: TENANTS.length, maxLength: TENANTS.length }),
  fc.array(fc.constantFrom(...TENANTS), { minLength: 1, maxLength: 60 }),
);

test('of each tenant every event arrives once, or is given up after ten tries with a reason', async () => {
  await fc.assert(
    fc.asyncProperty(world, async ([kinds, sent]) => {
      const endpoints = new Map(TENANTS.map((id, index) => [id, kinds[index] ?? 'well'] as const));
      const line = createLine(endpoints);
      await line.run(sent);
      const isWell = (id: number): boolean => endpoints.get(id) === 'well';
      expect(line.arrived.size).toBe(sent.filter(isWell).length);
      expect(line.calls.filter(({ installationId }) => isWell(installationId))).toHaveLength(line.arrived.size);
      expect(line.dead.every(({ installationId, tries }) => !isWell(installationId) && tries === MAX_TRIES)).toBe(true);
      const givenUp = line.metrics.counted.filter(({ name }) => name === 'CallbackGivenUp');
      expect(givenUp).toHaveLength(line.dead.length);
      expect(givenUp.every(({ properties }) => String(properties['reason']).startsWith('it'))).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test('an endpoint that never answers is called for one batch, then left alone: nobody waits longer', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 300 }), async (ahead) => {
      const line = createLine(new Map([[1001, 'never answers']]));
      await line.run([...Array<number>(ahead).fill(1001), 1002]);
      // However many wait before it: one batch of calls, and what is put off at once.
      expect(line.arrived.get(`e${ahead}`)).toBeLessThanOrEqual(TIMEOUT + ahead * 10 + 200);
      for (const { at } of line.calls) {
        const within = line.calls.filter((one) => one.installationId === 1001 && one.at >= at && one.at < at + MINUTE);
        expect(within.length).toBeLessThanOrEqual(AT_ONCE);
      }
    }),
    { numRuns: 25 },
  );
});
