import {
  CreateTagsCommand,
  DescribeInstancesCommand,
  ModifyNetworkInterfaceAttributeCommand,
  type EC2Client,
  type Instance,
  type RunInstancesCommandInput,
} from '@aws-sdk/client-ec2';
import { TAG, type BlankMachines, type BlankRequest, type Owner } from '@multi-tenant-runner/core';
import { parseStartedGroup } from './parse-machine';
import { retrying, type Sleep } from './retrying';
import { askUntilClear } from './run-instance';
import { buildRunInput, toTags, type FleetTags } from './run-input';
import { createUserDataBuilder, decideTemplateError } from './user-data';

export interface BlanksDeps extends FleetTags {
  /** Without retries of its own. */
  readonly client: Pick<EC2Client, 'send'>;
  readonly sleep: Sleep;
}

/** Machines of no tenant, and what makes one a tenant's. */
export function createEc2Blanks({ client, sleep, ...settings }: BlanksDeps): BlankMachines {
  const buildUserData = createUserDataBuilder({ client, sleep });

  const describe = async (instanceId: string): Promise<Instance | undefined> => {
    const answer = await retrying(sleep, () =>
      client.send(new DescribeInstancesCommand({ Filters: [{ Name: 'instance-id', Values: [instanceId] }] })),
    );
    return answer.Reservations?.flatMap(({ Instances }) => Instances ?? []).find(
      (one) => one.InstanceId === instanceId,
    );
  };
  const setGroup = async (instance: Instance, groupId: string): Promise<void> => {
    for (const { NetworkInterfaceId, Groups = [] } of instance.NetworkInterfaces ?? []) {
      if (NetworkInterfaceId === undefined || (Groups.length === 1 && Groups[0]?.GroupId === groupId)) continue;
      const change = { NetworkInterfaceId, Groups: [groupId] };
      await retrying(sleep, () => client.send(new ModifyNetworkInterfaceAttributeCommand(change)));
    }
  };

  return {
    // Not repeated later: the places of a call without an answer are cleared by the sweep, and so are its machines.
    start: async (request) => {
      let userData: string;
      try {
        userData = await buildUserData(request.intent, request.userData);
      } catch (error) {
        return decideTemplateError(error);
      }
      return askUntilClear({ client, sleep }, buildBlankInput(request, userData, settings), parseStartedGroup);
    },
    dress: async ({ instanceId, blankId }, owner) => {
      const instance = await describe(instanceId);
      if (instance === undefined || !isFit(instance, blankId, owner, settings.environment)) return 'unfit';
      // First the group: what has the tenant's name on it has the tenant's network.
      await setGroup(instance, owner.securityGroupId);
      const tags = { Resources: resourcesOf(instance, instanceId), Tags: toTags(tagsOf(owner)) };
      await retrying(sleep, () => client.send(new CreateTagsCommand(tags)));
      return 'dressed';
    },
  };
}

function buildBlankInput(
  { tier, dedicated, blankId, machines, intent }: BlankRequest,
  userData: string,
  settings: FleetTags,
): RunInstancesCommandInput {
  const request = { installationId: dedicated ?? 0, launchId: blankId, tier, intent, userData: NO_USER_DATA };
  const input = buildRunInput(request, userData, settings);
  const specifications = (input.TagSpecifications ?? []).map(({ Tags = [], ...kind }) => ({
    ...kind,
    Tags: [
      ...Tags.filter(({ Key }) => Key !== TAG.launchId && (dedicated !== undefined || !OF_A_TENANT.has(Key))),
      { Key: TAG.blankId, Value: blankId },
    ],
  }));
  return { ...input, MaxCount: machines, TagSpecifications: specifications };
}

/** The input takes it in base64. */
const NO_USER_DATA = { machineUrl: '', claimSecret: '' };
const OF_A_TENANT: ReadonlySet<string | undefined> = new Set([TAG.tenantId, TAG.tenantTier]);

const tagsOf = ({ installationId, tenantTier, launchId }: Owner): Record<string, string> => ({
  [TAG.tenantId]: String(installationId),
  [TAG.tenantTier]: tenantTier,
  [TAG.launchId]: launchId,
});

/** It runs, a pool started it as the very machine that was bound, and no other tenant or launch has it. */
function isFit(instance: Instance, blankId: string, owner: Owner, environment: string): boolean {
  const tags = new Map((instance.Tags ?? []).map(({ Key = '', Value }) => [Key, Value]));
  const isOwn = (name: string, value: string): boolean => !tags.has(name) || tags.get(name) === value;
  return (
    (instance.State?.Name === 'running' || instance.State?.Name === 'pending') &&
    tags.get(TAG.environment) === environment &&
    tags.get(TAG.blankId) === blankId &&
    isOwn(TAG.tenantId, String(owner.installationId)) &&
    isOwn(TAG.launchId, owner.launchId)
  );
}

function resourcesOf({ BlockDeviceMappings = [], NetworkInterfaces = [] }: Instance, instanceId: string): string[] {
  const others = [
    ...BlockDeviceMappings.map(({ Ebs }) => Ebs?.VolumeId),
    ...NetworkInterfaces.map(({ NetworkInterfaceId }) => NetworkInterfaceId),
  ];
  return [instanceId, ...others.filter((id) => id !== undefined)];
}
