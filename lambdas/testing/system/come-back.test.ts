import { SECOND } from '@multi-tenant-runner/core';
import { jobMessage } from '@multi-tenant-runner/testing';
import { createFunctions } from './functions';
import { createSystem, type System } from './system';

function withTenant(): System {
  const system = createSystem();
  system.harness.addTenant({ max_runners: 2 });
  return system;
}

describe('a job whose start failed', () => {
  it('is tried again after seconds where its lease was given back, and gets the machine asked for', async () => {
    const system = withTenant();
    const functions = createFunctions(system);
    system.harness.state.fleet.answerUnknownOnce({ machineStarts: true });
    const message = jobMessage({ jobId: 1 });
    expect((await functions.scaleUp(message)).batchItemFailures).toHaveLength(1);
    expect(functions.putOff).toEqual([15]);
    system.harness.clock.advance(15 * SECOND);
    expect((await functions.scaleUp(message, 2)).batchItemFailures).toEqual([]);
    expect(system.launchOf(1).state).toBe('running');
    expect(system.harness.state.fleet.machines.size).toBe(1);
  });

  it('is tried again once its lease is over, where that could not be given back', async () => {
    const system = withTenant();
    const functions = createFunctions(system);
    system.harness.state.fleet.answerUnknownOnce({ machineStarts: true });
    let hasAsked = false;
    system.harness.onCall((port, method) => {
      if (hasAsked && port === 'launches') throw new Error('DynamoDB is down');
      hasAsked ||= port === 'fleet' && method === 'run';
    });
    expect((await functions.scaleUp(jobMessage({ jobId: 1 }))).batchItemFailures).toHaveLength(1);
    expect(functions.putOff).toEqual([90]);
  });

  it('is tried again once its lease is over, where nobody knows whether it has one', async () => {
    const system = withTenant();
    const functions = createFunctions(system);
    let isLost = false;
    const undo = system.harness.afterCall((port) => {
      if (port === 'admissions' && !isLost) {
        isLost = true;
        throw new Error('the answer is lost');
      }
    });
    const message = jobMessage({ jobId: 1 });
    expect((await functions.scaleUp(message)).batchItemFailures).toHaveLength(1);
    undo();
    const [seconds = 0] = functions.putOff;
    expect(functions.putOff).toEqual([90]);
    // Sooner it would leave the launch to whoever holds it, and never come back.
    system.harness.clock.advance(seconds * SECOND);
    expect((await functions.scaleUp(message, 2)).batchItemFailures).toEqual([]);
    expect(system.launchOf(1).state).toBe('running');
    expect(system.harness.state.fleet.machines.size).toBe(1);
  });
});

test('an event of a runner that could not be recorded is told again once the lease is over', async () => {
  const system = withTenant();
  const functions = createFunctions(system);
  await system.queueJob(1);
  const event = system.takeJob(system.machineOf(1).instanceId, 1);
  const undo = system.harness.onCall(() => {
    throw new Error('nothing can be read');
  });
  expect((await functions.jobEvent(event)).batchItemFailures).toHaveLength(1);
  undo();
  expect(functions.putOff).toEqual([90]);
});
