import {
  AuthorizeSecurityGroupEgressCommand,
  CreateSecurityGroupCommand,
  DeleteSecurityGroupCommand,
  DescribeSecurityGroupsCommand,
  RevokeSecurityGroupEgressCommand,
  type EC2Client,
  type SecurityGroup,
} from '@aws-sdk/client-ec2';
import { securityGroupName, TAG, type SecurityGroups } from '@multi-tenant-runner/core';
import { parseAwsError } from '../aws-error';
import { planEgress, type EgressRule } from './plan-egress';
import { retrying, type Sleep } from './retrying';
import { toTags } from './run-input';

export interface SecurityGroupDeps {
  readonly client: Pick<EC2Client, 'send'>;
  readonly environment: string;
  readonly vpcId: string;
  readonly egressRules: readonly EgressRule[];
  /** The operator's own tags. */
  readonly tags: Readonly<Record<string, string>>;
  readonly sleep: Sleep;
}

const LOOKS = 5;
const LOOK_PAUSE = 500;

export function createEc2SecurityGroups(deps: SecurityGroupDeps): SecurityGroups {
  const { client, environment, vpcId, sleep } = deps;

  const named = async (installationId: number): Promise<SecurityGroup | undefined> => {
    const name = securityGroupName(environment, installationId);
    const filters = [
      { Name: 'group-name', Values: [name] },
      { Name: 'vpc-id', Values: [vpcId] },
    ];
    const answer = await retrying(sleep, () => client.send(new DescribeSecurityGroupsCommand({ Filters: filters })));
    return answer.SecurityGroups?.find((group) => group.GroupName === name && group.VpcId === vpcId);
  };
  /** EC2 may list a new group a moment later, whether created here or by a concurrent event of the same tenant. */
  const seen = async (installationId: number, looks = LOOKS): Promise<SecurityGroup> => {
    const group = await named(installationId);
    if (group !== undefined) return group;
    if (looks <= 1)
      throw new Error(
        `Security group ${securityGroupName(environment, installationId)} was created but EC2 does not list ` +
          'it yet; the next event or sweep continues.',
      );
    await sleep(LOOK_PAUSE);
    return seen(installationId, looks - 1);
  };
  const make = async (installationId: number, tenantTier: string): Promise<void> => {
    const tags = {
      ...deps.tags,
      [TAG.tenantId]: String(installationId),
      [TAG.tenantTier]: tenantTier,
      [TAG.environment]: environment,
    };
    const input = {
      GroupName: securityGroupName(environment, installationId),
      Description: `Runners of installation ${installationId}: no ingress`,
      VpcId: vpcId,
      TagSpecifications: [
        {
          ResourceType: 'security-group' as const,
          Tags: toTags({ Name: securityGroupName(environment, installationId), ...tags }),
        },
      ],
    };
    await tolerating(['InvalidGroup.Duplicate'], () =>
      retrying(sleep, () => client.send(new CreateSecurityGroupCommand(input))),
    );
  };
  /**
   * A listed group may still be unknown where its rules are changed.
   * https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
   */
  const onceKnown = async (call: () => Promise<unknown>, looks = LOOKS): Promise<void> => {
    try {
      await retrying(sleep, call);
      return;
    } catch (error) {
      if (parseAwsError(error).code !== 'InvalidGroup.NotFound' || looks <= 1) throw error;
    }
    await sleep(LOOK_PAUSE);
    return onceKnown(call, looks - 1);
  };
  const setEgress = async (group: SecurityGroup): Promise<void> => {
    const plan = planEgress(group.IpPermissionsEgress ?? [], deps.egressRules);
    const target = { GroupId: group.GroupId };
    // Adds before it removes: a group in use always has the configured rules. A concurrent writer makes the same
    // changes, so rules that already exist or are gone are fine; one rule per call, as a duplicate fails the call.
    for (const permission of plan.authorize) {
      const command = new AuthorizeSecurityGroupEgressCommand({ ...target, IpPermissions: [permission] });
      await tolerating(['InvalidPermission.Duplicate'], () => onceKnown(() => client.send(command)));
    }
    for (const permission of plan.revoke) {
      const command = new RevokeSecurityGroupEgressCommand({ ...target, IpPermissions: [permission] });
      await tolerating(['InvalidPermission.NotFound'], () => onceKnown(() => client.send(command)));
    }
  };

  return {
    ensure: async (installationId, tenantTier) => {
      const standing = await named(installationId);
      if (standing === undefined) await make(installationId, tenantTier);
      const group = standing ?? (await seen(installationId));
      if (group.GroupId === undefined || !isOurs(group, environment, installationId)) {
        throw new Error(
          `Security group ${group.GroupId} (${group.GroupName}) has the tenant's name but not its tags ` +
            `${TAG.environment} = ${environment} and ` +
            `${TAG.tenantId} = ${installationId}, so it is not used; rename or delete it.`,
        );
      }
      await setEgress(group);
      return group.GroupId;
    },
    find: async (installationId) => {
      const group = await named(installationId);
      return group !== undefined && isOurs(group, environment, installationId) ? group.GroupId : undefined;
    },
    remove: async (groupId) => {
      try {
        await retrying(sleep, () => client.send(new DeleteSecurityGroupCommand({ GroupId: groupId })));
        return 'removed';
      } catch (error) {
        const { code } = parseAwsError(error);
        if (code === 'InvalidGroup.NotFound' || code === 'InvalidGroupId.Malformed') return 'removed';
        // Network interfaces briefly outlive their machines.
        if (code === 'DependencyViolation' || code === 'InvalidGroup.InUse') return 'in-use';
        throw error;
      }
    },
  };
}

function isOurs(group: SecurityGroup, environment: string, installationId: number): boolean {
  const has = (key: string, value: string): boolean =>
    group.Tags?.some((tag) => tag.Key === key && tag.Value === value) === true;
  return has(TAG.environment, environment) && has(TAG.tenantId, String(installationId));
}

async function tolerating(codes: readonly string[], call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (!codes.includes(parseAwsError(error).code)) throw error;
  }
}
