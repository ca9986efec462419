import { MINUTE } from '@multi-tenant-runner/core';
import { jobMessage } from '@multi-tenant-runner/testing';
import { takes } from './machines';
import { ID, begin, type Scenario, type StartedSystem } from './scenario';

/** A tenant that may have more machines than the whole fleet, and the jobs' messages handled. */
async function fleetOf(maxRunnersTotal: number, jobIds: readonly number[]): Promise<StartedSystem> {
  const start = begin({ max_runners: 5 }, jobIds, { maxRunnersTotal });
  for (const jobId of jobIds) await start.functions.scaleUp(jobMessage({ jobId }));
  return start;
}

/** Nobody gave its slot of the fleet back, or nobody took it for the launch. */
function setShare({ system }: StartedSystem, jobId: number, share: number): void {
  const { launches } = system.harness.state;
  const row = system.launchOf(jobId);
  launches.rows.set(`${ID}/${row.launchId}`, { ...row, fleetShare: share });
}

export const FLEET: readonly Scenario[] = [
  {
    name: 'a job that finds no slot of the fleet',
    mayBeLost: true,
    arrange: async () => {
      const { system, functions } = await fleetOf(1, [1]);
      system.harness.state.github.jobs.set(2, { status: 'queued' });
      return { system, functions, act: () => functions.scaleUp(jobMessage({ jobId: 2 })) };
    },
  },
  {
    name: 'a machine that is gone while another job waits for the fleet',
    mayBeLost: true,
    arrange: async () => {
      const { system, functions } = await fleetOf(1, [1, 2]);
      const { instanceId } = system.machineOf(1);
      await functions.jobEvent(await takes(system, instanceId, 1));
      await functions.jobEvent(system.finishJob(instanceId, 1));
      system.machineOf(1).state = 'terminated';
      return { system, functions, act: () => functions.instanceEvent(instanceId, 'terminated') };
    },
  },
  {
    name: 'the sweep of a fleet with a slot of no launch, one too few and one too many in a share',
    damaged: true,
    arrange: async () => {
      const start = await fleetOf(64, [1, 2, 3]);
      const { system, functions } = start;
      const { fleetSlots } = system.harness.state;
      for (const { index, slots } of fleetSlots.all()) for (const slot of slots) await fleetSlots.free(index, slot);
      await fleetSlots.restore(3, `${ID}/9-1`);
      for (const jobId of [1, 2]) {
        setShare(start, jobId, 0);
        await fleetSlots.restore(0, `${ID}/${jobId}-1`);
      }
      Object.assign(system.harness.settings, { maxRunnersTotal: 4 });
      system.harness.clock.advance(11 * MINUTE);
      return { system, functions, act: () => functions.sweep() };
    },
  },
];
