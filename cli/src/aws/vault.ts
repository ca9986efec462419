import type { Vault } from '@multi-tenant-runner/core';
import * as v from 'valibot';
import type { AwsCall } from './call';

const parameters = v.object({ Parameters: v.optional(v.array(v.object({ Value: v.string() })), []) });

/**
 * SSM parameters of the type SecureString.
 *
 * @param key ARN of the customer's key that encrypts them; undefined: AWS's own
 */
export function createVault(call: AwsCall, key: string | undefined): Vault {
  return {
    get: async (name) => {
      const found = await call('ssm', 'GetParameters', { Names: [name], WithDecryption: true });
      return v.parse(parameters, found).Parameters[0]?.Value;
    },
    put: async (name, value) => {
      const input = { Name: name, Value: value, Type: 'SecureString', Overwrite: true };
      await call('ssm', 'PutParameter', key === undefined ? input : { ...input, KeyId: key });
    },
    remove: async (name) => void (await call('ssm', 'DeleteParameters', { Names: [name] })),
  };
}
