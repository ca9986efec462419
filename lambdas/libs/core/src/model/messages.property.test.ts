import fc from 'fast-check';
import { parseJson } from './schema';
import { parseLifecycleEvent, encodeLifecycleEvent, type LifecycleEvent } from './lifecycle-event';
import {
  JOB_EVENT_KINDS,
  parseJobEvent,
  parseJobMessage,
  encodeJobEvent,
  encodeJobMessage,
  type JobEvent,
  type JobMessage,
} from './messages';

const id = fc.nat(Number.MAX_SAFE_INTEGER);
const name = fc.string({ minLength: 1, maxLength: 39 });
const time = fc
  .date({ min: new Date(0), max: new Date('2100-01-01T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString());
const message: fc.Arbitrary<JobMessage> = fc.record({
  installationId: id,
  jobId: id,
  runId: id,
  owner: name,
  ownerId: id,
  ownerType: fc.constantFrom('Organization' as const, 'User' as const),
  repo: name,
  isPublic: fc.boolean(),
  labels: fc.array(name, { maxLength: 10 }),
  tier: name,
  queuedAt: time,
  deliveryId: name,
});
const event: fc.Arbitrary<JobEvent> = fc
  .tuple(
    message,
    fc.record({ kind: fc.constantFrom(...JOB_EVENT_KINDS), at: time }),
    fc.record(
      { runnerName: name, runnerId: id, conclusion: name, runnerOnly: fc.constant(true) },
      { requiredKeys: [] },
    ),
  )
  .map(([job, what, more]) => ({ ...job, ...what, ...more }));
const lifecycle: fc.Arbitrary<LifecycleEvent> = fc.record(
  {
    action: fc.constantFrom(
      'created' as const,
      'deleted' as const,
      'suspend' as const,
      'unsuspend' as const,
      'new_permissions_accepted' as const,
      'renamed' as const,
    ),
    installationId: id,
    account: fc.oneof(
      fc.record({
        kind: fc.constant('owner' as const),
        id,
        login: name,
        type: fc.constantFrom('Organization' as const, 'User' as const),
      }),
      fc.constant({ kind: 'enterprise' as const }),
      fc.constant({ kind: 'unknown' as const }),
    ),
    changedAt: time,
    deliveryId: name,
  },
  { requiredKeys: ['action', 'installationId', 'account', 'deliveryId'] },
);

test('a job message survives its queue', () => {
  fc.assert(
    fc.property(message, (sent) =>
      expect(parseJson(encodeJobMessage(sent), parseJobMessage)).toEqual({ ok: true, value: sent }),
    ),
  );
});

test('a job event survives its queue', () => {
  fc.assert(
    fc.property(event, (sent) =>
      expect(parseJson(encodeJobEvent(sent), parseJobEvent)).toEqual({ ok: true, value: sent }),
    ),
  );
});

test('a lifecycle event survives the bus', () => {
  fc.assert(
    fc.property(lifecycle, (sent) => {
      const received: unknown = JSON.parse(JSON.stringify(encodeLifecycleEvent(sent)));
      expect(parseLifecycleEvent(received)).toEqual({ ok: true, value: sent });
    }),
  );
});

test('whatever else arrives is refused with its problems named, and never throws', () => {
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.constant(undefined)), (value) => {
      for (const decode of [parseJobMessage, parseJobEvent, parseLifecycleEvent]) {
        const result = decode(value);
        expect(result.ok ? [] : result.problems.length > 0).toBeTruthy();
      }
    }),
  );
});

test('every missing field is named', () => {
  const result = parseJobMessage({ installation_id: 'x', labels: [1] });
  expect(result.ok ? [] : result.problems).toEqual(
    expect.arrayContaining([
      'installation_id is not an integer of at least 0',
      'job_id is missing',
      'labels is not a list of strings',
    ]),
  );
});

test("a job message stays under 2 KB with names of GitHub's greatest length", () => {
  const longest: JobMessage = {
    installationId: 2 ** 40,
    jobId: 2 ** 45,
    runId: 2 ** 45,
    owner: 'o'.repeat(39),
    ownerId: 2 ** 40,
    ownerType: 'Organization',
    repo: 'r'.repeat(100),
    isPublic: false,
    labels: Array.from({ length: 10 }, (_, index) => `label-${index}`.padEnd(60, 'x')),
    tier: 't'.repeat(40),
    queuedAt: '2026-01-15T12:00:00.000Z',
    deliveryId: '72d3162e-cc78-11e3-81ab-4c9367dc0958',
  };
  expect(Buffer.byteLength(encodeJobMessage(longest))).toBeLessThan(2048);
});
