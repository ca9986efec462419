import { clientTokenFor, type Intent, type Launch } from '@multi-tenant-runner/core';
import { candidatesFor } from './candidates';
import type { ScaleUpDeps } from './deps';

export interface MachineFor {
  readonly securityGroupId: string;
  readonly tenantTier: string;
}

/** The next candidate that EC2 has not refused for this launch; undefined: none is left. */
export function decideIntent(
  launch: Pick<Launch, 'installationId' | 'launchId' | 'tier'>,
  attempted: readonly string[],
  machineFor: MachineFor,
  deps: Pick<ScaleUpDeps, 'settings' | 'scaleUp' | 'capacityErrors' | 'clock'>,
): Omit<Intent, 'claimHash'> | undefined {
  const tier = deps.settings.tiers.get(launch.tier);
  const template = deps.scaleUp.launchTemplates.get(launch.tier);
  if (tier === undefined || template === undefined) return undefined;
  const now = deps.clock.now();
  const candidate = candidatesFor(tier, subnetsOf(launch.tier, deps.scaleUp), launch.launchId, (key) =>
    deps.capacityErrors.has(key, now),
  ).find(({ key }) => !attempted.includes(key));
  if (candidate === undefined) return undefined;
  return {
    candidate: candidate.key,
    clientToken: clientTokenFor(launch.installationId, launch.launchId, candidate.key),
    instanceType: candidate.instanceType,
    subnetId: candidate.subnetId,
    spot: candidate.spot,
    launchTemplateId: template.id,
    launchTemplateVersion: template.version,
    securityGroupId: machineFor.securityGroupId,
    tenantTier: machineFor.tenantTier,
  };
}

function subnetsOf(tier: string, { subnetIds, tierSubnetIds }: ScaleUpDeps['scaleUp']): readonly string[] {
  return tierSubnetIds?.get(tier) ?? subnetIds;
}
