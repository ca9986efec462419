import type { EC2Client, Instance } from '@aws-sdk/client-ec2';
import { createGathering } from '@multi-tenant-runner/runtime';
import { describeByIds } from './describe-instances';
import type { Sleep } from './retrying';

/** Milliseconds for which the first asker waits for others: machines of one call are asked about together. */
const GATHERING = 20;

/**
 * Describes a machine by one call with the others that are asked about at the same time, whoever's they are: a call for
 * each is a call of the account's allowance for each.
 *
 * @returns undefined: EC2 shows no such machine, or not yet
 */
export function createInstanceReader(deps: {
  readonly client: Pick<EC2Client, 'send'>;
  readonly sleep: Sleep;
}): (instanceId: string) => Promise<Instance | undefined> {
  const gather = createGathering<string, Instance | undefined>({
    wait: () => deps.sleep(GATHERING),
    ask: async (instanceIds) => {
      const found = await describeByIds(deps, [...new Set(instanceIds)]);
      return instanceIds.map((id) => found.find(({ InstanceId }) => InstanceId === id));
    },
  });
  return (instanceId) => gather('', instanceId);
}
