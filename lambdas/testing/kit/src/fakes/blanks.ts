import { TAG, type BlankMachines } from '@multi-tenant-runner/core';
import type { InMemoryFleet } from './fleet-model';

export interface InMemoryBlanks extends BlankMachines {
  /** The security group of each machine. */
  readonly groups: Map<string, string>;
}

/** Machines of pools among those of the fleet. */
export function createInMemoryBlanks(fleet: InMemoryFleet, environment: string): InMemoryBlanks {
  const groups = new Map<string, string>();
  return {
    groups,
    start: async ({ tier, dedicated, blankId, machines, intent, userData }) => {
      const own =
        dedicated === undefined ? {} : { [TAG.tenantId]: String(dedicated), [TAG.tenantTier]: intent.tenantTier };
      const tags = { [TAG.environment]: environment, [TAG.runnerTier]: tier, [TAG.blankId]: blankId, ...own };
      const launchIds = Array.from({ length: machines }, () => blankId);
      const request = { installationId: dedicated ?? 0, launchIds, tier, intent, userData };
      const answer = await fleet.runGroup(request);
      // Also of a call whose answer is lost.
      for (const machine of fleet.machines.values()) {
        if (machine.clientToken !== intent.clientToken || TAG.blankId in machine.tags) continue;
        for (const name of Object.keys(machine.tags)) delete machine.tags[name];
        Object.assign(machine.tags, tags);
        groups.set(machine.instanceId, intent.securityGroupId);
      }
      return answer;
    },
    dress: async ({ instanceId, blankId }, { installationId, tenantTier, launchId, securityGroupId }) => {
      const machine = fleet.machines.get(instanceId);
      // EC2 is eventually consistent: it may not show a new machine for longer than anybody waits.
      if (!(await fleet.describe([instanceId])).some((shown) => shown.instanceId === instanceId)) return 'unfit';
      const runs = machine?.state === 'running' || machine?.state === 'pending';
      if (machine === undefined || !runs || machine.tags[TAG.blankId] !== blankId) return 'unfit';
      const { [TAG.tenantId]: tenant = String(installationId), [TAG.launchId]: launch = launchId } = machine.tags;
      if (tenant !== String(installationId) || launch !== launchId) return 'unfit';
      groups.set(instanceId, securityGroupId);
      const tags = { [TAG.tenantId]: tenant, [TAG.tenantTier]: tenantTier, [TAG.launchId]: launchId };
      Object.assign(machine.tags, tags);
      machine.request = { ...machine.request, installationId, launchId };
      return 'dressed';
    },
  };
}
