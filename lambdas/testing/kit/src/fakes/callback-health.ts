import type { CallbackHealth, CallbackHealthStore } from '@multi-tenant-runner/core';

export function createInMemoryCallbackHealth(): CallbackHealthStore {
  const rows = new Map<number, CallbackHealth>();
  const get = (installationId: number): CallbackHealth => rows.get(installationId) ?? {};
  const fail = (installationId: number, reason: string, now: Date): void => {
    const failing = { failingSince: now.toISOString(), ...get(installationId), reason };
    rows.set(installationId, failing);
  };
  return {
    get: async (installationId) => get(installationId),
    recordFailure: async (...failure) => fail(...failure),
    recordGivenUp: async (installationId, reason, now) => {
      fail(installationId, reason, now);
      const { givenUp = 0, ...rest } = get(installationId);
      rows.set(installationId, { ...rest, givenUp: givenUp + 1, givenUpAt: now.toISOString() });
    },
    recordArrival: async (installationId) => {
      const { failingSince: _since, ...rest } = get(installationId);
      rows.set(installationId, rest);
    },
  };
}
