import fc from 'fast-check';
import { createRecordingLog, createRecordingMetrics, createTestClock } from '@multi-tenant-runner/testing';
import type { StreamRecord } from '@multi-tenant-runner/runtime';
import { toAttributes, fromAttributes } from '@multi-tenant-runner/aws';
import { jobRow, tenantRow, type Row } from '../test/changes';
import { EVENT_KINDS, type FleetEvent } from './catalogue';
import type { EventsDeps } from './deps';
import { createHandler } from './handler';

const TABLES = { tenants: 'p-tenants', jobs: 'p-jobs', launches: 'p-launches', usage: 'p-usage', audit: 'p-audit' };
const context = { awsRequestId: 'r', getRemainingTimeInMillis: () => 60_000 };

function record(table: keyof typeof TABLES, number: number, { before, after }: { before?: Row; after?: Row }) {
  const { installation_id } = { ...before, ...after };
  return {
    eventID: `e${number}`,
    eventSourceARN: `arn:aws:dynamodb:us-east-1:123456789012:table/${TABLES[table]}/stream/2026-01-15T00:00:00.000`,
    dynamodb: {
      ApproximateCreationDateTime: 1_768_478_400,
      SequenceNumber: String(100 + number),
      Keys: toAttributes({ installation_id }),
      ...(before && { OldImage: toAttributes(before) }),
      ...(after && { NewImage: toAttributes(after) }),
    },
  } satisfies StreamRecord;
}

/** The world of the function: a bus that takes what `takes` lets it, and a bucket. */
function createWorld(takes: (event: FleetEvent) => boolean = () => true) {
  const published: FleetEvent[] = [];
  const kept = new Map<string, string>();
  const [log, metrics] = [createRecordingLog(), createRecordingMetrics()];
  const deps = {
    tables: TABLES,
    parseImage: fromAttributes,
    kinds: new Set(EVENT_KINDS),
    publish: async (events: readonly FleetEvent[]) => {
      const failed = new Set(events.filter((event) => !takes(event)));
      published.push(...events.filter((event) => !failed.has(event)));
      return failed;
    },
    callbacks: undefined as EventsDeps['callbacks'],
    keep: async (name: string, document: string) => void kept.set(name, document),
    clock: createTestClock(),
    log,
    metrics,
  };
  return { deps, published, kept, log, metrics };
}

const change = (number: number, runners: number): StreamRecord =>
  record('tenants', number, {
    before: tenantRow({ max_runners: runners - 1 }),
    after: tenantRow({ max_runners: runners }),
  });

test('publishes what the tables say has happened', async () => {
  const world = createWorld();
  const records = [change(1, 5), record('jobs', 2, { after: { ...jobRow(), job_id: 7 } })];
  await expect(createHandler(world.deps)({ Records: records }, context)).resolves.toEqual({ batchItemFailures: [] });
  expect(world.published.map(({ id }) => id)).toEqual(['e1-tenant.changed', 'e2-job.queued']);
});

test('has Lambda repeat what the bus did not take, and everything of a call that failed', async () => {
  const world = createWorld(({ id }) => id !== 'e2-tenant.changed');
  const records = [change(1, 5), change(2, 6), change(3, 7)];
  await expect(createHandler(world.deps)({ Records: records }, context)).resolves.toEqual({
    batchItemFailures: [{ itemIdentifier: '102' }],
  });
  const publish = async (): Promise<never> => Promise.reject(new Error('no route'));
  await expect(createHandler({ ...world.deps, publish })({ Records: records }, context)).resolves.toEqual({
    batchItemFailures: ['101', '102', '103'].map((itemIdentifier) => ({ itemIdentifier })),
  });
});

test('lets no record that is unreadable hold up the others', async () => {
  const world = createWorld();
  const foreign = { ...change(1, 5), eventSourceARN: 'arn:aws:dynamodb:us-east-1:1:table/other/stream/1' };
  await expect(createHandler(world.deps)({ Records: [foreign, {}, change(2, 6)] }, context)).resolves.toEqual({
    batchItemFailures: [],
  });
  expect(world.published).toHaveLength(1);
  expect(world.metrics.total('EventDropped')).toBe(2);
});

/** As Lambda reads a stream: from the lowest record that was reported, until none is. */
async function readAsLambda(records: readonly StreamRecord[], world: ReturnType<typeof createWorld>): Promise<void> {
  const handler = createHandler(world.deps);
  let rest = records;
  while (rest.length > 0) {
    const { batchItemFailures } = await handler({ Records: rest }, context);
    const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    const first = rest.findIndex(({ dynamodb }) => failed.has(dynamodb?.SequenceNumber ?? ''));
    rest = first === -1 ? [] : rest.slice(first);
  }
}

test('loses no event and gives duplicates the same id, however often the bus fails', async () => {
  await fc.assert(
    fc.asyncProperty(fc.infiniteStream(fc.boolean()), fc.integer({ min: 1, max: 25 }), async (luck, count) => {
      let tries = 0;
      const world = createWorld(() => (tries += 1) > 200 || luck.next().value === true);
      await readAsLambda(
        Array.from({ length: count }, (_, index) => change(index + 1, index + 5)),
        world,
      );
      const ids = new Set(world.published.map(({ id }) => id));
      expect([...ids].sort()).toEqual(
        Array.from({ length: count }, (_, index) => `e${index + 1}-tenant.changed`).sort(),
      );
      // Whoever keeps the event of the highest sequence has the row as it is.
      const last = world.published.reduce((a, b) => (a.sequence > b.sequence ? a : b));
      expect(last.data['max_runners']).toBe(count + 4);
    }),
    { numRuns: 50 },
  );
});

test('a receiver has the row as it is, whatever fails here and comes there twice, late or out of order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.infiniteStream(fc.boolean()),
      fc.integer({ min: 1, max: 25 }),
      fc.array(fc.nat(), { minLength: 25, maxLength: 25 }),
      async (luck, count, places) => {
        const called: FleetEvent[] = [];
        let tries = 0;
        const takes = (): boolean => (tries += 1) > 200 || luck.next().value === true;
        const callbacks = {
          url: async () => 'https://hooks.acme.com/',
          send: async (events: readonly FleetEvent[]) => {
            const failed = new Set(events.filter(() => !takes()));
            called.push(...events.filter((event) => !failed.has(event)));
            return failed;
          },
          forget: async () => undefined,
        };
        const world = createWorld();
        await readAsLambda(
          Array.from({ length: count }, (_, index) => change(index + 1, index + 5)),
          { ...world, deps: { ...world.deps, callbacks } },
        );
        const received = [...called, ...called.slice(0, 5)].sort(
          (a, b) => (places[Number(a.sequence) % 25] ?? 0) - (places[Number(b.sequence) % 25] ?? 0),
        );
        const seen = new Map(received.map((event) => [event.id, event]));
        expect(seen.size).toBe(count);
        const last = [...seen.values()].reduce((a, b) => (a.sequence > b.sequence ? a : b));
        expect(last.data['max_runners']).toBe(count + 4);
      },
    ),
    { numRuns: 50 },
  );
});

describe('the audit trail', () => {
  const entry = {
    installation_id: 1001,
    entry: '2026-01-15T12:00:00.000Z#0f0f/..',
    day: '2026-01-15',
    at: '2026-01-15T12:00:00.000Z',
    id: '0f0f/..',
    action: 'tenant.suspended',
    actor: 'arn:aws:sts::123456789012:assumed-role/admin/alice',
    via: 'mtr',
    after: { status: 'suspended' },
  };
  const NAME = 'audit/day=2026-01-15/2026-01-15T12_3a_00_3a_00.000Z_23_0f0f_2f_..-1001.jsonl';

  test('becomes a document of one line for each entry, under a name of its key', async () => {
    const world = createWorld();
    const records = [record('audit', 1, { after: entry }), record('audit', 1, { after: entry })];
    await createHandler(world.deps)({ Records: records }, context);
    expect([...world.kept.keys()]).toEqual([NAME]);
    const text = world.kept.get(NAME) ?? '';
    expect(text.endsWith('\n')).toBe(true);
    expect(text.trim().split('\n')).toHaveLength(1);
    expect(JSON.parse(text)).toEqual(entry);
    expect(world.published).toEqual([]);
  });

  test('is the same document whatever the order of the attributes', async () => {
    const world = createWorld();
    const backwards = Object.fromEntries(Object.entries(entry).reverse());
    await createHandler(world.deps)({ Records: [record('audit', 1, { after: entry })] }, context);
    const first = world.kept.get(NAME);
    await createHandler(world.deps)({ Records: [record('audit', 1, { after: backwards })] }, context);
    expect(world.kept.get(NAME)).toBe(first);
  });

  test('is tried again where the bucket fails, and is left alone where nobody wants it', async () => {
    const world = createWorld();
    const keep = async (): Promise<never> => Promise.reject(new Error('503'));
    const records = [record('audit', 1, { after: entry })];
    await expect(createHandler({ ...world.deps, keep })({ Records: records }, context)).resolves.toEqual({
      batchItemFailures: [{ itemIdentifier: '101' }],
    });
    await expect(createHandler({ ...world.deps, keep: undefined })({ Records: records }, context)).resolves.toEqual({
      batchItemFailures: [],
    });
  });
});
