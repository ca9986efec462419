import type { Clock, RunnerParameters } from '@multi-tenant-runner/core';

export type ParameterEntry = Parameters<RunnerParameters['put']>[0];

export interface InMemoryParameters extends RunnerParameters {
  /** By `installationId/instanceId`. */
  readonly entries: Map<string, ParameterEntry>;
}

export function createInMemoryParameters({ clock }: { readonly clock: Clock }): InMemoryParameters {
  const entries = new Map<string, ParameterEntry>();
  return {
    entries,
    put: async (entry) => void entries.set(`${entry.installationId}/${entry.instanceId}`, { ...entry }),
    remove: async (installationId, instanceIds) =>
      instanceIds.forEach((id) => entries.delete(`${installationId}/${id}`)),
    list: async (installationId) =>
      [...entries.values()]
        .filter((entry) => entry.installationId === installationId && entry.expiresAt > clock.now())
        .map((entry) => entry.instanceId),
  };
}
