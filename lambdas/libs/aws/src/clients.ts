import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { sendInTime } from '@multi-tenant-runner/runtime';
import type { ClientConfig } from './client-config';

// One function for each client, so that a bundle contains only the clients that its function creates.

export function createDynamoDbClient(config: ClientConfig): DynamoDBClient {
  return inTime(
    new DynamoDBClient({ ...config, accountIdEndpointMode: 'disabled', endpointDiscoveryEnabled: false }),
    config,
  );
}

export function createEc2Client(config: ClientConfig): EC2Client {
  return inTime(new EC2Client(config), config);
}

export function createEventBridgeClient(config: ClientConfig): EventBridgeClient {
  return inTime(new EventBridgeClient(config), config);
}

export function createLambdaClient(config: ClientConfig): LambdaClient {
  return inTime(new LambdaClient(config), config);
}

export function createSecretsManagerClient(config: ClientConfig): SecretsManagerClient {
  return inTime(new SecretsManagerClient(config), config);
}

export function createSqsClient(config: ClientConfig): SQSClient {
  return inTime(new SQSClient(config), config);
}

export function createSsmClient(config: ClientConfig): SSMClient {
  return inTime(new SSMClient(config), config);
}

interface Handling {
  readonly config: {
    readonly requestHandler: {
      handle(request: never, options?: { readonly abortSignal?: AbortSignal }): Promise<unknown>;
    };
  };
}

/** Wraps the last step before the network, which the SDK's retries take again. */
function inTime<C extends Handling>(client: C, { requestHandler: { requestTimeout } }: ClientConfig): C {
  const { requestHandler } = client.config;
  const handle = requestHandler.handle.bind(requestHandler);
  requestHandler.handle = (request, options) =>
    sendInTime(requestTimeout, (abortSignal) => handle(request, { ...options, ...(abortSignal && { abortSignal }) }));
  return client;
}
