import {
  DeleteParametersCommand,
  GetParametersCommand,
  PutParameterCommand,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import type { Vault } from '@multi-tenant-runner/core';

/** SSM parameters of the type SecureString. */
export function createSsmVault({
  client,
  kmsKeyArn,
}: {
  readonly client: Pick<SSMClient, 'send'>;
  readonly kmsKeyArn?: string | undefined;
}): Vault {
  return {
    // Unlike GetParameter and DeleteParameter these do not fail where there is none.
    get: async (name) =>
      (await client.send(new GetParametersCommand({ Names: [name], WithDecryption: true }))).Parameters?.[0]?.Value,
    put: async (name, value) =>
      void (await client.send(
        new PutParameterCommand({
          Name: name,
          Value: value,
          Type: 'SecureString',
          Overwrite: true,
          ...(kmsKeyArn !== undefined && { KeyId: kmsKeyArn }),
        }),
      )),
    remove: async (name) => void (await client.send(new DeleteParametersCommand({ Names: [name] }))),
  };
}
