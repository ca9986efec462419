import type { AdmissionAnswer, AdmissionRequest, Admissions } from '@multi-tenant-runner/core';
import { createGathering } from '@multi-tenant-runner/runtime';
import type { Pause } from './fair-queue';

/** Milliseconds for which the first waits for others: a row may have to be read for each. */
const GATHERING = 5;

/**
 * Gathers admissions of one tenant in one invocation: all of them change the tenant's row, so each alone would be
 * refused by another that is under way, and paid for. Only where a row allows several of them at once: a limit of all
 * tenants together has rows of its own, and a limit that is unusable is looked at each time.
 */
export function createAdmissionsTogether(admissions: Admissions, pause: Pause): Admissions {
  const gather = createGathering<AdmissionRequest, AdmissionAnswer>({
    wait: () => pause(GATHERING),
    ask: (requests) => admissions.admitAll(requests),
  });
  return {
    read: (keys) => admissions.read(keys),
    release: (request) => admissions.release(request),
    admitAll: (requests) => admissions.admitAll(requests),
    admit: (request) => {
      const { launch, rowLimit, shareLimit, expected } = request;
      if (rowLimit === undefined || shareLimit !== undefined) return admissions.admit(request);
      return gather(JSON.stringify([launch.installationId, rowLimit, expected]), request);
    },
  };
}
