import type { Clock, SecretStage, SecretVersion, SecretVersions } from '@multi-tenant-runner/core';

export interface InMemorySecrets extends SecretVersions {
  /** Another current value; what was current is the one before. */
  put(arn: string, value: string): void;
  /** The value that a rotation is about to make current. */
  prepare(arn: string, value: string): void;
}

/** Secrets Manager as far as it is read: a version each under its labels. */
export function createInMemorySecrets(clock: Clock): InMemorySecrets {
  const secrets = new Map<string, Partial<Record<SecretStage, SecretVersion>>>();
  const version = (value: string): SecretVersion => ({ value, createdAt: clock.now() });
  return {
    read: async (arn, stage) => secrets.get(arn)?.[stage],
    put: (arn, value) => {
      const { AWSCURRENT: before, ...others } = secrets.get(arn) ?? {};
      secrets.set(arn, { ...others, AWSCURRENT: version(value), ...(before && { AWSPREVIOUS: before }) });
    },
    prepare: (arn, value) => void secrets.set(arn, { ...secrets.get(arn), AWSPENDING: version(value) }),
  };
}
