import { EC2Client } from '@aws-sdk/client-ec2';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { AdmissionSettings, Clock, SecretVersions } from '@multi-tenant-runner/core';
import { createAppCredentials, createSecretReader } from '@multi-tenant-runner/aws';
import * as v from 'valibot';
import type { AwsCall } from '../aws/call';
import type { Deployment } from '../aws/functions';
import type { Sources } from './gather/gather';

export interface SourceOptions {
  readonly prefix: string;
  readonly region: string;
  readonly call: AwsCall;
  readonly lambda: LambdaClient;
  readonly clock: Clock;
  readonly deployment: Deployment & { readonly settings: AdmissionSettings };
  readonly queues: Sources['queues'];
  readonly fetch: typeof fetch;
}

const parameters = v.object({ Parameters: v.array(v.object({ Name: v.string(), Value: v.string() })) });
const secret = v.object({ SecretString: v.string(), CreatedDate: v.number() });

const secretsBy = (call: AwsCall): SecretVersions => ({
  read: async (arn, stage) => {
    try {
      const found = await call('secretsmanager', 'GetSecretValue', { SecretId: arn, VersionStage: stage });
      const { SecretString: value, CreatedDate: seconds } = v.parse(secret, found);
      return { value, createdAt: new Date(seconds * 1_000) };
    } catch (error) {
      if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined;
      throw error;
    }
  },
});

/** With the identity of the other clients. Nothing is asked before the first fact is wanted. */
export function connectSources(options: SourceOptions): Sources {
  const { prefix, region, call, lambda, clock, deployment, queues, fetch } = options;
  const { credentials } = lambda.config;
  const readParameters = async (names: readonly string[]): Promise<ReadonlyMap<string, string>> => {
    const asked = { Names: [...names], WithDecryption: true };
    const { Parameters } = v.parse(parameters, await call('ssm', 'GetParameters', asked));
    return new Map(Parameters.map(({ Name, Value }) => [Name, Value]));
  };
  const identity = createAppCredentials({
    readParameters: createSecretReader({ readParameters, secrets: secretsBy(call), clock }),
    appIdParameter: deployment.appIdParameter,
    keyParameter: deployment.appKeyParameter,
    clock,
  });
  return {
    aws: { prefix, now: clock.now(), call, lambda },
    gitHub: { apiUrl: deployment.gitHubApiUrl, showsChecks: deployment.showsChecks, identity, clock, fetch },
    machines: {
      ec2: new EC2Client({ region, credentials }),
      call,
      tiers: deployment.settings.tiers,
      subnetIds: deployment.subnetIds,
      launchTemplates: deployment.launchTemplates,
    },
    queues,
  };
}
