import type { AppSecretWriter } from '@multi-tenant-runner/core';

export interface InMemoryAppSecrets extends AppSecretWriter {
  /** Values by ARN. */
  readonly values: Map<string, string>;
}

/** Secrets Manager as far as apps' secrets are written: each value has an ARN of its own. */
export function createInMemoryAppSecrets(): InMemoryAppSecrets {
  const values = new Map<string, string>();
  return {
    values,
    keep: async ({ app }, name, value) => {
      const place = `test/apps/${app}/${name}/${values.size}-a1B2c3`;
      const arn = `arn:aws:secretsmanager:us-east-1:123456789012:secret:${place}`;
      values.set(arn, value);
      return arn;
    },
  };
}
