import { jobMessage } from '@multi-tenant-runner/testing';
import { setUp, sweepLater } from './counterexamples/setup';
import { runCut } from './crash/crash-injection';
import { leftovers } from './crash/final-checks';
import { createFunctions } from './functions';

test.each([
  ['github.createJitConfig', 'first'],
  ['github.createJitConfig', 'second'],
  ['configs.put', 'first'],
  ['configs.put', 'second'],
])(
  'a machine that EC2 ends while it is configured leaves nothing behind, though scale-up dies after %s in the %s place',
  async (call, place) => {
    const system = setUp();
    const functions = createFunctions(system);
    // A machine of the first place is in no row before it has its configuration, so its end is not heard of.
    let first: string | undefined;
    if (place === 'second') system.harness.state.fleet.refuse(({ candidate }) => candidate === (first ??= candidate));
    const undo = system.harness.faults.before('github.createJitConfig', async () => {
      undo();
      const { instanceId } = system.machineOf(1);
      const machine = system.harness.state.fleet.machines.get(instanceId);
      if (machine !== undefined) machine.state = 'terminated';
      await functions.instanceEvent(instanceId, 'terminated');
    });
    const cut = await runCut(system.harness, call, 'dies-after', () => functions.scaleUp(jobMessage({ jobId: 1 })));
    expect(cut).toBe(call);
    expect(leftovers(system)).not.toEqual([]);
    system.harness.state.github.jobs.set(1, { status: 'completed' });
    for (let sweep = 1; sweep <= 4; sweep += 1) await sweepLater(system);
    expect(leftovers(system)).toEqual([]);
  },
);
