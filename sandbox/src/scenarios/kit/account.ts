import {
  CloudWatchLogsClient,
  FilterLogEventsCommand,
  paginateDescribeLogGroups,
} from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient, GetItemCommand, type AttributeValue } from '@aws-sdk/client-dynamodb';
import {
  DescribeInstanceAttributeCommand,
  DescribeSecurityGroupsCommand,
  EC2Client,
  paginateDescribeInstances,
  paginateDescribeNetworkInterfaces,
  paginateDescribeVolumes,
  type Tag,
} from '@aws-sdk/client-ec2';
import { GetQueueAttributesCommand, paginateListQueues, SQSClient } from '@aws-sdk/client-sqs';
import { GetParametersByPathCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { ObservedMachine } from './fleet-monitor';
import { foundOnMachine, type FoundOnMachine } from './machine-api';
import type { SandboxFile } from '../../lib/state';

export interface TenantRow {
  readonly status: string;
  readonly tier: string;
  readonly maxRunners: number;
  readonly orgType: string;
  readonly slots: number;
  readonly cleanup: string | undefined;
  readonly securityGroupId: string | undefined;
}

export interface JobRow {
  readonly state: string;
  readonly reason: string | undefined;
}

/** Reads the AWS account as an administrator. */
export interface AccountReader {
  readonly tenant: (installationId: number) => Promise<TenantRow | undefined>;
  readonly job: (installationId: number, jobId: number) => Promise<JobRow | undefined>;
  readonly machines: () => Promise<readonly ObservedMachine[]>;
  /** What a machine, and so its job, reads in its user data. */
  readonly foundOnMachine: (instanceId: string) => Promise<FoundOnMachine>;
  /** Tags of a machine's volumes and network interfaces; empty once it is gone. */
  readonly attachments: (
    instanceId: string,
  ) => Promise<readonly { readonly id: string; readonly tags: Readonly<Record<string, string>> }[]>;
  readonly parameters: (installationId: number) => Promise<readonly string[]>;
  readonly securityGroups: (installationId: number) => Promise<readonly string[]>;
  readonly deadLetters: () => Promise<Readonly<Record<string, number>>>;
  readonly logLines: () => Promise<readonly string[]>;
}

export function createAccountReader({ aws, prefix }: SandboxFile): AccountReader {
  const settings = {
    endpoint: aws.endpoint_url,
    region: aws.region,
    credentials: { accessKeyId: aws.access_key_id, secretAccessKey: aws.secret_access_key },
  };
  const dynamodb = new DynamoDBClient(settings);
  const ec2 = new EC2Client(settings);
  const sqs = new SQSClient(settings);
  const ssm = new SSMClient(settings);
  const logs = new CloudWatchLogsClient(settings);
  const item = async (
    table: string,
    key: Record<string, AttributeValue>,
  ): Promise<Record<string, AttributeValue> | undefined> =>
    (await dynamodb.send(new GetItemCommand({ TableName: `${prefix}-${table}`, Key: key, ConsistentRead: true }))).Item;
  return {
    tenant: async (installationId) => {
      const row = await item('tenants', { installation_id: { N: String(installationId) } });
      if (row === undefined) return undefined;
      return {
        status: row['status']?.S ?? '',
        tier: row['tier']?.S ?? '',
        maxRunners: Number(row['max_runners']?.N),
        orgType: row['org_type']?.S ?? '',
        slots: Number(row['slots_held']?.N ?? 0),
        cleanup: row['cleanup']?.S,
        securityGroupId: row['security_group_id']?.S,
      };
    },
    job: async (installationId, jobId) => {
      const row = await item('jobs', { installation_id: { N: String(installationId) }, job_id: { N: String(jobId) } });
      return row && { state: row['state']?.S ?? '', reason: row['reason']?.S };
    },
    machines: async () => {
      const found: ObservedMachine[] = [];
      for await (const page of paginateDescribeInstances({ client: ec2 }, {})) {
        for (const one of page.Reservations?.flatMap((reservation) => reservation.Instances ?? []) ?? []) {
          const groups = (one.SecurityGroups ?? []).map((group) => group.GroupId ?? '');
          found.push({ id: one.InstanceId ?? '', state: one.State?.Name ?? '', tags: asRecord(one.Tags), groups });
        }
      }
      return found;
    },
    foundOnMachine: async (instanceId) => {
      const asked = new DescribeInstanceAttributeCommand({ InstanceId: instanceId, Attribute: 'userData' });
      const userData = Buffer.from((await ec2.send(asked)).UserData?.Value ?? '', 'base64').toString('utf8');
      return foundOnMachine(instanceId, userData, aws.endpoint_url);
    },
    attachments: async (instanceId) => {
      const found: { id: string; tags: Record<string, string> }[] = [];
      const filter = [{ Name: 'attachment.instance-id', Values: [instanceId] }];
      for await (const page of paginateDescribeVolumes({ client: ec2 }, { Filters: filter })) {
        for (const one of page.Volumes ?? []) found.push({ id: one.VolumeId ?? '', tags: asRecord(one.Tags) });
      }
      for await (const page of paginateDescribeNetworkInterfaces({ client: ec2 }, { Filters: filter })) {
        for (const one of page.NetworkInterfaces ?? [])
          found.push({ id: one.NetworkInterfaceId ?? '', tags: asRecord(one.TagSet) });
      }
      return found;
    },
    parameters: async (installationId) => {
      const answer = await ssm.send(
        new GetParametersByPathCommand({ Path: `/${prefix}/tenants/${installationId}`, Recursive: true }),
      );
      return (answer.Parameters ?? []).map((one) => one.Name ?? '');
    },
    securityGroups: async (installationId) => {
      const answer = await ec2.send(new DescribeSecurityGroupsCommand({}));
      const named = (answer.SecurityGroups ?? []).filter(
        (one) => one.GroupName === `${prefix}-tenant-${installationId}`,
      );
      return named.map((one) => one.GroupId ?? '');
    },
    deadLetters: async () => {
      const counts: Record<string, number> = {};
      for await (const page of paginateListQueues({ client: sqs }, { QueueNamePrefix: `${prefix}-` })) {
        for (const url of (page.QueueUrls ?? []).filter((one) => one.endsWith('-dlq'))) {
          const { Attributes: attributes } = await sqs.send(
            new GetQueueAttributesCommand({
              QueueUrl: url,
              AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
            }),
          );
          counts[url.split('/').at(-1) ?? url] =
            Number(attributes?.['ApproximateNumberOfMessages'] ?? 0) +
            Number(attributes?.['ApproximateNumberOfMessagesNotVisible'] ?? 0);
        }
      }
      return counts;
    },
    logLines: async () => {
      const lines: string[] = [];
      for await (const page of paginateDescribeLogGroups(
        { client: logs },
        { logGroupNamePrefix: `/aws/lambda/${prefix}-` },
      )) {
        for (const group of page.logGroups ?? []) lines.push(...(await allLines(logs, group.logGroupName ?? '')));
      }
      return lines;
    },
  };
}

async function allLines(logs: CloudWatchLogsClient, logGroupName: string): Promise<readonly string[]> {
  const lines: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = await logs.send(
      new FilterLogEventsCommand({ logGroupName, ...(nextToken !== undefined && { nextToken }) }),
    );
    lines.push(...(page.events ?? []).map((event) => event.message ?? ''));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return lines;
}

function asRecord(tags: readonly Tag[] | undefined): Record<string, string> {
  return Object.fromEntries((tags ?? []).map((tag) => [tag.Key ?? '', tag.Value ?? '']));
}
