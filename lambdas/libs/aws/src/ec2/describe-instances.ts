import { DescribeInstancesCommand, type EC2Client, type Filter, type Instance } from '@aws-sdk/client-ec2';
import { chunks } from '../chunks';
import { retrying, type Sleep } from './retrying';

interface DescribeDeps {
  readonly client: Pick<EC2Client, 'send'>;
  readonly sleep: Sleep;
}

/** EC2 takes 200 values in one filter. */
const IDS_A_CALL = 200;

/** All pages. */
export async function describeInstances({ client, sleep }: DescribeDeps, Filters: Filter[]): Promise<Instance[]> {
  const instances: Instance[] = [];
  let next: string | undefined;
  do {
    const token = next;
    const page = await retrying(sleep, () =>
      client.send(new DescribeInstancesCommand({ Filters, MaxResults: 1_000, ...(token && { NextToken: token }) })),
    );
    instances.push(...(page.Reservations ?? []).flatMap(({ Instances = [] }) => Instances));
    next = page.NextToken;
  } while (next !== undefined && next !== '');
  return instances;
}

/** Those that EC2 shows. By filter: `InstanceIds` fails for all of them if one is unknown. */
export async function describeByIds(deps: DescribeDeps, instanceIds: readonly string[]): Promise<Instance[]> {
  const found: Instance[] = [];
  for (const Values of chunks(instanceIds, IDS_A_CALL))
    found.push(...(await describeInstances(deps, [{ Name: 'instance-id', Values }])));
  return found.filter(({ InstanceId = '' }) => instanceIds.includes(InstanceId));
}
