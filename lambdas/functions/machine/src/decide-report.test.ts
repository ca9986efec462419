import { MINUTE, failureOf, hasWorked, saysBusy, type Launch, type MachineReports } from '@multi-tenant-runner/core';
import { createLog, hashSecret } from '@multi-tenant-runner/runtime';
import { intent, launch } from '@multi-tenant-runner/testing';
import fc from 'fast-check';
import { REPORT_LIMITS, decideReport } from './decide-report';
import { parseReport, type MachineEvent } from './parse-request';

const ID = 'i-0123456789abcdef0';
const SECRET = 'the-secret-of-the-reports';
const NOW = new Date('2026-01-15T12:05:30.000Z');

const row = (overrides: Partial<Launch> = {}): Launch =>
  launch({
    state: 'running',
    instanceId: ID,
    intent: intent(),
    claim: { nonceHash: 'x', reportHash: hashSecret(SECRET) },
    ...overrides,
  });
const decide = (given: Launch | undefined, events: readonly MachineEvent[], now = NOW, secret = SECRET) =>
  decideReport(given, { instanceId: ID, secret, events }, now);

/** The facts after each report in turn. */
function after(...reports: readonly (readonly MachineEvent[])[]): MachineReports {
  return reports.reduce<Launch>((given, events) => {
    const decision = decide(given, events);
    if (decision.kind !== 'record') throw new Error(decision.kind);
    return { ...given, reports: decision.reports };
  }, row()).reports as MachineReports;
}

describe('a machine’s report', () => {
  test('puts what it says on its launch’s row', () => {
    const facts = after(
      [{ kind: 'boot', timings: { claim: 40 }, version: '2.336.0', ageDays: 3 }],
      [{ kind: 'busy' }],
      [{ kind: 'idle' }, { kind: 'end', reason: 'disk-full', timings: { job: 9 } }],
    );
    expect(facts).toEqual({
      runnerVersion: '2.336.0',
      activity: 'idle',
      end: 'disk-full',
      received: { minute: Math.floor(NOW.getTime() / MINUTE), inMinute: 3, total: 3, logBytes: 0 },
    });
  });

  test('spares a busy machine, and explains an end', () => {
    expect(saysBusy({ reports: after([{ kind: 'busy' }]) })).toBe(true);
    expect(saysBusy({ reports: after([{ kind: 'busy' }], [{ kind: 'idle' }]) })).toBe(false);
    expect(hasWorked({ reports: after([{ kind: 'idle' }]) })).toBe(true);
    expect(hasWorked({ reports: after([{ kind: 'boot', timings: {} }]) })).toBe(false);
    expect(failureOf({ reports: after([{ kind: 'end', reason: 'no-job', timings: {} }]) })).toBe('no-job');
    expect(failureOf({ reports: after([{ kind: 'end', reason: 'job-done', timings: {} }]) })).toBeUndefined();
  });

  test.each<[string, Launch | undefined, string]>([
    ['no launch names it', undefined, SECRET],
    ['it has no configuration yet', launch({ state: 'running', instanceId: ID, intent: intent() }), SECRET],
    ['the secret is another', row(), 'the-secret-of-another-one'],
    ['the index led to another machine’s launch', row({ instanceId: 'i-0123456789abcdef1' }), SECRET],
  ])('is not heard where %s', (_why, given, secret) =>
    expect(decide(given, [{ kind: 'busy' }], NOW, secret)).toEqual({ kind: 'refuse', reason: 'wrong-secret' }),
  );

  test.each(['ending', 'ended'] as const)('changes nothing of a launch that is %s', (state) =>
    expect(decide(row({ state }), [{ kind: 'busy' }])).toEqual({ kind: 'refuse', reason: 'over' }),
  );
});

describe('reports are bounded', () => {
  const many = (count: number): readonly MachineEvent[][] => Array.from({ length: count }, () => [{ kind: 'busy' }]);

  test('in a minute, and the next minute has its own', () => {
    const given = row({ reports: after(...many(REPORT_LIMITS.perMinute)) });
    expect(decide(given, [{ kind: 'idle' }])).toEqual({ kind: 'too-many', retryAfter: 30 });
    expect(decide(given, [{ kind: 'idle' }], new Date('2026-01-15T12:06:00.000Z'))).toMatchObject({ kind: 'record' });
  });

  test('in all', () => {
    const received = { minute: 0, inMinute: 0, total: REPORT_LIMITS.total, logBytes: 0 };
    expect(decide(row({ reports: { received } }), [{ kind: 'idle' }])).toEqual({
      kind: 'refuse',
      reason: 'said-enough',
    });
  });

  test('in bytes of log, without which the rest of a report still counts', () => {
    const received = { minute: 0, inMinute: 0, total: 9, logBytes: REPORT_LIMITS.logBytes - 10 };
    const decision = decide(row({ reports: { received } }), [
      { kind: 'log', lines: ['more than there is room for'] },
      { kind: 'end', reason: 'job-done', timings: {} },
    ]);
    expect(decision).toMatchObject({ kind: 'record', reports: { end: 'job-done' } });
    expect(decision.kind === 'record' && decision.lines.map(({ event }) => event)).toEqual(['end']);
  });

  test('whatever a machine sends: no row ever has more than the limits', () => {
    const event = fc.oneof(
      fc.constant<MachineEvent>({ kind: 'busy' }),
      fc.record({
        kind: fc.constant('log' as const),
        lines: fc.array(fc.string({ maxLength: 5_000 }), { maxLength: 9 }),
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.array(event, { maxLength: 5 }), fc.nat(40_000)), { maxLength: 60 }), (sent) => {
        let given = row();
        let now = NOW;
        for (const [events, pause] of sent) {
          now = new Date(now.getTime() + pause);
          const decision = decide(given, events, now);
          if (decision.kind === 'record') given = { ...given, reports: decision.reports };
        }
        const { received = { inMinute: 0, total: 0, logBytes: 0 } } = given.reports ?? {};
        expect(received.inMinute).toBeLessThanOrEqual(REPORT_LIMITS.perMinute);
        expect(received.total).toBeLessThanOrEqual(REPORT_LIMITS.total);
        expect(received.logBytes).toBeLessThanOrEqual(REPORT_LIMITS.logBytes);
      }),
      { numRuns: 50 },
    );
  });
});

describe('what is logged of a report', () => {
  /** The lines as they reach CloudWatch. */
  function written(events: unknown): string[] {
    const parsed = parseReport({ instance_id: ID, secret: SECRET, events });
    if (!parsed.ok) return [];
    const decision = decideReport(row(), parsed.value, NOW);
    const lines: string[] = [];
    const log = createLog({ level: 'info', clock: { now: () => NOW }, write: (line) => void lines.push(line) });
    if (decision.kind === 'record') for (const line of decision.lines) log.info('A machine reports', line);
    return lines;
  }

  const EMF = JSON.stringify({
    _aws: { Timestamp: 0, CloudWatchMetrics: [{ Namespace: 'MultiTenantRunner', Dimensions: [], Metrics: [] }] },
    SweepCompleted: 1,
  });

  test.each([
    ['a line of the log', [{ kind: 'log', lines: [EMF, `\n${EMF}\n`, `\u2028${EMF}`] }]],
    ['a further field of an event', [{ kind: 'busy', _aws: JSON.parse(EMF) as unknown }]],
    ['a step', [{ kind: 'boot', timings: { _aws: 1 } }]],
  ])('is never a metric: %s', (_where, events) => {
    for (const line of written(events)) {
      expect(line).not.toMatch(/[\n\r]/);
      expect(Object.keys(JSON.parse(line) as object)).not.toContain('_aws');
    }
  });

  test('is one line of JSON with names of ours, whatever a machine sends', () => {
    const NAMES = /^(event|timings|runner_version|runner_age_days|reason|lines|level|time|message)$/;
    const anything = fc.oneof(
      fc.record({ kind: fc.constant('log'), lines: fc.array(fc.string({ unit: 'binary' })) }),
      fc.record({
        kind: fc.constantFrom('boot', 'busy', 'idle', 'end', '_aws'),
        timings: fc.object(),
        _aws: fc.object(),
      }),
      fc.object(),
    );
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 10 }), (events) => {
        for (const line of written(JSON.parse(JSON.stringify(events)))) {
          expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e]/);
          for (const name of Object.keys(JSON.parse(line) as object)) expect(name).toMatch(NAMES);
        }
      }),
    );
  });
});
