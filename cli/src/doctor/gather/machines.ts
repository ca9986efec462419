import {
  DescribeImagesCommand,
  DescribeInstanceTypesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeSubnetsCommand,
  type EC2Client,
  type _InstanceType,
} from '@aws-sdk/client-ec2';
import type { Tiers } from '@multi-tenant-runner/core';
import * as v from 'valibot';
import type { AwsCall } from '../../aws/call';
import type { TenantFact } from '../facts';

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

/** What a launch would use now: a template names its image, or a parameter that does. */
export async function findImages({ ec2, call, launchTemplates }: MachineSource) {
  const sizes = await Promise.all(
    Object.entries(launchTemplates).map(async ([size, { id, version }]) => {
      const { LaunchTemplateVersions = [] } = await ec2.send(
        new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId: id, Versions: [version] }),
      );
      const image = LaunchTemplateVersions[0]?.LaunchTemplateData?.ImageId ?? 'none';
      return { size, image: await resolve(image, call) };
    }),
  );
  const { Images = [] } = await ec2.send(
    new DescribeImagesCommand({ ImageIds: [...new Set(sizes.map(({ image }) => image))] }),
  );
  return sizes.map(({ size, image }) => {
    const found = Images.find(({ ImageId }) => ImageId === image);
    const createdAt = found?.CreationDate;
    return { size, image, exists: found !== undefined, ...(createdAt !== undefined && { createdAt }) };
  });
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
