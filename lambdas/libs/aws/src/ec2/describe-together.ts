import { DescribeInstancesCommand, type EC2Client, type Instance } from '@aws-sdk/client-ec2';
import { chunks } from '../chunks';
import { retrying, type Sleep } from './retrying';

/** Milliseconds for which the first asker waits for others: machines of one call are asked about together. */
const GATHERING = 20;
/** EC2 takes 200 values in one filter. */
const IDS_A_CALL = 200;

/**
 * Describes a machine by one call with the others that are asked about at the same time, whoever's they are: a call for
 * each is a call of the account's allowance for each. By filter, as `InstanceIds` fails for all of them if one is
 * unknown.
 *
 * @returns undefined: EC2 shows no such machine, or not yet
 */
export function createInstanceReader({
  client,
  sleep,
}: {
  readonly client: Pick<EC2Client, 'send'>;
  readonly sleep: Sleep;
}): (instanceId: string) => Promise<Instance | undefined> {
  const describe = async (instanceIds: readonly string[]): Promise<Map<string | undefined, Instance>> => {
    const pages = await Promise.all(
      chunks(instanceIds, IDS_A_CALL).map((Values) =>
        retrying(sleep, () =>
          client.send(new DescribeInstancesCommand({ Filters: [{ Name: 'instance-id', Values }] })),
        ),
      ),
    );
    const instances = pages.flatMap(({ Reservations = [] }) => Reservations).flatMap(({ Instances = [] }) => Instances);
    return new Map(instances.map((one) => [one.InstanceId, one]));
  };
  const gather = async (instanceIds: ReadonlySet<string>): Promise<Map<string | undefined, Instance>> => {
    await sleep(GATHERING);
    gathered = undefined;
    return describe([...instanceIds]);
  };
  let gathered: { readonly ids: Set<string>; readonly found: ReturnType<typeof gather> } | undefined;
  return async (instanceId) => {
    if (gathered === undefined) {
      const ids = new Set<string>();
      gathered = { ids, found: gather(ids) };
    }
    gathered.ids.add(instanceId);
    return (await gathered.found).get(instanceId);
  };
}
