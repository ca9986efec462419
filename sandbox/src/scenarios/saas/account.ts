import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  AuthorizeSecurityGroupIngressCommand,
  DescribeNatGatewaysCommand,
  DescribeSecurityGroupsCommand,
  DescribeVpcsCommand,
  EC2Client,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2';
import type { Emulator } from '../../lib/emulator';

export interface Account {
  /** All lines of a log group. */
  readonly linesOf: (group: string) => Promise<readonly string[]>;
  /** Takes the way in from a group of tasks, and answers what gives it back. */
  readonly close: (groupName: string) => Promise<() => Promise<void>>;
  /** What is left of a platform in the network. */
  readonly left: (suffix: string) => Promise<readonly string[]>;
}

export function createAccount(aws: Emulator['aws']): Account {
  const client = {
    endpoint: aws.endpoint_url,
    region: aws.region,
    credentials: { accessKeyId: aws.access_key_id, secretAccessKey: aws.secret_access_key },
  };
  const logs = new CloudWatchLogsClient(client);
  const ec2 = new EC2Client(client);
  return {
    linesOf: async (logGroupName) => {
      const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName }));
      return events.map(({ message = '' }) => message);
    },
    close: async (name) => {
      const named = new DescribeSecurityGroupsCommand({ Filters: [{ Name: 'group-name', Values: [name] }] });
      const [group] = (await ec2.send(named)).SecurityGroups ?? [];
      if (group === undefined) throw new Error(`There is no group ${name}.`);
      const rules = { GroupId: group.GroupId, IpPermissions: group.IpPermissions };
      await ec2.send(new RevokeSecurityGroupIngressCommand(rules));
      return async () => void (await ec2.send(new AuthorizeSecurityGroupIngressCommand(rules)));
    },
    left: async (suffix) => {
      const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({}));
      const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand({}));
      const { NatGateways = [] } = await ec2.send(new DescribeNatGatewaysCommand({}));
      return [
        ...SecurityGroups.map(({ GroupName = '' }) => GroupName).filter((name) => name.includes(suffix)),
        ...Vpcs.filter(({ IsDefault }) => IsDefault !== true).map(({ VpcId = '' }) => VpcId),
        ...NatGateways.filter(({ State }) => State !== 'deleted').map(({ NatGatewayId = '' }) => NatGatewayId),
      ];
    },
  };
}
