import {
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeInstanceTypesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeSubnetsCommand,
  type EC2Client,
  type Image,
  type _InstanceType,
} from '@aws-sdk/client-ec2';
import { TAG, type Tiers } from '@multi-tenant-runner/core';
import * as v from 'valibot';
import type { AwsCall } from '../../aws/call';
import type { ImageFact, MachineFact, TenantFact } from '../facts';

/** The tag of an image that images/README.md asks for. */
const RUNNER_VERSION = 'ghr:runner_version';
/** The archive of `runner.binaries`, of which a launch template's description tells: modules/runners. */
const PINNED = /runner-linux-[a-z0-9]+-(\d+\.\d+\.\d+)\.tar\.gz/;

export interface MachineSource {
  readonly ec2: Pick<EC2Client, 'send'>;
  readonly call: AwsCall;
  readonly tiers: Tiers;
  readonly subnetIds: readonly string[];
  /** By size. */
  readonly launchTemplates: Readonly<Record<string, { readonly id: string; readonly version: string }>>;
}

export async function findSubnets({ ec2, subnetIds }: MachineSource) {
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({ SubnetIds: [...subnetIds] }));
  return Subnets.map(({ SubnetId, AvailableIpAddressCount }) => ({
    id: SubnetId ?? '',
    free: AvailableIpAddressCount ?? 0,
  }));
}

/** By their tags, as the sweep finds them. */
export async function findMachines({ ec2 }: MachineSource, environment: string): Promise<readonly MachineFact[]> {
  const found: MachineFact[] = [];
  const Filters = [
    { Name: `tag:${TAG.environment}`, Values: [environment] },
    { Name: 'tag-key', Values: [TAG.tenantId] },
    { Name: 'instance-state-name', Values: ['pending', 'running'] },
  ];
  for (let NextToken: string | undefined, isMore = true; isMore; isMore = NextToken !== undefined) {
    const page = await ec2.send(new DescribeInstancesCommand({ Filters, MaxResults: 1_000, NextToken }));
    const instances = (page.Reservations ?? []).flatMap(({ Instances = [] }) => Instances);
    for (const { InstanceId = '', LaunchTime } of instances)
      found.push({ instanceId: InstanceId, since: (LaunchTime ?? new Date(0)).toISOString() });
    NextToken = page.NextToken;
  }
  return found;
}

/** What a launch would use now: a template names its image, or a parameter that does. */
export async function findImages({ ec2, call, launchTemplates }: MachineSource): Promise<readonly ImageFact[]> {
  const sizes = await Promise.all(
    Object.entries(launchTemplates).map(async ([size, { id, version }]) => {
      const { LaunchTemplateVersions = [] } = await ec2.send(
        new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId: id, Versions: [version] }),
      );
      const { VersionDescription = '', LaunchTemplateData = {} } = LaunchTemplateVersions[0] ?? {};
      const pinnedVersion = PINNED.exec(VersionDescription)?.[1];
      const image = await resolve(LaunchTemplateData.ImageId ?? 'none', call);
      return { size, image, ...(pinnedVersion !== undefined && { pinnedVersion }) };
    }),
  );
  const { Images = [] } = await ec2.send(
    new DescribeImagesCommand({ ImageIds: [...new Set(sizes.map(({ image }) => image))] }),
  );
  return sizes.map((size) => ({ ...size, ...describe(Images.find(({ ImageId }) => ImageId === size.image)) }));
}

function describe(image: Image | undefined): Pick<ImageFact, 'exists' | 'createdAt' | 'runnerVersion'> {
  if (image === undefined) return { exists: false };
  const { CreationDate: createdAt, Tags = [] } = image;
  const runnerVersion = Tags.find(({ Key }) => Key === RUNNER_VERSION)?.Value;
  return {
    exists: true,
    ...(createdAt !== undefined && { createdAt }),
    ...(runnerVersion !== undefined && { runnerVersion }),
  };
}

const BY_PARAMETER = 'resolve:ssm:';
const parameters = v.object({ Parameters: v.array(v.object({ Value: v.string() })) });

/** https://docs.aws.amazon.com/autoscaling/ec2/userguide/using-systems-manager-parameters.html */
async function resolve(image: string, call: AwsCall): Promise<string> {
  if (!image.startsWith(BY_PARAMETER)) return image;
  const Names = [image.slice(BY_PARAMETER.length)];
  return v.parse(parameters, await call('ssm', 'GetParameters', { Names })).Parameters[0]?.Value ?? image;
}

const quota = v.object({ Quota: v.object({ Value: v.number() }) });

/** Running On-Demand Standard instances, in vCPUs. */
const STANDARD = { ServiceCode: 'ec2', QuotaCode: 'L-1216C47A' };

/** Each tenant at its limit, with the largest type of the largest size: more can't be asked for. */
export async function findCpus({ ec2, call, tiers }: MachineSource, tenants: readonly TenantFact[]) {
  const types = [...new Set([...tiers.values()].flatMap(({ instanceTypes }) => instanceTypes))];
  const { InstanceTypes = [] } = await ec2.send(
    new DescribeInstanceTypesCommand({ InstanceTypes: types as _InstanceType[] }),
  );
  const most = Math.max(0, ...InstanceTypes.map(({ VCpuInfo }) => VCpuInfo?.DefaultVCpus ?? 0));
  const machines = tenants.reduce((sum, { maxRunners }) => sum + maxRunners, 0);
  const { Value } = v.parse(quota, await call('servicequotas', 'GetServiceQuota', STANDARD)).Quota;
  return { quota: Value, needed: machines * most };
}
