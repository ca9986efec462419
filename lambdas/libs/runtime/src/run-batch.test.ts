import type { Log } from '@multi-tenant-runner/core';
import fc from 'fast-check';
import { setTimeout as wait } from 'node:timers/promises';
import {
  receiveCount,
  runQueueBatch,
  runStreamBatch,
  timeLeft,
  type QueueRecord,
  type StreamRecord,
} from './lambda-events';
import { lazy } from './lazy';

const SILENT: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  with: () => SILENT,
};
const within = (milliseconds: number) => ({
  context: { getRemainingTimeInMillis: () => milliseconds + 3_000 },
  log: SILENT,
});
const record = (messageId: string, group?: string): QueueRecord => ({
  messageId,
  body: '',
  ...(group !== undefined && { attributes: { MessageGroupId: group } }),
});
const failedOf = ({
  batchItemFailures,
}: {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}): string[] => batchItemFailures.map((one) => one.itemIdentifier);

describe('a batch of messages', () => {
  it('fails record by record', async () => {
    const response = await runQueueBatch(
      [record('a', '1'), record('b', '1'), record('c', '2')],
      async ({ messageId }) => {
        if (messageId === 'a') throw new Error('poisoned');
      },
      within(1_000),
    );
    expect(failedOf(response)).toEqual(['a']);
  });

  it('runs groups side by side and the records of one in order', async () => {
    const order: string[] = [];
    let free = (): void => undefined;
    const blocked = new Promise<void>((resolve) => (free = resolve));
    const running = runQueueBatch(
      [record('a1', 'a'), record('a2', 'a'), record('b1', 'b')],
      async ({ messageId }) => {
        if (messageId === 'a1') await blocked;
        order.push(messageId);
        if (messageId === 'b1') free();
      },
      within(1_000),
    );
    expect(failedOf(await running)).toEqual([]);
    expect(order).toEqual(['b1', 'a1', 'a2']);
  });

  it('runs all records side by side where asked to', async () => {
    let free = (): void => undefined;
    const blocked = new Promise<void>((resolve) => (free = resolve));
    const response = await runQueueBatch(
      [record('a1', 'a'), record('a2', 'a')],
      async ({ messageId }) => (messageId === 'a1' ? blocked : free()),
      { ...within(1_000), sideBySide: true },
    );
    expect(failedOf(response)).toEqual([]);
  });

  it('gives back what is unfinished when the time runs out, and starts nothing more', async () => {
    const started: string[] = [];
    const response = await runQueueBatch(
      [record('slow', 'a'), record('next', 'a'), record('quick', 'b')],
      async ({ messageId }) => {
        started.push(messageId);
        if (messageId === 'slow') await wait(60);
      },
      within(20),
    );
    expect(failedOf(response)).toEqual(['slow', 'next']);
    await wait(60);
    expect(started).toEqual(['slow', 'quick']);
  });

  it('starts nothing without time', async () => {
    const handle = jest.fn(async () => undefined);
    expect(failedOf(await runQueueBatch([record('a')], handle, within(0)))).toEqual(['a']);
    expect(handle).not.toHaveBeenCalled();
  });

  it("counts a synchronous throw as that record's failure", async () => {
    const response = await runQueueBatch(
      [record('a'), record('b')],
      ({ messageId }) => {
        if (messageId === 'a') throw new Error('at once');
        return Promise.resolve();
      },
      within(1_000),
    );
    expect(failedOf(response)).toEqual(['a']);
  });

  it('reports exactly those that failed, whatever they are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.record({ id: fc.uuid(), group: fc.integer({ min: 1, max: 3 }), fails: fc.boolean() }), {
          selector: (one) => one.id,
        }),
        async (all) => {
          const failing = new Set(all.filter((one) => one.fails).map((one) => one.id));
          const response = await runQueueBatch(
            all.map((one) => record(one.id, String(one.group))),
            async ({ messageId }) => {
              if (failing.has(messageId)) throw new Error('no');
            },
            within(1_000),
          );
          expect(new Set(failedOf(response))).toEqual(failing);
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('a batch of stream records', () => {
  const change = (key: number, SequenceNumber: string): StreamRecord => ({
    dynamodb: { SequenceNumber, Keys: { installation_id: { N: String(key) } } },
  });

  it('stops the row that failed, and no other', async () => {
    const handled: string[] = [];
    const response = await runStreamBatch(
      [change(1, '10'), change(2, '11'), change(1, '12'), change(2, '13')],
      async ({ dynamodb }) => {
        if (dynamodb?.SequenceNumber === '10') throw new Error('poisoned');
        handled.push(dynamodb?.SequenceNumber ?? '');
      },
      within(1_000),
    );
    expect(failedOf(response)).toEqual(['10', '12']);
    expect(handled).toEqual(['11', '13']);
  });
});

describe('the time left', () => {
  it('keeps a reserve and is never negative', () => {
    expect(timeLeft({ getRemainingTimeInMillis: () => 10_000 })).toBe(7_000);
    expect(timeLeft({ getRemainingTimeInMillis: () => 1_000 })).toBe(0);
  });
});

describe('the receive count', () => {
  it.each([
    ['3', 3],
    ['1', 1],
    [undefined, 1],
    ['many', 1],
    ['0', 1],
  ])('of %s is %i', (given, expected) => {
    expect(
      receiveCount({
        messageId: 'a',
        body: '',
        attributes: given === undefined ? {} : { ApproximateReceiveCount: given },
      }),
    ).toBe(expected);
  });
});

describe('a lazy value', () => {
  it('is loaded once for all who ask', async () => {
    const load = jest.fn(async () => 7);
    const get = lazy(load);
    expect(await Promise.all([get(), get(), get()])).toEqual([7, 7, 7]);
    expect(load).toHaveBeenCalledTimes(1);
  });

  it('forgets a failure', async () => {
    let broken = true;
    const get = lazy(async () => {
      if (broken) throw new Error('not yet');
      return 7;
    });
    await expect(get()).rejects.toThrow('not yet');
    broken = false;
    await expect(get()).resolves.toBe(7);
  });

  it('is loaded again when it is too old', async () => {
    let now = 0;
    let count = 0;
    const get = lazy(async () => (count += 1), { clock: { now: () => new Date(now) }, maxAge: 100 });
    await get();
    now = 99;
    expect(await get()).toBe(1);
    now = 100;
    expect(await get()).toBe(2);
  });
});
