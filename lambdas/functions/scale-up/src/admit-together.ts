import type { AdmissionAnswer, AdmissionRequest, Admissions } from '@multi-tenant-runner/core';
import type { Pause } from './fair-queue';

/** Milliseconds for which the first waits for others: a row may have to be read for each. */
const GATHERING = 5;

interface Waiting {
  readonly request: AdmissionRequest;
  readonly resolve: (answer: AdmissionAnswer) => void;
  readonly reject: (cause: unknown) => void;
}

/**
 * Gathers admissions of one tenant in one invocation: all of them change the tenant's row, so each alone would be
 * refused by another that is under way, and paid for. Only where a row allows several of them at once: a limit of all
 * tenants together has rows of its own, and a limit that is unusable is looked at each time.
 */
export function createAdmissionsTogether(admissions: Admissions, pause: Pause): Admissions {
  const gathered = new Map<string, Waiting[]>();
  const flush = async (key: string, waiting: readonly Waiting[]): Promise<void> => {
    await pause(GATHERING);
    gathered.delete(key);
    try {
      const requests = waiting.map(({ request }) => request);
      const [first, ...others] = requests;
      const isOne = first !== undefined && others.length === 0;
      const answers = isOne ? [await admissions.admit(first)] : await admissions.admitAll(requests);
      for (const [index, { resolve }] of waiting.entries()) resolve(answers[index] as AdmissionAnswer);
    } catch (cause) {
      for (const { reject } of waiting) reject(cause);
    }
  };
  return {
    read: (keys) => admissions.read(keys),
    release: (request) => admissions.release(request),
    admitAll: (requests) => admissions.admitAll(requests),
    admit: (request) => {
      const { launch, rowLimit, shareLimit, expected } = request;
      if (rowLimit === undefined || shareLimit !== undefined) return admissions.admit(request);
      return new Promise((resolve, reject) => {
        const key = JSON.stringify([launch.installationId, rowLimit, expected]);
        const waiting = gathered.get(key);
        if (waiting !== undefined) return void waiting.push({ request, resolve, reject });
        const first = [{ request, resolve, reject }];
        gathered.set(key, first);
        void flush(key, first);
      });
    },
  };
}
