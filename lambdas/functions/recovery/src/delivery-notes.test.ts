import type { DeliveryAttempt } from '@multi-tenant-runner/core';
import { createRecoveryHarness, type RecoveryHarness } from '../test/recovery-harness';
import { createDeliveryNotes } from './delivery-notes';

const KEPT = { freely: 3, pending: 10 };
const HOSTILE = 2001;

const failures = (harness: RecoveryHarness, count: number, installationId: number): DeliveryAttempt[] =>
  Array.from({ length: count }, () => harness.state.app.deliver({ succeeded: false, installationId }));

const pendingOf = (harness: RecoveryHarness, installationId: number): number =>
  [...harness.state.recovery.deliveries.values()].filter((row) => row.installationId === installationId).length;

test('so many failed events of a tenant are kept, and the rest is counted', async () => {
  const harness = createRecoveryHarness();
  for (let run = 0; run < 5; run += 1) {
    const notes = createDeliveryNotes(harness.deps, KEPT);
    await notes.record(failures(harness, 20, HOSTILE));
    await notes.record(failures(harness, 1, 1001));
    notes.report();
  }
  expect(pendingOf(harness, HOSTILE)).toBeLessThanOrEqual(KEPT.pending + 5 * KEPT.freely);
  expect(pendingOf(harness, 1001)).toBe(5);
  expect(harness.calls.filter(({ method }) => method === 'countPending')).toHaveLength(5);
  expect(harness.metrics.total('DeliveriesGivenUp')).toBe(100 - pendingOf(harness, HOSTILE));
  expect(harness.metrics.counted.every(({ properties }) => properties['tenant_id'] === HOSTILE)).toBe(true);
});

test('it is counted only of whom much failed', async () => {
  const harness = createRecoveryHarness();
  const notes = createDeliveryNotes(harness.deps, KEPT);
  for (let tenant = 1; tenant <= 10; tenant += 1) await notes.record(failures(harness, 2, tenant));
  expect(harness.calls.filter(({ method }) => method === 'countPending')).toEqual([]);
});

test('an event is written once in a run, though both readings come by it', async () => {
  const harness = createRecoveryHarness();
  const notes = createDeliveryNotes(harness.deps, KEPT);
  const [attempt] = failures(harness, 1, 1001);
  if (attempt !== undefined) await notes.record([attempt, attempt]);
  expect(harness.calls.filter(({ method }) => method === 'note')).toHaveLength(1);
});

test('an event of the installation is kept, however many of its jobs failed', async () => {
  const harness = createRecoveryHarness();
  for (let run = 0; run < 5; run += 1)
    await createDeliveryNotes(harness.deps, KEPT).record(failures(harness, 20, HOSTILE));
  const attempt = harness.state.app.deliver({ succeeded: false, installationId: HOSTILE, event: 'installation' });
  await createDeliveryNotes(harness.deps, KEPT).record([...failures(harness, 20, HOSTILE), attempt]);
  expect([...harness.state.recovery.deliveries.values()].map(({ guid }) => guid)).toContain(attempt.guid);
});
