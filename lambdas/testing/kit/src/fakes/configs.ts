import type { Clock, ConfigStore } from '@multi-tenant-runner/core';

export type RunnerConfig = Parameters<ConfigStore['put']>[0];

export interface InMemoryConfigs extends ConfigStore {
  /** By `installationId/instanceId`. */
  readonly entries: Map<string, RunnerConfig>;
}

export function createInMemoryConfigs({ clock }: { readonly clock: Clock }): InMemoryConfigs {
  const entries = new Map<string, RunnerConfig>();
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
