import { randomUUID } from 'node:crypto';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import * as v from 'valibot';
import { createAwsCall, type AwsCall } from '../aws/call';
import type { Target } from '../connect';

/** An AWS account in which nothing of the module has to be there yet. */
export interface Account {
  /** Those of the parameters that exist. */
  existing(names: readonly string[]): Promise<readonly string[]>;
  /** Those of the secrets of Secrets Manager that exist. */
  existingSecrets(names: readonly string[]): Promise<readonly string[]>;
  /** Never overwrites one. */
  store(name: string, value: string): Promise<void>;
  /** In Secrets Manager; answers its ARN, which alone names it whole. Never overwrites one. */
  storeSecret(name: string, value: string): Promise<string>;
  arnOf(name: string): Promise<string>;
}

const made = v.object({ ARN: v.string() });
const parameters = v.object({ Parameters: v.array(v.object({ Name: v.string() })) });

export async function connectAccount({ region, profile, endpoint }: Omit<Target, 'prefix'>): Promise<Account> {
  const sts = new STSClient({
    ...(region !== undefined && { region }),
    ...(profile !== undefined && { profile }),
  });
  const where = await sts.config.region();
  const { credentials } = sts.config;
  const call = createAwsCall({ region: where, credentials, ...(endpoint !== undefined && { endpoint }) });
  return {
    existing: async (names) => {
      const { Parameters } = v.parse(parameters, await call('ssm', 'GetParameters', { Names: names }));
      return Parameters.map(({ Name }) => Name);
    },
    store: async (name, value) => {
      const asked = { Name: name, Value: value, Type: 'SecureString', Overwrite: false };
      await call('ssm', 'PutParameter', asked);
    },
    existingSecrets: async (names) => {
      const found = names.map(async (name) => ((await isSecret(call, name)) ? [name] : []));
      return (await Promise.all(found)).flat();
    },
    storeSecret: async (name, value) => {
      const asked = { Name: name, SecretString: value, ClientRequestToken: randomUUID() };
      return v.parse(made, await call('secretsmanager', 'CreateSecret', asked)).ARN;
    },
    arnOf: async (name) => {
      const { Arn = '', Account: id } = await sts.send(new GetCallerIdentityCommand({}));
      return `arn:${Arn.split(':')[1] ?? 'aws'}:ssm:${where}:${id}:parameter${name}`;
    },
  };
}

/** One that waits for its deletion holds its name too. */
async function isSecret(call: AwsCall, name: string): Promise<boolean> {
  try {
    await call('secretsmanager', 'DescribeSecret', { SecretId: name });
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return false;
    throw error;
  }
}
