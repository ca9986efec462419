import type { RunInstancesCommandInput, Tag, TagSpecification } from '@aws-sdk/client-ec2';
import { TAG, type GroupRequest, type LaunchRequest } from '@multi-tenant-runner/core';

export interface FleetTags {
  readonly environment: string;
  /** The operator's own tags. */
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * Deterministic: EC2 rejects a known client token with other parameters. The launch template has no network interface
 * and no security group, so that the tenant's group can be set here.
 *
 * @param userData in base64; it replaces the template's
 */
export function buildRunInput(
  request: LaunchRequest | GroupRequest,
  userData: string,
  settings: FleetTags,
): RunInstancesCommandInput {
  const { intent } = request;
  return {
    MinCount: 1,
    MaxCount: 'launchIds' in request ? request.launchIds.length : 1,
    ClientToken: intent.clientToken,
    LaunchTemplate: { LaunchTemplateId: intent.launchTemplateId, Version: intent.launchTemplateVersion },
    InstanceType: intent.instanceType as NonNullable<RunInstancesCommandInput['InstanceType']>,
    SubnetId: intent.subnetId,
    SecurityGroupIds: [intent.securityGroupId],
    UserData: userData,
    ...(intent.spot && {
      InstanceMarketOptions: {
        MarketType: 'spot',
        SpotOptions: { SpotInstanceType: 'one-time', InstanceInterruptionBehavior: 'terminate' },
      },
    }),
    TagSpecifications: tagSpecifications(request, settings),
  };
}

/** All machines of one call have the same tags, so that none of a group can name its launch. */
function tagSpecifications(
  request: LaunchRequest | GroupRequest,
  { environment, tags }: FleetTags,
): TagSpecification[] {
  const own = {
    [TAG.tenantId]: String(request.installationId),
    [TAG.tenantTier]: request.intent.tenantTier,
    [TAG.environment]: environment,
    [TAG.runnerTier]: request.tier,
    ...('launchId' in request && { [TAG.launchId]: request.launchId }),
  };
  return [
    { ResourceType: 'instance', Tags: toTags({ ...legalOnInstances(tags), ...own }) },
    { ResourceType: 'volume', Tags: toTags({ ...tags, ...own }) },
    { ResourceType: 'network-interface', Tags: toTags({ ...tags, ...own }) },
  ];
}

/**
 * The machine reads its tags from the metadata service, which allows only these characters; EC2 rejects a launch with
 * any other key. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/work-with-tags-in-IMDS.html
 */
export function legalOnInstances(tags: Readonly<Record<string, string>>): Record<string, string> {
  const legal = ([key]: [string, string]): boolean =>
    /^[0-9A-Za-z\-_+=,.@:]+$/.test(key) && key !== '.' && key !== '..' && key !== '_index';
  return Object.fromEntries(Object.entries(tags).filter(legal));
}

export function toTags(tags: Readonly<Record<string, string>>): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
