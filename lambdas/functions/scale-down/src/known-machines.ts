import { keepNewest, type Launch } from '@multi-tenant-runner/core';

export type LaunchKey = Pick<Launch, 'installationId' | 'launchId'>;

/**
 * The launches whose machines this container has heard of, by instance id: what a machine is of never changes. A hint
 * alone, as a runner's name is text that a tenant can choose: whoever uses one asks the launch's row for the machine.
 */
export interface KnownMachines {
  remember(instanceId: string | undefined, launch: LaunchKey): void;
  find(instanceId: string): LaunchKey | undefined;
}

/** A few hundred bytes each. */
const MOST = 5_000;

export function createKnownMachines(): KnownMachines {
  const known = new Map<string, LaunchKey>();
  return {
    remember(instanceId, { installationId, launchId }) {
      if (instanceId !== undefined) keepNewest(known, MOST, instanceId, { installationId, launchId });
    },
    find: (instanceId) => known.get(instanceId),
  };
}
