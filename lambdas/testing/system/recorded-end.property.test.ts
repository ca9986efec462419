import fc from 'fast-check';
import { DAY, ENDED_JOB_STATES, HOUR, MINUTE, type Job, type JobReason } from '@multi-tenant-runner/core';
import { jobEvent, jobMessage } from '@multi-tenant-runner/testing';
import { createSystem, type System } from './system';

const LAST_RECEIVE = 5;
/** Parked without a time: something else than time ends the wait, and the sweep looks for it too. */
const WAITS_FOR_A_SLOT_OR_ITS_TENANT: readonly JobReason[] = [
  'limit',
  'unknown-tenant',
  'tenant-suspended',
  'runner-lost',
  'runner-taken',
];

/** Which of the next calls fail, before or after they take effect. */
const faults = fc.array(fc.constantFrom('well', 'well', 'well', 'before', 'after'), { maxLength: 40 });
const faultKinds = fc.record({
  faults: fc.array(faults, { minLength: 1, maxLength: LAST_RECEIVE }),
  maxRunners: fc.integer({ min: 0, max: 2 }),
  status: fc.constantFrom('active', 'active', 'suspended', 'deleted'),
  github: fc.constantFrom('well', 'well', 'limited', 'refused', 'unavailable'),
  ec2: fc.constantFrom('well', 'well', 'refused', 'throttled', 'no-group', 'account', 'impossible', 'unknown'),
});

function failing(system: System, plan: readonly string[]): () => void {
  const next = (when: string, counted: { index: number }) => (): void => {
    if (plan[counted.index++] === when) throw new Error(`a port fails ${when} its call`);
  };
  const undo = [
    system.harness.onCall(next('before', { index: 0 })),
    system.harness.afterCall(next('after', { index: 0 })),
  ];
  return () => undo.forEach((one) => one());
}

function prepare(
  system: System,
  { maxRunners, status, github, ec2 }: { maxRunners: number; status: string; github: string; ec2: string },
): void {
  system.harness.addTenant({ max_runners: maxRunners, status, ...(status === 'deleted' && { cleanup: 'pending' }) });
  system.harness.state.github.jobs.set(1, { status: 'queued' });
  const { fail } = system.harness.state.github;
  if (github === 'limited') fail({ kind: 'limited', retryAt: new Date(system.harness.clock.now().getTime() + HOUR) });
  if (github === 'refused') fail({ kind: 'refused', status: 422, message: 'no' });
  if (github === 'unavailable') fail({ kind: 'unavailable', message: 'no' });
  if (ec2 !== 'well')
    system.harness.state.fleet.refuse(() => true, { kind: ec2 as 'refused', code: 'Code', message: 'no' });
}

/** Why no worker, message or sweep will finish an acknowledged job; undefined when one will, or when it has ended. */
function unexplained(job: Job | undefined): string | undefined {
  if (job === undefined) return 'has no row';
  switch (job.state) {
    case 'completed':
    case 'running':
    // The sweep asks GitHub about those whose launch is over.
    case 'queued':
    case 'starting':
      return undefined;
    case 'cancelled':
    case 'refused':
    case 'expired':
      return job.reason === undefined ? `is ${job.state} without a reason` : undefined;
    case 'parked':
      if (job.reason === undefined) return 'is parked without a reason';
      return job.nextTry === undefined && !WAITS_FOR_A_SLOT_OR_ITS_TENANT.includes(job.reason)
        ? `is parked for ${job.reason} without a time`
        : undefined;
  }
}

/** Messages that only beget messages would never end. */
async function drain(system: System): Promise<void> {
  for (let taken = 0; taken < 50; taken += 1) {
    const message = system.harness.state.queue.takeJob();
    if (message === undefined) return;
    await system.deliver(message).catch(() => undefined);
  }
  throw new Error('the queue never empties');
}

const rowOf = (system: System): Job | undefined => system.harness.state.jobs.all().find(({ jobId }) => jobId === 1);

test(
  'whatever fails, an acknowledged message leaves a job that a worker or a sweep will finish, and everything else ' +
    'comes back',
  async () => {
    await fc.assert(
      fc.asyncProperty(faultKinds, async ({ faults: plans, ...conditions }) => {
        const system = createSystem();
        prepare(system, conditions);
        for (let receiveCount = 1; receiveCount <= LAST_RECEIVE; receiveCount += 1) {
          const undo = failing(system, plans[receiveCount - 1] ?? []);
          const returned = await system.deliver(jobMessage({ jobId: 1 }), { receiveCount }).then(
            () => false,
            () => true,
          );
          undo();
          if (!returned) {
            expect(unexplained(rowOf(system))).toBeUndefined();
            break;
          }
          system.harness.clock.advance(6 * MINUTE);
        }
      }),
      { numRuns: 400 },
    );
  },
);

test('a day later such a job is over, with a reason, and holds nothing', async () => {
  await fc.assert(
    fc.asyncProperty(faultKinds, async ({ faults: plans, ...conditions }) => {
      const system = createSystem();
      prepare(system, conditions);
      for (let receiveCount = 1; receiveCount <= LAST_RECEIVE; receiveCount += 1) {
        const undo = failing(system, receiveCount === LAST_RECEIVE ? [] : (plans[receiveCount - 1] ?? []));
        const returned = await system.deliver(jobMessage({ jobId: 1 }), { receiveCount }).then(
          () => false,
          () => true,
        );
        undo();
        if (!returned) break;
        system.harness.clock.advance(6 * MINUTE);
      }
      for (let passed = 0; passed < DAY + 2 * HOUR; passed += 20 * MINUTE) {
        system.harness.clock.advance(20 * MINUTE);
        for (const machine of system.harness.state.fleet.alive()) await system.shutDown(machine.instanceId);
        await system.sweep();
        await drain(system);
      }
      const job = rowOf(system);
      expect(ENDED_JOB_STATES).toContain(job?.state);
      expect(job?.reason).toBeDefined();
      expect(system.slots()).toEqual([]);
      expect(system.harness.state.fleet.alive()).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

test('a job whose row could never be written is parked by the last receive, or comes back', async () => {
  const system = createSystem();
  system.harness.addTenant();
  const away = new Error('DynamoDB is away');
  system.harness.faults.fail('admissions.admit', away, LAST_RECEIVE);
  for (let receiveCount = 1; receiveCount < LAST_RECEIVE; receiveCount += 1)
    await expect(system.deliver(jobMessage({ jobId: 1 }), { receiveCount })).rejects.toThrow('away');
  await system.deliver(jobMessage({ jobId: 1 }), { receiveCount: LAST_RECEIVE });
  expect(rowOf(system)).toMatchObject({ state: 'parked', reason: 'error', error: 'Error' });
  expect(system.harness.metrics.total('JobPoisoned')).toBe(1);
  const again = createSystem();
  again.harness.addTenant();
  for (const write of ['admissions.admit', 'jobs.create']) again.harness.faults.fail(write, away);
  await expect(again.deliver(jobMessage({ jobId: 1 }), { receiveCount: LAST_RECEIVE })).rejects.toThrow('away');
});

test('an event that is acknowledged has done its work', async () => {
  await fc.assert(
    fc.asyncProperty(faults, fc.constantFrom('in_progress', 'completed', 'terminated'), async (plan, kind) => {
      const system = createSystem();
      system.harness.addTenant();
      await system.queueJob(1);
      const { instanceId } = system.machineOf(1);
      const event = system.takeJob(instanceId, 1);
      if (kind === 'completed') system.finishJob(instanceId, 1);
      const undo = failing(system, plan);
      const work =
        kind === 'terminated'
          ? system.shutDown(instanceId)
          : system.jobEvent(jobEvent({ ...event, kind, ...(kind === 'completed' && { conclusion: 'success' }) }));
      const returned = await work.then(
        () => false,
        () => true,
      );
      undo();
      if (returned) return;
      if (kind === 'terminated') expect(system.slots()).toEqual([]);
      else expect(rowOf(system)?.state).toBe(kind === 'completed' ? 'completed' : 'running');
    }),
    { numRuns: 200 },
  );
});
