import { MINUTE } from '@multi-tenant-runner/core';
import { Crash, jobMessage } from '@multi-tenant-runner/testing';
import { brokenPromises, createSystem, type System } from './system';

const LIMIT = 1;

function newSystem(): System {
  const system = createSystem();
  system.harness.addTenant({ max_runners: LIMIT });
  for (const jobId of [1, 2]) system.harness.state.github.jobs.set(jobId, { status: 'queued' });
  return system;
}

/** Everything that one launch of job 1 calls, from the code itself: a new call is covered without being named. */
async function callsOfOneLaunch(): Promise<number> {
  const system = newSystem();
  await system.deliver(jobMessage({ jobId: 1 }));
  return system.harness.calls.length;
}

/** Machines run what GitHub gives them, time passes and the sweep comes by, until both jobs are done. */
async function runToTheEnd(system: System): Promise<void> {
  for (let round = 0; round < 12; round += 1) {
    await system.drain();
    expect(brokenPromises(system, LIMIT)).toEqual([]);
    for (const machine of system.harness.state.fleet.alive()) await runOneJob(system, machine.instanceId);
    system.harness.clock.advance(17 * MINUTE);
    await system.sweep();
    expect(brokenPromises(system, LIMIT)).toEqual([]);
  }
}

async function runOneJob(system: System, instanceId: string): Promise<void> {
  const registered = system.harness.state.github.registrations.all().some(({ name }) => name.endsWith(instanceId));
  const configured = system.harness.state.launches.all().some((row) => row.instanceId === instanceId && row.jitStored);
  const waiting = [...system.harness.state.github.jobs].find(([, job]) => job.status === 'queued')?.[0];
  if (registered && configured && waiting !== undefined) {
    await system.jobEvent(system.takeJob(instanceId, waiting));
    await system.jobEvent(system.finishJob(instanceId, waiting));
  }
  // With its job done, or after its bounded wait for a configuration.
  await system.shutDown(instanceId);
}

function expectGoodEnd(system: System): void {
  expect([system.job(1).state, system.job(2).state]).toEqual(['completed', 'completed']);
  expect(system.slots()).toEqual([]);
  expect(system.harness.state.fleet.alive()).toEqual([]);
  expect(system.harness.state.launches.all().filter(({ state }) => state !== 'ended')).toEqual([]);
}

test('a sweep during each step of a launch breaks nothing', async () => {
  const steps = await callsOfOneLaunch();
  for (let step = 0; step < steps; step += 1) {
    const system = newSystem();
    let seen = 0;
    const undo = system.harness.onCall(async () => {
      if (seen++ !== step) return;
      undo();
      await system.sweep();
    });
    await system.deliver(jobMessage({ jobId: 1 }));
    await system.deliver(jobMessage({ jobId: 2 }));
    await runToTheEnd(system);
    expectGoodEnd(system);
  }
});

test("another job's worker and a duplicate during each step of a launch break nothing", async () => {
  const steps = await callsOfOneLaunch();
  for (let step = 0; step < steps; step += 1) {
    const system = newSystem();
    let seen = 0;
    const undo = system.harness.onCall(async () => {
      if (seen++ !== step) return;
      undo();
      await system.deliver(jobMessage({ jobId: 2 }));
      await system.deliver(jobMessage({ jobId: 1 }));
      expect(brokenPromises(system, LIMIT)).toEqual([]);
    });
    await system.deliver(jobMessage({ jobId: 1 }));
    await runToTheEnd(system);
    expectGoodEnd(system);
  }
});

describe.each(['before', 'after'] as const)('a worker that dies %s a call takes effect', (when) => {
  test('leaves nothing behind, whichever call it was', async () => {
    const steps = await callsOfOneLaunch();
    for (let step = 0; step < steps; step += 1) {
      const system = newSystem();
      let seen = 0;
      const hook = (): void => {
        if (seen++ === step) throw new Crash(`dies at call ${step}`);
      };
      const undo = when === 'before' ? system.harness.onCall(hook) : system.harness.afterCall(hook);
      await system.deliver(jobMessage({ jobId: 1 })).catch(() => undefined);
      undo();
      await system.deliver(jobMessage({ jobId: 2 }));
      system.harness.clock.advance(6 * MINUTE);
      await system.deliver(jobMessage({ jobId: 1 }), { receiveCount: 2 });
      await runToTheEnd(system);
      expectGoodEnd(system);
    }
  });

  test('is made good by the sweep alone, should its message be lost too', async () => {
    const steps = await callsOfOneLaunch();
    for (let step = when === 'before' ? 1 : 0; step < steps; step += 1) {
      const system = newSystem();
      let seen = 0;
      const hook = (): void => {
        if (seen++ === step) throw new Crash(`dies at call ${step}`);
      };
      const undo = when === 'before' ? system.harness.onCall(hook) : system.harness.afterCall(hook);
      await system.deliver(jobMessage({ jobId: 1 })).catch(() => undefined);
      undo();
      await system.deliver(jobMessage({ jobId: 2 }));
      await runToTheEnd(system);
      expectGoodEnd(system);
    }
  });
});
