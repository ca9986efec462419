import type { Log } from '@multi-tenant-runner/core';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LeftNothing, comeBackAfter, visibilityOf, type ComeBack } from './come-back';
import { runQueueBatch, type QueueRecord } from './lambda-events';

const MODULE = join(__dirname, '..', '..', '..', '..');
const waits = { lease: 90_000, most: 360_000 };
const warnings: unknown[] = [];
const LOG: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: (message, details) => void warnings.push([message, details]),
  error: () => undefined,
  with: () => LOG,
};
const record = (messageId: string, receives = 1): QueueRecord => ({
  messageId,
  receiptHandle: `handle of ${messageId}`,
  body: '',
  attributes: { ApproximateReceiveCount: String(receives) },
});
const run = (
  records: readonly QueueRecord[],
  handle: (record: QueueRecord) => Promise<void>,
  { delay, left = 1_000 }: { readonly delay: ComeBack['delay']; readonly left?: number },
) =>
  runQueueBatch(records, handle, {
    context: { getRemainingTimeInMillis: () => left + 3_000 },
    log: LOG,
    comeBack: { delay, ...waits },
  });
beforeEach(() => void (warnings.length = 0));

describe('a message that failed comes back', () => {
  it.each([
    ['soon where nothing is held', new LeftNothing(new Error('a')), [15, 60, 240, 360, 360]],
    ['once the lease is over, where there may be one', new Error('a'), [90, 360, 360, 360, 360]],
  ])('%s, and each time later', (_what, cause, seconds) => {
    expect([1, 2, 3, 4, 5].map((receives) => comeBackAfter(cause, receives, waits))).toEqual(seconds);
  });

  it('never before a lease that may stand, nor later than by itself', () => {
    const milliseconds = fc.integer({ min: 1_000, max: 900_000 });
    fc.assert(
      fc.property(milliseconds, milliseconds, fc.integer({ min: 1, max: 9 }), (lease, more, receives) => {
        const most = lease + more;
        const seconds = comeBackAfter(new Error('a'), receives, { lease, most });
        expect(seconds * 1_000).toBeGreaterThanOrEqual(lease);
        expect(seconds).toBeLessThanOrEqual(Math.ceil(most / 1_000));
      }),
    );
  });

  it('at a time of its own, and with its own cause in the log', async () => {
    const delays: unknown[] = [];
    const cause = new Error('EC2 gave no clear answer');
    const response = await run(
      [record('a'), record('b', 2), record('c')],
      async ({ messageId }) => {
        if (messageId === 'a') throw new LeftNothing(cause);
        if (messageId === 'b') throw new Error('b');
      },
      { delay: async ({ receiptHandle }, seconds) => void delays.push([receiptHandle, seconds]) },
    );
    expect(response.batchItemFailures).toEqual([{ itemIdentifier: 'a' }, { itemIdentifier: 'b' }]);
    expect(delays).toEqual([
      ['handle of a', 15],
      ['handle of b', 360],
    ]);
    expect(warnings).toContainEqual(['A record failed and will be retried', { record: 'a', error: cause }]);
  });

  it('also where its time was up, each once', async () => {
    const delays: unknown[] = [];
    const delay: ComeBack['delay'] = async ({ messageId }, seconds) => void delays.push([messageId, seconds]);
    await run(
      [record('fails'), record('hangs')],
      ({ messageId }) => (messageId === 'fails' ? Promise.reject(new Error('a')) : new Promise<void>(() => undefined)),
      { delay, left: 50 },
    );
    expect(delays).toEqual([
      ['fails', 90],
      ['hangs', 90],
    ]);
  });

  it('once, though what was cut off fails after all', async () => {
    const delays: unknown[] = [];
    let fail = (_cause: Error): void => undefined;
    const hanging = new Promise<void>((_resolve, reject) => (fail = reject));
    const delay: ComeBack['delay'] = async ({ messageId }, seconds) => void delays.push([messageId, seconds]);
    await run([record('a')], () => hanging, { delay, left: 20 });
    fail(new Error('a'));
    await expect(hanging).rejects.toThrow();
    expect(delays).toEqual([['a', 90]]);
  });

  it('by itself where SQS is not reached, without holding up the answer to Lambda', async () => {
    const failing = await run([record('a')], () => Promise.reject(new Error('a')), {
      delay: () => Promise.reject(new Error('SQS is down')),
    });
    expect(failing.batchItemFailures).toHaveLength(1);
    const hanging = await run([record('a')], () => new Promise<void>(() => undefined), {
      delay: () => new Promise<void>(() => undefined),
      left: 50,
    });
    expect(hanging.batchItemFailures).toHaveLength(1);
    expect(JSON.stringify(warnings)).toContain('could not be told when to come back');
  });
});

test.each([
  ['sqs.tf', 'for function, seconds in var.lambda.timeout_seconds : function => 6 * seconds'],
  ['modules/apps/events.tf', 'visibility_timeout_seconds = 6 * var.lambda.timeout_seconds'],
])('%s hides messages for as long as the functions take it to', (file, line) => {
  expect(readFileSync(join(MODULE, file), 'utf8').replace(/ +/g, ' ')).toContain(line);
  expect(visibilityOf(60)).toBe(6 * 60_000);
});
