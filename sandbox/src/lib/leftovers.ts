import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { DescribeLaunchTemplatesCommand, DescribeSecurityGroupsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DescribeParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { SandboxFile } from './state';

/**
 * Names of what the emulator still knows of an installation: tables, queues, security groups (its tenants' too), launch
 * templates, parameters.
 */
export async function leftOf(prefix: string, aws: SandboxFile['aws']): Promise<string[]> {
  const client = {
    endpoint: aws.endpoint_url,
    region: aws.region,
    credentials: { accessKeyId: aws.access_key_id, secretAccessKey: aws.secret_access_key },
  };
  const ec2 = new EC2Client(client);
  const found = [
    (await new DynamoDBClient(client).send(new ListTablesCommand({}))).TableNames ?? [],
    ((await new SQSClient(client).send(new ListQueuesCommand({}))).QueueUrls ?? []).map((url) => url.split('/').at(-1)),
    ((await ec2.send(new DescribeSecurityGroupsCommand({}))).SecurityGroups ?? []).map(({ GroupName }) => GroupName),
    ((await ec2.send(new DescribeLaunchTemplatesCommand({}))).LaunchTemplates ?? []).map(
      ({ LaunchTemplateName }) => LaunchTemplateName,
    ),
    ((await new SSMClient(client).send(new DescribeParametersCommand({}))).Parameters ?? []).map(({ Name }) => Name),
  ];
  return found.flat().filter((name): name is string => name !== undefined && belongsTo(prefix, name));
}

export function belongsTo(prefix: string, name: string): boolean {
  return name === prefix || name.startsWith(`${prefix}-`) || name.startsWith(`/${prefix}/`);
}
