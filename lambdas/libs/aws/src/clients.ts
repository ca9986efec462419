import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { ClientConfig } from './client-config';

// One function for each client, so that a bundle contains only the clients that its function creates.

export function createDynamoDbClient(config: ClientConfig): DynamoDBClient {
  return new DynamoDBClient({ ...config, accountIdEndpointMode: 'disabled', endpointDiscoveryEnabled: false });
}

export function createEc2Client(config: ClientConfig): EC2Client {
  return new EC2Client(config);
}

export function createEventBridgeClient(config: ClientConfig): EventBridgeClient {
  return new EventBridgeClient(config);
}

export function createSqsClient(config: ClientConfig): SQSClient {
  return new SQSClient(config);
}

export function createSsmClient(config: ClientConfig): SSMClient {
  return new SSMClient(config);
}
