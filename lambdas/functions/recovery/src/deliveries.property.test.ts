import fc from 'fast-check';
import { MINUTE } from '@multi-tenant-runner/core';
import { Crash } from '@multi-tenant-runner/testing';
import { createRecoveryHarness, type RecoveryHarness } from '../test/recovery-harness';
import { MAX_REDELIVERIES } from './redeliver';
import { HORIZON } from './delivery-cursor';

type Step =
  | { readonly kind: 'deliver'; readonly count: number; readonly succeeded: boolean }
  /** Somebody presses GitHub's own button. */
  | { readonly kind: 'by-hand'; readonly nth: number; readonly succeeded: boolean }
  | { readonly kind: 'wait'; readonly minutes: number }
  /** One invocation that may list so many pages, and dies at a call of its own if told so. */
  | {
      readonly kind: 'run';
      readonly pages: number;
      readonly crash?: { readonly call: number; readonly after: boolean };
    };

const steps = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant('deliver' as const),
      count: fc.integer({ min: 1, max: 7 }),
      succeeded: fc.boolean(),
    }),
    fc.record({ kind: fc.constant('by-hand' as const), nth: fc.nat(40), succeeded: fc.boolean() }),
    fc.record({ kind: fc.constant('wait' as const), minutes: fc.integer({ min: 1, max: 90 }) }),
    fc.record({ kind: fc.constant('run' as const), pages: fc.integer({ min: 1, max: 6 }) }),
    fc.record({
      kind: fc.constant('run' as const),
      pages: fc.integer({ min: 1, max: 6 }),
      crash: fc.record({ call: fc.nat(30), after: fc.boolean() }),
    }),
  ),
  { maxLength: 40, size: 'max' },
) as fc.Arbitrary<readonly Step[]>;

/** A redelivery of an odd GUID fails for ever, one of every fifth is taken up and never shows. */
function outcomeOf(guid: string): 'succeeds' | 'fails' | 'never-shows' {
  const number = Number(guid.replace(/\D/g, ''));
  if (number % 5 === 0) return 'never-shows';
  return number % 2 === 0 ? 'succeeds' : 'fails';
}

async function runOnce(harness: RecoveryHarness, { pages, crash }: Extract<Step, { kind: 'run' }>): Promise<void> {
  let listed = 0;
  let calls = 0;
  let dead = false;
  // A dead process makes no further call, whatever its code does with the error.
  const die = (): void => {
    dead = true;
    throw new Crash('the process ended');
  };
  const undoBefore = harness.onCall((port, method) => {
    if (dead) throw new Crash('the process has ended');
    if (port === 'app' && method === 'listDeliveries') listed += 1;
    if (crash !== undefined && !crash.after && (calls += 1) > crash.call) die();
  });
  const undoAfter = harness.afterCall(() => {
    if (crash?.after === true && (calls += 1) > crash.call) die();
  });
  // Only the list runs out of time: the asks after it have a share of their own.
  const left = (): number => (listed >= pages ? 10_000 + 3_000 + 30_000 : 73_000);
  await harness.run({ millisecondsLeft: left }).catch(() => undefined);
  undoBefore();
  undoAfter();
}

async function play(all: readonly Step[]): Promise<RecoveryHarness> {
  const harness = createRecoveryHarness();
  harness.state.app.pageSize.value = 3;
  harness.state.app.onRedelivery(outcomeOf);
  for (const step of all) {
    if (step.kind === 'deliver')
      for (let n = 0; n < step.count; n += 1) harness.state.app.deliver({ succeeded: step.succeeded });
    if (step.kind === 'by-hand') {
      const attempt = harness.state.app.attempts[step.nth];
      if (attempt !== undefined)
        harness.state.app.deliver({ guid: attempt.guid, redelivery: true, succeeded: step.succeeded });
    }
    if (step.kind === 'wait') harness.clock.advance(step.minutes * MINUTE);
    if (step.kind === 'run') await runOnce(harness, step);
  }
  return harness;
}

const timesAsked = (harness: RecoveryHarness, guid: string): number =>
  harness.state.app.asked.filter((one) => one === guid).length;

/** A crash takes up to one ask of each event, so fewer than there are asks are allowed. */
const survivable = (all: readonly Step[]): boolean =>
  all.filter((step) => step.kind === 'run' && step.crash !== undefined).length < MAX_REDELIVERIES;

test(
  'each event that failed within GitHub’s memory is asked for at least once and at most so often, whatever ' +
    'is cut off where',
  async () => {
    await fc.assert(
      fc.asyncProperty(steps.filter(survivable), async (all) => {
        const harness = await play(all);
        const arrived = new Set(
          harness.state.app.attempts.filter(({ succeeded }) => succeeded).map(({ guid }) => guid),
        );
        const waiting = new Set(
          harness.state.app.attempts
            .filter(
              ({ deliveredAt, guid }) =>
                !arrived.has(guid) && Date.parse(deliveredAt) > harness.clock.now().getTime() - HORIZON / 2,
            )
            .map(({ guid }) => guid),
        );
        // From here on nothing is cut off; a pause after an ask that a crash swallowed is waited for.
        for (let round = 0; round < 40; round += 1) {
          await runOnce(harness, { kind: 'run', pages: 1_000 });
          harness.clock.advance(50 * MINUTE);
        }
        for (const guid of waiting)
          expect({ guid, asked: timesAsked(harness, guid) > 0 }).toEqual({ guid, asked: true });
        for (const { guid } of harness.state.app.attempts)
          expect(timesAsked(harness, guid)).toBeLessThanOrEqual(MAX_REDELIVERIES);
      }),
      { numRuns: 150 },
    );
  },
);

test(
  'nothing is asked for of which an attempt that GitHub lists succeeded, as long as the list is read to its ' + 'end',
  async () => {
    const whole = steps.map((all) =>
      all.map((step) => (step.kind === 'run' ? { kind: 'run' as const, pages: 1_000 } : step)),
    );
    await fc.assert(
      fc.asyncProperty(whole, async (all) => {
        const harness = createRecoveryHarness();
        const needless: string[] = [];
        harness.onCall((port, method, [attemptId]) => {
          if (port !== 'app' || method !== 'redeliver') return;
          const guid = harness.state.app.attempts.find(({ id }) => id === attemptId)?.guid ?? '';
          if (harness.state.app.attempts.some((attempt) => attempt.guid === guid && attempt.succeeded))
            needless.push(guid);
        });
        harness.state.app.pageSize.value = 3;
        harness.state.app.onRedelivery(outcomeOf);
        for (const step of all) {
          if (step.kind === 'deliver')
            for (let n = 0; n < step.count; n += 1) harness.state.app.deliver({ succeeded: step.succeeded });
          if (step.kind === 'by-hand') {
            const attempt = harness.state.app.attempts[step.nth];
            if (attempt !== undefined)
              harness.state.app.deliver({ guid: attempt.guid, redelivery: true, succeeded: step.succeeded });
          }
          if (step.kind === 'wait') harness.clock.advance(step.minutes * MINUTE);
          if (step.kind === 'run') await harness.run();
        }
        expect(needless).toEqual([]);
      }),
      { numRuns: 100 },
    );
  },
);
