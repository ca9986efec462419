import {
  CreateTagsCommand,
  ModifyNetworkInterfaceAttributeCommand,
  type EC2Client,
  type Instance,
  type RunInstancesCommandInput,
} from '@aws-sdk/client-ec2';
import { TAG, type BlankMachines, type BlankRequest, type DressedMachine, type Owner } from '@multi-tenant-runner/core';
import type { AwsError } from '../aws-error';
import { createInstanceReader } from './describe-together';
import { parseStartedGroup } from './parse-machine';
import { repeating, retrying, type Sleep } from './retrying';
import { askUntilClear } from './run-instance';
import { buildRunInput, toTags, type FleetTags } from './run-input';
import { createUserDataBuilder, decideTemplateError } from './user-data';

export interface BlanksDeps extends FleetTags {
  /** Without retries of its own. */
  readonly client: Pick<EC2Client, 'send'>;
  readonly sleep: Sleep;
}

/**
 * Milliseconds between looks at a machine that has just started: EC2 may not show it yet, nor its disk, which is there
 * some seconds later. It boots meanwhile, so nobody waits for this.
 * https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
 * https://github.com/hashicorp/packer/pull/9480
 */
const PAUSES = [250, 500, 1_000, 2_000, 3_000];
const UNKNOWN_YET = /^(Invalid(InstanceID|NetworkInterfaceID|Volume)\.NotFound|InvalidID|UnauthorizedOperation)$/;

/** Machines of no tenant, and what makes one a tenant's. */
export function createEc2Blanks({ client, sleep, ...settings }: BlanksDeps): BlankMachines {
  const buildUserData = createUserDataBuilder({ client, sleep });

  const read = createInstanceReader({ client, sleep });

  /** As soon as EC2 shows all of it, or as it is when a new machine has had its time. */
  const look = async ({ instanceId, isNew = false }: DressedMachine): Promise<Instance | undefined> => {
    for (const pause of isNew ? PAUSES : []) {
      const instance = await read(instanceId);
      if (instance !== undefined && isWhole(instance)) return instance;
      await sleep(pause);
    }
    return read(instanceId);
  };
  /** EC2 may not know a part of a new machine yet, or not its tags, by which it allows the call. */
  const change = (isNew: boolean, call: () => Promise<unknown>): Promise<unknown> => {
    const isWorthIt = ({ code }: AwsError): boolean => UNKNOWN_YET.test(code);
    return repeating({ sleep, pauses: isNew ? PAUSES : [], isWorthIt }, () => retrying(sleep, call));
  };
  const setGroup = async (instance: Instance, groupId: string, isNew: boolean): Promise<void> => {
    for (const { NetworkInterfaceId, Groups = [] } of instance.NetworkInterfaces ?? []) {
      if (NetworkInterfaceId === undefined || (Groups.length === 1 && Groups[0]?.GroupId === groupId)) continue;
      const input = { NetworkInterfaceId, Groups: [groupId] };
      await change(isNew, () => client.send(new ModifyNetworkInterfaceAttributeCommand(input)));
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
    dress: async (machine, owner) => {
      const { instanceId, blankId, isNew = false } = machine;
      const instance = await look(machine);
      if (instance === undefined || !isFit(instance, blankId, owner, settings.environment)) return 'unfit';
      // First the group: what has the tenant's name on it has the tenant's network.
      await setGroup(instance, owner.securityGroupId, isNew);
      const tags = { Resources: resourcesOf(instance, instanceId), Tags: toTags(tagsOf(owner)) };
      await change(isNew, () => client.send(new CreateTagsCommand(tags)));
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

/** Its group is changed by its interface, and its disk costs money in its tenant's name. */
const isWhole = ({ State, NetworkInterfaces = [], BlockDeviceMappings = [] }: Instance): boolean =>
  State?.Name !== 'pending' || (NetworkInterfaces.length > 0 && BlockDeviceMappings.length > 0);

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
