import { MINUTE } from '@multi-tenant-runner/core';
import { defineCheck, failing, some, type Check } from '../check';

/** Ten sweeps. What is younger may be under way: rows and EC2 are not read at the same moment. */
const UNDER_WAY = 10 * MINUTE;

export const MACHINE_CHECKS: readonly Check[] = [
  defineCheck({
    name: 'machines',
    needs: ['fleet', 'machines'],
    fine: 'Every machine of a tenant at EC2 has its launch, and every launch that runs its machine.',
    judge: ({ fleet: { launches, isSample }, machines, now }) => {
      const isSettled = (iso: string): boolean => now.getTime() - Date.parse(iso) > UNDER_WAY;
      const alive = new Set(machines.map(({ instanceId }) => instanceId));
      const lost = launches.filter(
        ({ state, updatedAt, instanceId }) =>
          state === 'running' && instanceId !== undefined && !alive.has(instanceId) && isSettled(updatedAt),
      );
      const log = 'The sweep ends both within a minute; else read the log of scale-down.';
      if (lost.length > 0)
        return failing(`Launches whose machine EC2 does not have: ${some(lost.map((one) => one.launchId))}.`, log);
      if (isSample) return undefined;
      const known = new Set(launches.map(({ instanceId }) => instanceId));
      const stray = machines.filter(({ instanceId, since }) => !known.has(instanceId) && isSettled(since));
      if (stray.length === 0) return undefined;
      return failing(`Machines that no launch names, and that cost: ${some(stray.map((one) => one.instanceId))}.`, log);
    },
  }),
];
