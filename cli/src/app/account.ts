import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import * as v from 'valibot';
import { createAwsCall } from '../aws/call';
import type { Target } from '../connect';

/** An AWS account in which nothing of the module has to be there yet. */
export interface Account {
  /** Those of the parameters that exist. */
  existing(names: readonly string[]): Promise<readonly string[]>;
  /** Never overwrites one. */
  store(name: string, value: string): Promise<void>;
  arnOf(name: string): Promise<string>;
}

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
    arnOf: async (name) => {
      const { Arn = '', Account: id } = await sts.send(new GetCallerIdentityCommand({}));
      return `arn:${Arn.split(':')[1] ?? 'aws'}:ssm:${where}:${id}:parameter${name}`;
    },
  };
}
