import fc from 'fast-check';
import { DAY, HOUR, MINUTE, SECOND, type JobMessage } from '@multi-tenant-runner/core';
import { jobEvent, jobMessage } from '@multi-tenant-runner/testing';
import { handleJob } from '@multi-tenant-runner/scale-up/handle-job';
import { brokenPromises, createSystem, type System } from './system';

/**
 * An environment's gate: GitHub says `queued`, then `waiting`, and `queued` again under the same id once a person
 * approves.
 */
function setUp(limit = 2): System {
  const system = createSystem();
  system.harness.addTenant({ max_runners: limit });
  return system;
}

const SECOND_DELIVERY = { deliveryId: 'delivery-of-the-approval' };

function shut(system: System, jobId: number, status = 'waiting'): void {
  system.harness.state.github.jobs.set(jobId, { status });
}

const waiting = (system: System, jobId: number) =>
  system.jobEvent(jobEvent({ jobId, kind: 'waiting', deliveryId: 'delivery-of-the-gate' }));

/** GitHub sends `queued` once more, with the times of the first one. */
async function approve(system: System, jobId: number, overrides: Partial<JobMessage> = {}): Promise<void> {
  await system.queueJob(jobId, { ...SECOND_DELIVERY, ...overrides });
  await system.drain();
}

/** Time in which runners that get no job idle until they are ended. */
async function pass(system: System, milliseconds: number, step = 5 * MINUTE): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed += step) {
    system.harness.clock.advance(step);
    await system.sweep();
    await system.drain();
  }
}

const machines = (system: System): number => system.harness.state.fleet.machines.size;
const circuit = (system: System): unknown => system.harness.state.tenants.rows.get(1001)?.['circuit_small'];

describe('a job that GitHub holds back after it said queued', () => {
  test('gives its slot and its machine back, and says why it waits', async () => {
    const system = setUp();
    await system.queueJob(1);
    shut(system, 1);
    await waiting(system, 1);
    expect(system.job(1)).toMatchObject({ state: 'parked', reason: 'github-waiting', restarts: 0 });
    expect(system.slots()).toEqual([]);
    expect(system.harness.state.fleet.alive()).toEqual([]);
    expect(circuit(system)).toBeUndefined();
  });

  test('lets a job behind it have the slot', async () => {
    const system = setUp(1);
    await system.queueJob(1);
    await system.queueJob(2);
    shut(system, 1);
    await waiting(system, 1);
    await system.drain();
    expect(system.job(2).state).toBe('starting');
    expect(brokenPromises(system, 1)).toEqual([]);
  });

  test('costs one machine where no webhook says so, and opens no circuit', async () => {
    const system = setUp();
    await system.queueJob(1);
    await system.queueJob(2);
    shut(system, 1);
    shut(system, 2);
    await pass(system, 12 * HOUR);
    expect(machines(system)).toBe(2);
    expect(system.job(1)).toMatchObject({ state: 'parked', reason: 'github-waiting', restarts: 0 });
    expect(circuit(system)).toBeUndefined();
    await system.queueJob(3);
    expect(system.job(3).state).toBe('starting');
  });

  test.each(['waiting', 'pending', 'requested', 'a word of tomorrow'])(
    'with the status "%s" gets no machine, and is looked at again',
    async (status) => {
      const system = setUp();
      await system.queueJob(1);
      shut(system, 1, status);
      await pass(system, 2 * HOUR);
      expect(machines(system)).toBe(1);
      system.harness.state.github.jobs.set(1, { status: 'queued' });
      await pass(system, HOUR);
      expect(system.job(1).state).toBe('starting');
    },
  );

  test('keeps a runner that another job has taken', async () => {
    const system = setUp();
    await system.queueJob(1);
    const { instanceId } = system.machineOf(1);
    shut(system, 1);
    await system.jobEvent(system.takeJob(instanceId, 9));
    await waiting(system, 1);
    expect(system.harness.state.fleet.alive().map((machine) => machine.instanceId)).toContain(instanceId);
    expect(system.job(9).state).toBe('running');
  });
});

describe('a gate that opens', () => {
  test.each([
    ['2 hours', 2 * HOUR],
    ['30 hours', 30 * HOUR],
    ['29 days', 29 * DAY],
  ])('after %s gives the job a machine at once, though GitHub repeats the old times', async (_name, time) => {
    const system = setUp();
    await system.queueJob(1);
    shut(system, 1);
    await waiting(system, 1);
    await pass(system, time, time / 20);
    expect(system.job(1)).toMatchObject({ state: 'parked', reason: 'github-waiting' });
    await approve(system, 1);
    expect(system.job(1)).toMatchObject({ state: 'starting', queuedAt: system.harness.clock.now().toISOString() });
    expect(system.job(1)).not.toHaveProperty('gatedAt');
    await system.jobEvent(system.takeJob(system.machineOf(1).instanceId, 1));
    expect(system.job(1).state).toBe('running');
  });

  test('while a worker still holds the first launch starts no second machine', async () => {
    const system = setUp();
    const { github, ...ports } = system.scaleUp();
    let asked = false;
    const whileGateShutsAndOpens = async (): Promise<void> => {
      shut(system, 1);
      await expect(waiting(system, 1)).rejects.toThrow(/leased by another invocation/);
      system.harness.state.github.jobs.set(1, { status: 'queued' });
      await approve(system, 1);
    };
    const authorize: typeof github.authorize = async (place) => {
      if (!asked) {
        asked = true;
        await whileGateShutsAndOpens();
      }
      return github.authorize(place);
    };
    system.harness.state.github.jobs.set(1, { status: 'queued' });
    const delivery = { receiveCount: 1, lease: { name: 'a-slow-worker', milliseconds: 90 * SECOND } };
    await handleJob(jobMessage({ jobId: 1 }), delivery, { ...ports, github: { ...github, authorize } });
    await system.drain();
    expect(machines(system)).toBe(1);
    expect(system.job(1)).toMatchObject({ state: 'starting', launchId: '1-1' });
    expect(system.launchOf(1).state).toBe('running');
  });

  test('unheard of is found by the sweep within the hour', async () => {
    const system = setUp();
    await system.queueJob(1);
    shut(system, 1);
    await waiting(system, 1);
    await pass(system, 30 * HOUR, 20 * MINUTE);
    system.harness.state.github.jobs.set(1, { status: 'queued' });
    await pass(system, HOUR + 5 * MINUTE);
    expect(system.job(1).state).toBe('starting');
  });

  test('at the limit makes the job wait as any other', async () => {
    const system = setUp(1);
    await system.queueJob(1);
    shut(system, 1);
    await waiting(system, 1);
    await system.queueJob(2);
    await approve(system, 1);
    expect(system.job(1)).toMatchObject({ state: 'parked', reason: 'limit' });
  });

  test('never leaves GitHub’s own month', async () => {
    const system = setUp();
    await system.queueJob(1);
    shut(system, 1);
    await waiting(system, 1);
    system.harness.state.github.fail({ kind: 'unavailable', message: 'no' }, { method: 'getJob' });
    await pass(system, 30 * DAY + 2 * HOUR, HOUR);
    expect(system.job(1)).toMatchObject({ state: 'expired', reason: 'too-old' });
  });

  test('uses the machine that GitHub did not let us end', async () => {
    const system = setUp();
    await system.queueJob(1);
    shut(system, 1);
    const restore = system.harness.state.github.fail(
      { kind: 'unavailable', message: 'no' },
      { method: 'deleteRunner' },
    );
    await waiting(system, 1);
    restore();
    expect(system.slots()).toEqual(['1-1']);
    await approve(system, 1);
    expect(system.job(1)).toMatchObject({ state: 'starting', launchId: '1-1', startNumber: 3 });
    expect(machines(system)).toBe(1);
    await system.jobEvent(system.takeJob(system.machineOf(1).instanceId, 1));
    expect(system.job(1).state).toBe('running');
  });

  test('does not count on a machine that ends at that very moment', async () => {
    const system = setUp();
    await system.queueJob(1);
    const { instanceId } = system.machineOf(1);
    shut(system, 1);
    const restore = system.harness.state.github.fail(
      { kind: 'unavailable', message: 'no' },
      { method: 'deleteRunner' },
    );
    await waiting(system, 1);
    restore();
    const undo = system.harness.faults.after('launches.listOpen', async () => {
      undo();
      await system.shutDown(instanceId);
    });
    await approve(system, 1);
    expect(system.job(1)).toMatchObject({ state: 'starting', launchId: '1-4' });
    expect(system.harness.state.fleet.alive()).toHaveLength(1);
  });

  test('is no more than a repetition when its delivery comes again', async () => {
    const system = setUp();
    await system.queueJob(1);
    shut(system, 1);
    await waiting(system, 1);
    await approve(system, 1);
    await approve(system, 1);
    await system.queueJob(1);
    expect(machines(system)).toBe(2);
    expect(system.slots()).toHaveLength(1);
  });
});

describe('deliveries out of order', () => {
  test('the waiting that comes after the queued which it preceded changes nothing', async () => {
    const system = setUp();
    await system.queueJob(1);
    await system.queueJob(1, SECOND_DELIVERY);
    await waiting(system, 1);
    expect(system.job(1).state).toBe('starting');
    expect(machines(system)).toBe(1);
  });

  test('the first queued that comes after the waiting starts nothing', async () => {
    const system = setUp();
    shut(system, 1);
    await waiting(system, 1);
    shut(system, 1);
    await system.deliver(jobMessage({ jobId: 1 }));
    expect(system.job(1)).toMatchObject({ state: 'parked', reason: 'github-waiting' });
    expect(machines(system)).toBe(0);
  });

  test('in any order, twice or lost, a job behind a gate runs once it is open', async () => {
    const word = fc.constantFrom('queued', 'waiting', 'again', 'sweep', 'time');
    await fc.assert(
      fc.asyncProperty(
        fc.array(word, { maxLength: 12 }),
        fc.array(word, { maxLength: 12 }),
        fc.boolean(),
        async (before, after, isDown) => {
          const system = setUp(1);
          const hear = async (what: string, status: string): Promise<void> => {
            const message = jobMessage({ jobId: 1 });
            system.harness.state.github.jobs.set(1, { status });
            if (what === 'queued') await system.deliver(message);
            if (what === 'again') await system.deliver({ ...message, ...SECOND_DELIVERY });
            if (what === 'waiting') await waiting(system, 1).catch(() => undefined);
            if (what === 'time') system.harness.clock.advance(12 * MINUTE);
            if (what === 'sweep') await system.sweep();
            await system.drain();
            expect(brokenPromises(system, 1)).toEqual([]);
          };
          const restore = isDown
            ? system.harness.state.github.fail({ kind: 'unavailable', message: 'no' }, { method: 'getJob' })
            : () => undefined;
          for (const what of before.filter((one) => one !== 'again')) await hear(what, 'waiting');
          for (const what of ['queued', ...after]) await hear(what, 'queued');
          restore();
          await pass(system, 3 * HOUR, 11 * MINUTE);
          expect(['starting', 'parked']).toContain(system.job(1).state);
          if (system.job(1).state === 'parked') await pass(system, 2 * HOUR, 11 * MINUTE);
          expect(system.job(1).reason).not.toBe('github-waiting');
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('an end that we decided', () => {
  test.each(['expired', 'refused', 'cancelled'] as const)(
    '"%s" does not stand against a job that GitHub has queued since',
    async (state) => {
      const system = setUp();
      await system.queueJob(1);
      await system.shutDown(system.machineOf(1).instanceId);
      await end(system, state);
      await approve(system, 1);
      expect(system.job(1)).toMatchObject({ state: 'starting' });
      expect(system.job(1)).not.toHaveProperty('endedAt');
    },
  );

  test.each(['expired', 'refused'] as const)('"%s" does not stand against a job that runs', async (state) => {
    const system = setUp();
    await system.queueJob(1);
    const { instanceId } = system.machineOf(1);
    await end(system, state);
    await system.jobEvent({ ...system.takeJob(instanceId, 1), at: system.harness.clock.now().toISOString() });
    expect(system.job(1)).toMatchObject({ state: 'running', runnerName: `test-${instanceId}` });
    expect(system.job(1)).not.toHaveProperty('endedAt');
    await system.jobEvent(system.finishJob(instanceId, 1));
    expect(system.job(1)).toMatchObject({ state: 'completed', conclusion: 'success' });
  });

  test('"expired" does not stand against GitHub’s own end', async () => {
    const system = setUp();
    await system.queueJob(1);
    await end(system, 'expired');
    await system.jobEvent(
      jobEvent({ jobId: 1, kind: 'completed', conclusion: 'cancelled', at: system.harness.clock.now().toISOString() }),
    );
    expect(system.job(1)).toMatchObject({ state: 'cancelled', conclusion: 'cancelled' });
    expect(system.job(1)).not.toHaveProperty('reason');
  });

  test('stands against word from before it', async () => {
    const system = setUp();
    await system.queueJob(1);
    const event = system.takeJob(system.machineOf(1).instanceId, 1);
    system.harness.clock.advance(MINUTE * 5);
    await end(system, 'expired');
    await system.jobEvent(event);
    expect(system.job(1).state).toBe('expired');
  });

  test('stands against a repetition, and against what GitHub has not queued', async () => {
    const system = setUp();
    await system.queueJob(1);
    await system.shutDown(system.machineOf(1).instanceId);
    await end(system, 'expired');
    await system.queueJob(1);
    expect(system.job(1).state).toBe('expired');
    system.harness.state.github.jobs.set(1, { status: 'completed', conclusion: 'cancelled' });
    await system.deliver(jobMessage({ jobId: 1, ...SECOND_DELIVERY }));
    expect(system.job(1).state).toBe('expired');
  });

  test('GitHub’s own end stands against everything', async () => {
    const system = setUp();
    await system.queueJob(1);
    await system.jobEvent(jobEvent({ jobId: 1, kind: 'completed', conclusion: 'cancelled' }));
    await approve(system, 1);
    expect(system.job(1).state).toBe('cancelled');
  });
});

async function end(system: System, state: 'expired' | 'refused' | 'cancelled'): Promise<void> {
  const row = system.job(1);
  const now = system.harness.clock.now().toISOString();
  await system.harness.state.jobs.change(
    row.installationId,
    1,
    { from: [row.state] },
    { state, reason: 'too-old', endedAt: now, nextTry: null },
  );
  system.harness.clock.advance(MINUTE);
}
