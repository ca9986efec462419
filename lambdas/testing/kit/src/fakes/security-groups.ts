import { securityGroupName, TAG, type SecurityGroups } from '@multi-tenant-runner/core';

export interface InMemorySecurityGroup {
  readonly groupId: string;
  readonly name: string;
  readonly tags: Record<string, string>;
  inUse: boolean;
}

export interface InMemorySecurityGroups extends SecurityGroups {
  readonly groups: Map<string, InMemorySecurityGroup>;
}

export function createInMemorySecurityGroups({
  environment,
}: {
  readonly environment: string;
}): InMemorySecurityGroups {
  const groups = new Map<string, InMemorySecurityGroup>();
  let count = 0;
  const idByName = new Map<string, string>();
  const named = (installationId: number): InMemorySecurityGroup | undefined => {
    const name = securityGroupName(environment, installationId);
    const known = groups.get(idByName.get(name) ?? '');
    const group = known?.name === name ? known : [...groups.values()].find((one) => one.name === name);
    if (group !== undefined) idByName.set(name, group.groupId);
    return group;
  };
  const isOurs = (group: InMemorySecurityGroup, installationId: number): boolean =>
    group.tags[TAG.environment] === environment && group.tags[TAG.tenantId] === String(installationId);

  return {
    groups,
    ensure: async (installationId, tenantTier) => {
      const standing = named(installationId);
      if (standing !== undefined) {
        if (isOurs(standing, installationId)) return standing.groupId;
        throw new Error(
          `Security group ${standing.groupId} (${standing.name}) has the tenant's name but not its tags; ` +
            'rename or delete it',
        );
      }
      const groupId = `sg-${String((count += 1)).padStart(17, '0')}`;
      const tags = {
        [TAG.tenantId]: String(installationId),
        [TAG.tenantTier]: tenantTier,
        [TAG.environment]: environment,
      };
      groups.set(groupId, { groupId, name: securityGroupName(environment, installationId), tags, inUse: false });
      return groupId;
    },
    find: async (installationId) => {
      const standing = named(installationId);
      return standing !== undefined && isOurs(standing, installationId) ? standing.groupId : undefined;
    },
    remove: async (groupId) => {
      if (groups.get(groupId)?.inUse === true) return 'in-use';
      groups.delete(groupId);
      return 'removed';
    },
  };
}
