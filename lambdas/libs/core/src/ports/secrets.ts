import type { App } from '../model/app';

/** Secrets Manager's labels of a secret's versions: https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html */
export type SecretStage = 'AWSCURRENT' | 'AWSPENDING' | 'AWSPREVIOUS';

export interface SecretVersion {
  readonly value: string;
  readonly createdAt: Date;
}

/** Where tenants' apps' secrets go; nothing here reads one. */
export interface AppSecretWriter {
  /** A secret of its own for each value, so that what runs keeps the value that it started with. Answers its ARN. */
  keep(app: Pick<App, 'app' | 'installationId'>, name: string, value: string): Promise<string>;
}

/** Secrets of Secrets Manager, each by its ARN. */
export interface SecretVersions {
  /** Undefined: there is no such secret, or none of its versions has the label. */
  read(arn: string, stage: SecretStage): Promise<SecretVersion | undefined>;
}
