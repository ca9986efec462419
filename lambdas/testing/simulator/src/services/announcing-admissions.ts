import { jobIdOfLaunch, type Admissions } from '@multi-tenant-runner/core';
import type { State } from './backend';
import type { SimulationBus } from './events';

/** Says how many slots of the fleet are taken whenever one is, and of which job nothing leads to it any more. */
export function announcing(
  inner: Admissions,
  { fleetSlots, jobs }: Pick<State, 'fleetSlots' | 'jobs'>,
  events: SimulationBus,
): Admissions {
  const tellLost = (installationId: number, jobId: number): void => {
    if (jobs.isLost(installationId, jobId)) events.emit('job.lost', { installationId, jobId });
  };
  return {
    ...inner,
    admit: async (request) => {
      const answer = await inner.admit(request);
      const held = fleetSlots.all().reduce((sum, { slots }) => sum + slots.size, 0);
      if (answer.kind === 'admitted' && request.shareLimit !== undefined) events.emit('fleet-slot.taken', { held });
      tellLost(request.launch.installationId, request.launch.jobId);
      return answer;
    },
    admitAll: async (requests) => {
      const answers = await inner.admitAll(requests);
      for (const { launch } of requests) tellLost(launch.installationId, launch.jobId);
      return answers;
    },
    release: async (request) => {
      const answer = await inner.release(request);
      tellLost(request.installationId, jobIdOfLaunch(request.launchId));
      return answer;
    },
  };
}
