import type { Clock, ConfigStore } from '@multi-tenant-runner/core';

type RunnerConfig = Parameters<ConfigStore['put']>[0];

export interface InMemoryConfigs extends ConfigStore {
  /** By `installationId/launchId`. */
  readonly entries: Map<string, RunnerConfig>;
}

/** @param options.forgets whoever takes a configuration deletes it, as on DynamoDB; SSM keeps it */
export function createInMemoryConfigs(
  { clock }: { readonly clock: Clock },
  options: { readonly forgets?: boolean } = {},
): InMemoryConfigs {
  const entries = new Map<string, RunnerConfig>();
  return {
    entries,
    put: async (entry) => void entries.set(`${entry.installationId}/${entry.launchId}`, { ...entry }),
    take: async (installationId, launchId) => {
      const key = `${installationId}/${launchId}`;
      const entry = entries.get(key);
      if (options.forgets === true) entries.delete(key);
      return entry !== undefined && entry.expiresAt > clock.now() ? entry.value : undefined;
    },
    remove: async (installationId, launchIds) => launchIds.forEach((id) => entries.delete(`${installationId}/${id}`)),
    list: async (installationId) =>
      [...entries.values()]
        .filter((entry) => entry.installationId === installationId && entry.expiresAt > clock.now())
        .map((entry) => entry.launchId),
  };
}
