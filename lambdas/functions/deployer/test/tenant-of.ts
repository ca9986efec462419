import type { TenantLookup } from '@multi-tenant-runner/core';

export function tenantOf(installationId: number, status: 'active' | 'suspended' | 'deleted' = 'active'): TenantLookup {
  return {
    kind: 'tenant',
    installationId,
    problems: [],
    slotsBroken: false,
    tenant: {
      installationId,
      orgName: 'acme',
      orgType: 'Organization',
      status,
      tier: 'small',
      maxRunners: 1,
      maxRunnersFromRow: true,
      slotsHeld: 0,
      slotChanges: 0,
      caps: {},
      circuits: new Map(),
    },
  };
}
