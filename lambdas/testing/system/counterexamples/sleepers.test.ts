import { MINUTE } from '@multi-tenant-runner/core';
import { jobMessage } from '@multi-tenant-runner/testing';
import { createFunctions, type Functions } from '../functions';
import { brokenPromises, type System } from '../system';
import { LONG, gate, setUp } from './setup';

const FIRST = jobMessage({ jobId: 1 });

/** A worker has learned of the machine and dies before it has configured it. */
async function machineWithoutConfiguration(system: System, functions: Functions): Promise<string> {
  system.harness.faults.fail('github.createJitConfig', new Error('the worker dies'));
  await functions.scaleUp(FIRST);
  return system.machineOf(1).instanceId;
}

describe('an invocation that sleeps past its lease', () => {
  test('sleeper-starts: starts no machine for a launch that the sweep has settled', async () => {
    const system = setUp();
    const functions = createFunctions(system);
    const beforeRun = gate(system, 'fleet.run');
    const sleeper = functions.scaleUp(FIRST);
    await beforeRun.reached;
    system.harness.clock.advance(LONG);
    await functions.sweep();
    await system.drain();
    const broken: string[] = [];
    system.harness.faults.after('fleet.run', () => broken.push(...brokenPromises(system, 1)));
    beforeRun.open();
    expect((await sleeper).batchItemFailures).toHaveLength(1);
    expect(broken).toEqual([]);
    expect(system.job(1)).toMatchObject({ state: 'starting', launchId: '1-2' });
  });

  test('sleeper-terminates: terminates no machine that another worker has configured meanwhile', async () => {
    const system = setUp();
    const functions = createFunctions(system);
    const instanceId = await machineWithoutConfiguration(system, functions);
    system.harness.clock.advance(LONG);
    const beforeTerminate = gate(system, 'fleet.terminate');
    const sleeper = functions.sweep();
    await beforeTerminate.reached;
    system.harness.clock.advance(2 * MINUTE);
    await functions.scaleUp(FIRST, 2);
    await functions.jobEvent(system.takeJob(instanceId, 1));
    beforeTerminate.open();
    await expect(sleeper).rejects.toThrow('slept past its leases');
    expect(system.harness.state.fleet.alive()).toHaveLength(1);
    expect(system.job(1).state).toBe('running');
  });
});
